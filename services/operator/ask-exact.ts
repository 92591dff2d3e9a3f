import type { Database } from '../../shared/clickhouse/database.ts';
import { parseDay } from '../../shared/days.ts';
import { type ExactGroup, readExact } from '../../shared/store/read-exact.ts';
import type { Answer } from './draw-answer.ts';

/** What `query` asks; days are `YYYY-MM-DD`, both included. */
export interface Question {
  readonly registry: string;
  /** Canonical name; undefined for the whole registry. */
  readonly project: string | undefined;
  readonly by: ExactGroup;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly limit: number | undefined;
}

/** The operator's own numbers; undefined where nothing was ever counted of the project. Throws `StoreError`. */
export async function askExact(database: Database, question: Question): Promise<Answer | undefined> {
  const { registry, project, by, limit, from, to } = question;
  const range = { from: parseDay(from ?? ''), to: parseDay(to ?? '') };
  const { total, rows, days } = await readExact(database, { registry, project, by, limit, ...range });
  if (days === undefined && project !== undefined && !(await isKnown(database, registry, project)))
    return undefined;
  return {
    project: project ?? null,
    registry,
    from: from ?? days?.from ?? null,
    to: to ?? days?.to ?? null,
    by,
    total,
    rows,
  };
}

/** Names of all projects of a registry, for a name that was not found. Throws `StoreError`. */
export async function listProjects(database: Database, registry: string): Promise<readonly string[]> {
  const { rows } = await readExact(database, { registry, by: 'project' });
  return rows.map(({ key }) => key);
}

async function isKnown(database: Database, registry: string, project: string): Promise<boolean> {
  const { days } = await readExact(database, { registry, project, by: 'day', limit: 1 });
  return days !== undefined;
}
