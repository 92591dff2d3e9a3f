import type { Database } from '../../shared/clickhouse/database.ts';
import type { Settings } from '../../shared/config.ts';
import { didYouMean } from '../../shared/terminal/nearest.ts';
import { type Command, CommandError, type Invocation } from '../command.ts';
import { configurationOf } from '../configuration.ts';
import { describeStore, openStore } from '../open-store.ts';
import type { Question } from './ask-exact.ts';
import { type Answer, drawAnswer, writeCsv } from './draw-answer.ts';

const groups = [
  'country',
  'version',
  'file_type',
  'installer',
  'runtime',
  'system',
  'ci',
  'day',
  'project',
] as const;

/** The values of `query`'s flags. */
interface QueryFlags {
  readonly exact?: boolean;
  readonly by?: (typeof groups)[number];
  readonly from?: string;
  readonly to?: string;
  readonly limit?: number;
  readonly csv?: boolean;
}

/** Rows drawn on a terminal where `--limit` does not say. */
const shownRows = 20;

/** `tallymark query [PROJECT]`: downloads as bars, JSON or CSV. */
export const query: Command<QueryFlags> = {
  operands: '[project]',
  description:
    'Shows downloads of a project, or of the whole registry: released numbers with their standard error, or with --exact the ' +
    "operator's own. Mirrors and bots are left out.",
  options: [
    { flags: '--exact', description: "the operator's own numbers, not for publishing" },
    {
      flags: '--by <what>',
      description: 'what to show (default: day, or project without PROJECT)',
      choices: groups,
    },
    { flags: '--from <day>', description: 'first UTC day', is: 'day' },
    { flags: '--to <day>', description: 'last UTC day', is: 'day' },
    { flags: '--limit <n>', description: `rows (default: all, on a terminal ${shownRows})`, is: 'integer' },
    { flags: '--csv', description: 'answer in CSV' },
  ],
  examples: [
    'tallymark query numpy --exact --by country',
    'tallymark query --exact --by project --limit 10 --json',
    'tallymark query numpy --by day --from 2026-10-01 --to 2026-10-31',
  ],
  async run(invocation) {
    const { flags, operands, terminal } = invocation;
    const project = operands[0];
    const by = flags.by ?? (project === undefined ? 'project' : 'day');
    if (project !== undefined && by === 'project') {
      throw new CommandError(
        2,
        '--by project is about the whole registry',
        `leave out ${project}, or ask --by version`,
      );
    }
    if (flags.from !== undefined && flags.to !== undefined && flags.from > flags.to) {
      throw new CommandError(2, `--from ${flags.from} is after --to ${flags.to}`, 'both days are included');
    }
    const { settings } = await configurationOf(invocation);
    const answer = await ask(invocation, settings, { project, by });
    if (flags.json === true) terminal.out(`${JSON.stringify(toJson(answer))}\n`);
    else if (flags.csv === true) terminal.out(writeCsv(answer));
    else terminal.out(drawAnswer(answer, { width: terminal.width, rows: flags.limit ?? shownRows }));
    return 0;
  },
};

async function ask(
  { flags }: Invocation<QueryFlags>,
  settings: Settings,
  { project, by }: { project: string | undefined; by: Question['by'] },
): Promise<Answer> {
  const { listRegistries } = await import('../../shared/store/read-exact.ts');
  await using store = await openStore(settings, 'read');
  const registry = chooseRegistry(await listRegistries(store), flags.registry, describeStore(settings));
  const question: Question = {
    registry,
    project: project === undefined ? undefined : await spelledAsCounted(store, registry, project),
    by,
    from: flags.from,
    to: flags.to,
    limit: flags.limit,
  };
  const { askExact, listProjects } = await import('./ask-exact.ts');
  const answer =
    flags.exact === true
      ? await askExact(store, question)
      : await (await import('./ask-released.ts')).askReleased(store, question);
  if (answer !== undefined) return answer;
  const near = didYouMean(question.project ?? '', await listProjects(store, registry));
  throw new CommandError(
    1,
    `no project '${question.project}' in ${registry}`,
    near ?? '`tallymark query --exact --by project` lists them',
  );
}

/** The only registry there is, or the one that is named. */
function chooseRegistry(names: readonly string[], wanted: string | undefined, store: string): string {
  if (names.length === 0) {
    throw new CommandError(1, `nothing is counted yet in ${store}`, '`tallymark replay PATH…` counts logs');
  }
  if (wanted !== undefined && names.includes(wanted)) return wanted;
  const list = `there are: ${names.join(', ')}`;
  if (wanted !== undefined) throw new CommandError(2, `no registry '${wanted}' in the store`, list);
  if (names.length > 1)
    throw new CommandError(2, 'the store has several registries: say which with --registry', list);
  return names[0];
}

async function spelledAsCounted(store: Database, registry: string, project: string): Promise<string> {
  const { canonicalProject, registryLayouts } = await import(
    '../../shared/store/released/registry-layouts.ts'
  );
  return canonicalProject((await registryLayouts(store)).get(registry), project);
}

/** As interface.md, "Fixed for scripts", has it. */
function toJson({ rows, ...answer }: Answer): object {
  const { project, registry, from, to, by, total, ...released } = answer;
  const data = rows.map(({ key, ...numbers }) => ({ [by]: key, ...numbers }));
  return { project, registry, from, to, by, total, ...released, data };
}
