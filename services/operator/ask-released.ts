import type { Database } from '../../shared/clickhouse/database.ts';
import { dayAt, isoDay, parseDay } from '../../shared/days.ts';
import { type RegistryCatalog, readCatalog } from '../../shared/store/released/catalog.ts';
import { type Dimension, isExact, readBreakdown } from '../../shared/store/released/read-breakdown.ts';
import { CommandError } from '../command.ts';
import { askExact, type Question } from './ask-exact.ts';
import type { Answer } from './draw-answer.ts';

/**
 * What is public: exact totals up to yesterday, and who downloaded as `release` has published it. Undefined where nothing was ever
 * counted of the project. Throws `StoreError`, and `CommandError` where nothing is published.
 */
export async function askReleased(database: Database, question: Question): Promise<Answer | undefined> {
  const today = dayAt(Date.now());
  const { registries } = await readCatalog(database, today);
  const registry = registries.get(question.registry);
  if (registry === undefined || registry.dataFrom === null || registry.dataThrough === null) {
    throw new CommandError(1, 'nothing is public yet', "today's numbers are not over; ask with --exact");
  }
  const { project, by } = question;
  if (project !== undefined && !registry.projects.has(project)) return undefined;
  const range = {
    from: Math.max(parseDay(question.from ?? '') ?? 0, registry.dataFrom),
    to: Math.min(parseDay(question.to ?? '') ?? registry.dataThrough, registry.dataThrough),
  };
  if (by === 'day' || by === 'project') {
    const answer = await askExact(database, {
      ...question,
      from: isoDay(range.from),
      to: isoDay(range.to),
    });
    return answer && withoutBlur(answer);
  }
  return await askBreakdown(database, registry, { ...question, ...range, by, today });
}

/** Totals of projects and days are the project's side, which is public as it is; its answer has the form of all released ones. */
function withoutBlur({ rows, ...answer }: Answer): Answer {
  return { ...answer, unattributed: 0, rows: rows.map((row) => ({ ...row, se: 0 })) };
}

type Asked = Omit<Question, 'by' | 'from' | 'to'> & {
  by: Dimension;
  from: number;
  to: number;
  today: number;
};

async function askBreakdown(database: Database, registry: RegistryCatalog, asked: Asked): Promise<Answer> {
  const { project, by: dimension, from, to, today, limit } = asked;
  const breakdown = await readBreakdown(database, {
    registry,
    project,
    from,
    to,
    interval: 'total',
    today,
    dimension,
  });
  const [piece] = breakdown.pieces;
  const { coveredFrom, coveredThrough } = breakdown;
  if (piece === undefined || coveredFrom === null || coveredThrough === null) {
    throw new CommandError(
      1,
      `nothing of who downloaded is published from ${isoDay(from)} to ${isoDay(to)}`,
      '`tallymark release` publishes what is due; --exact shows your own numbers',
    );
  }
  const { se } = piece;
  return {
    project: project ?? null,
    registry: registry.name,
    from: isoDay(coveredFrom),
    to: isoDay(coveredThrough),
    by: dimension,
    total: piece.total,
    unattributed: piece.unattributed,
    ...(!isExact(dimension) && { profile: profileIn(registry) }),
    rows: piece.keys.slice(0, limit).map(({ key, downloads }) => ({ key, downloads, se })),
  };
}

/** What the newest published month was blurred by. */
function profileIn({ terms }: RegistryCatalog): string {
  return [...terms].sort(([a], [b]) => b - a)[0]?.[1].profile ?? 'none';
}
