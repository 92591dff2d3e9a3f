import type { FileSetup } from '../../shared/count/counted-batch.ts';
import { describeDrop } from '../../shared/count/describe-drop.ts';
import type { Outcome } from '../../shared/count/outcome.ts';
import { dayAt, isoDay } from '../../shared/days.ts';
import type { FieldUse } from '../../shared/formats/log-format.ts';
import type { CountsRow } from '../../shared/store/counts-row.ts';
import { drawTable } from '../../shared/terminal/table.ts';
import type { Counting } from '../../shared/workers/counting.ts';
import { formatChoices, layoutChoices, ruleChoices } from '../choices.ts';
import { type Command, CommandError, type Invocation } from '../command.ts';
import { configurationOf } from '../configuration.ts';
import { configuredRegistries } from '../configured-registries.ts';
import { countryDatabasePath } from '../country-database.ts';
import { requireJsonKeys } from '../require-json-keys.ts';

/** The values of `formats test`'s flags. */
interface TestFlags {
  readonly format?: string;
  readonly layout?: string;
  readonly rules?: string;
  readonly lines: number;
}

/** What one line comes to. `kept` is all that would be stored of it, as the store would get it. */
interface TestedLine {
  readonly line: number;
  readonly outcome: Outcome | 'directive';
  readonly kept?: Readonly<Record<string, string>>;
}

/** `tallymark formats test FILE`: how a file's first lines are read, what is kept of each field and what is dropped. */
export const formatsTest: Command<TestFlags> = {
  operands: '<file>',
  description:
    'Reads the first lines of a file as `replay` does, counts nothing, and shows where each line ends, all that would be kept ' +
    'of it, and what becomes of each field. No address, user agent or URL is printed.',
  options: [
    { flags: '--format <name>', description: 'log format (default: detected)', choices: formatChoices },
    {
      flags: '--layout <name>',
      description: "the registry's URL shape (default: detected)",
      choices: layoutChoices,
    },
    {
      flags: '--rules <name>',
      description: 'what counts as a download (default: default)',
      choices: ruleChoices,
    },
    { flags: '--lines <n>', description: 'how many lines', is: 'integer', default: 10 },
  ],
  examples: [
    'tallymark formats test /var/log/nginx/access.log',
    'tallymark formats test logs.gz --lines 100 --json',
  ],
  async run(invocation) {
    const { terminal, flags, operands } = invocation;
    const { setup, lines } = await readFirstLines(invocation, operands[0]);
    const { formatByName } = await import('../../shared/formats/registry.ts');
    const fields = Object.entries(formatByName(setup.format)?.fields ?? {}).map(([field, use]) => ({
      field,
      use,
      ...fates[use],
    }));
    if (flags.json === true) {
      const { format, enveloped, registries } = setup;
      terminal.out(
        `${JSON.stringify({ file: operands[0], format, enveloped, registries, fields, lines }, null, 2)}\n`,
      );
      return 0;
    }
    const registries = setup.registries.map(
      ({ name, layout, rules }) => `registry ${name}, layout ${layout}, rules ${rules}`,
    );
    terminal.out(`${operands[0]}: ${setup.format}${setup.enveloped ? ' in an envelope' : ''}\n`);
    terminal.out(`  ${registries.join('\n  ') || 'no artifact of any layout in it'}\n\n`);
    const fieldRows = fields.map(({ field, kept, as }) => [field, kept ? 'kept' : 'dropped', as]);
    terminal.out(`${drawTable([{ title: 'field' }, { title: '' }, { title: '' }], fieldRows, 1000)}\n`);
    terminal.out(
      drawTable(
        [{ title: 'line', align: 'right' }, { title: 'outcome' }, { title: 'kept of it' }],
        lines.map(lineRow),
        1000,
      ),
    );
    return 0;
  },
};

/** What becomes of a field, by its use. */
const fates: Readonly<Record<FieldUse, { readonly kept: boolean; readonly as: string }>> = {
  address: { kept: false, as: 'looked up in memory; its country is kept' },
  userAgent: {
    kept: false,
    as: 'parsed in memory; installer, runtime, system, ci are kept, words of closed lists',
  },
  path: {
    kept: true,
    as: 'registry, project, version, file type, where the layout accepts them; never the path',
  },
  host: { kept: false, as: 'tells the registry, where the configuration names hosts' },
  country: { kept: true, as: 'country, where country_from is log' },
  time: { kept: true, as: 'UTC day, without the time of day' },
  method: { kept: false, as: 'decides whether the line counts' },
  status: { kept: false, as: 'decides whether the line counts' },
  range: { kept: false, as: 'decides whether the line counts' },
  internal: { kept: false, as: 'decides whether the line counts' },
  edge: { kept: false, as: 'decides whether the line counts' },
  forwarded: { kept: false, as: 'taken for the address, where client_address says so' },
  version: { kept: false, as: 'checked: the format has versions' },
  downloads: { kept: true, as: 'how many downloads the line stands for' },
  'stepped-over': { kept: false, as: 'never read' },
};

async function readFirstLines(
  invocation: Invocation<TestFlags>,
  path: string,
): Promise<{ setup: FileSetup; lines: readonly TestedLine[] }> {
  const { flags, signal } = invocation;
  const { settings } = await configurationOf(invocation);
  requireJsonKeys(flags.format, settings);
  const { clientAddressOf } = await import('../../shared/config.ts');
  const { createBlockPool } = await import('../../shared/source/block-pool.ts');
  const { openSource } = await import('../../shared/source/open-source.ts');
  const { detectSetup } = await import('./detect-setup.ts');
  const { checkHeadVersion } = await import('./check-version.ts');
  const { openCountryDatabase } = await import('../../shared/geo/open-country-database.ts');
  const { Counting } = await import('../../shared/workers/counting.ts');
  await using source = await openSource(path, createBlockPool());
  if (source.head.length === 0) throw new CommandError(1, `${path} is empty`);
  const setup = await detectSetup(source, {
    format: flags.format,
    layout: flags.layout,
    rules: flags.rules,
    registry: flags.registry,
    registries: flags.layout === undefined ? configuredRegistries(settings, flags.registry) : undefined,
    countryFrom: settings.country_from,
    clientAddress: clientAddressOf(settings),
    keys: settings.formats.json,
    signal,
  });
  checkHeadVersion(source, setup);
  signal.throwIfAborted();
  const database = countryDatabasePath(settings);
  const counting = new Counting(
    openCountryDatabase(database === undefined ? {} : { path: database }).countryOf,
  );
  return { setup, lines: await countOneByOne(source.head, { setup, counting, limit: flags.lines }) };
}

/** Each line by itself through the very pipeline of a replay: what it leaves is all that would be stored of it. */
async function countOneByOne(
  head: Uint8Array,
  options: { setup: FileSetup; counting: Counting; limit: number },
): Promise<TestedLine[]> {
  const { readRows } = await import('../../shared/store/counts-row.ts');
  const { setup, counting, limit } = options;
  const today = dayAt(Date.now());
  const tested: TestedLine[] = [];
  for (let start = 0, line = 1; start < head.length && line <= limit; line++) {
    const newline = head.indexOf(10, start);
    const end = newline < 0 ? head.length : newline;
    const bytes = Buffer.concat([head.subarray(start, end), Buffer.from('\n')]);
    counting.begin({ file: 0, setup, today, covered: [] });
    counting.count({ kind: 'lines', bytes, length: bytes.length, from: start });
    const { months, totals } = counting.cut();
    const outcome = (Object.keys(totals[0].lines)[0] ?? 'directive') as TestedLine['outcome'];
    const rows = months.flatMap(({ rows }) => [...readRows(rows)]);
    tested.push(rows.length === 0 ? { line, outcome } : { line, outcome, kept: keptOf(rows[0]) });
    start = end + 1;
  }
  return tested;
}

/** `{ registry: 'pypi', project: 'demo', day: '2026-11-22', downloads: '1', country: 'ZZ', … }`: what of the row is not empty. */
function keptOf(row: CountsRow): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [column, value] of Object.entries(row)) {
    if (column === 'day') kept[column] = isoDay(row.day);
    else if (typeof value === 'object') Object.assign(kept, amountsOf(column, value));
    else if (value !== 0 && value !== '') kept[column] = String(value);
  }
  return kept;
}

/** A map column with its one key; the key is empty where the line has no such value. */
function amountsOf(column: string, amounts: CountsRow['country']): Record<string, string> {
  const keys = Object.keys(amounts).filter((key) => key !== '');
  return keys.length === 0 ? {} : { [column]: keys.join(' ') };
}

function lineRow({ line, outcome, kept }: TestedLine): string[] {
  if (outcome === 'directive') return [String(line), 'not a log line', ''];
  const pairs = Object.entries(kept ?? {}).map(([column, value]) => `${column} ${value}`);
  const words = outcome === 'counted' || outcome === 'already_counted' ? [] : [describeDrop(outcome).words];
  return [
    String(line),
    words.length === 0 ? outcome : `dropped: ${outcome}`,
    [...words, ...pairs].join(', '),
  ];
}
