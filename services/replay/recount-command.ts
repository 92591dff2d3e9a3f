import type { Settings } from '../../shared/config.ts';
import { dayAt, isoDay, parseDay } from '../../shared/days.ts';
import type { Recount } from '../../shared/store/recount-day.ts';
import { formatCount } from '../../shared/terminal/numbers.ts';
import { drawTable } from '../../shared/terminal/table.ts';
import { formatChoices, layoutChoices, ruleChoices } from '../choices.ts';
import { type Command, CommandError, type Invocation } from '../command.ts';
import { configurationOf } from '../configuration.ts';
import { configuredRegistries } from '../configured-registries.ts';
import { countryDatabasePath } from '../country-database.ts';
import { openStore } from '../open-store.ts';
import { requireJsonKeys } from '../require-json-keys.ts';
import type { RecountFile } from './count-again.ts';

/** The values of `recount`'s flags. */
interface RecountFlags {
  readonly from?: readonly string[];
  readonly format?: string;
  readonly layout?: string;
  readonly rules?: string;
  readonly countryFrom?: 'log' | 'database';
  readonly geoDb?: string;
  readonly timeout?: number;
}

type DayRecount = Recount & { readonly day: string };

/** `tallymark recount DAY… --from PATH…`: counts days again from their files, and enters the difference. */
export const recount: Command<RecountFlags> = {
  operands: '<day...>',
  description:
    'Counts days again from the files they were counted from, with other rules, format, layout or country data, and enters the difference ' +
    'in the books. All or nothing for each day: a day whose files are not all given, or have changed, stays as it is.',
  options: [
    { flags: '--from <path...>', description: 'files, folders or globs with the lines of these days' },
    { flags: '--rules <name>', description: 'what counts as a download', choices: ruleChoices },
    { flags: '--format <name>', description: 'log format, for all files', choices: formatChoices },
    {
      flags: '--layout <name>',
      description: "the registry's URL shape, for all files",
      choices: layoutChoices,
    },
    {
      flags: '--country-from <where>',
      description:
        'the address looked up in a database, or what the CDN logged; always the latter where a format has no address (pypi)',
      choices: ['log', 'database'],
    },
    { flags: '--geo-db <file>', description: 'a MaxMind or DB-IP country file' },
    {
      flags: '--timeout <seconds>',
      description: 'how long the store may be silent',
      is: 'seconds',
      default: 300,
    },
  ],
  examples: ['tallymark recount 2026-11-20 2026-11-21 --from /var/log/nginx --rules pypi-2026'],
  async run(invocation) {
    const { flags, operands } = invocation;
    const wrong = operands.find((day) => parseDay(day) === undefined);
    if (wrong !== undefined)
      throw new CommandError(2, `'${wrong}' is no day`, 'a UTC day is written YYYY-MM-DD');
    if (flags.from === undefined)
      throw new CommandError(2, 'no files', 'give those of the days with --from PATH…');
    const { settings } = await configurationOf(invocation, {
      country_from: flags.countryFrom,
      geo_db: flags.geoDb,
    });
    requireJsonKeys(flags.format, settings);
    const recounts: DayRecount[] = [];
    try {
      for await (const recounted of recountDays(invocation, settings)) recounts.push(recounted);
    } finally {
      // What was entered stays entered, whatever comes after it.
      if (recounts.length > 0) show(recounts, invocation);
    }
    return recounts.some(({ outcome }) => outcome === 'refused') ? 1 : 0;
  },
};

function show(recounts: readonly DayRecount[], { flags, terminal }: Invocation<RecountFlags>): void {
  if (flags.json === true) terminal.out(`${JSON.stringify({ days: recounts })}\n`);
  else terminal.out(drawTable([{ title: 'day' }, { title: '' }], recounts.map(describe), 1000));
}

/** Day by day, as each is entered. */
async function* recountDays(
  invocation: Invocation<RecountFlags>,
  settings: Settings,
): AsyncGenerator<DayRecount> {
  const { flags, operands, signal } = invocation;
  const { recountDay } = await import('../../shared/store/recount-day.ts');
  const { openCountryDatabase } = await import('../../shared/geo/open-country-database.ts');
  const { countAgainFrom } = await import('./count-again.ts');
  const path = countryDatabasePath(settings);
  const database = openCountryDatabase(path === undefined ? {} : { path });
  const files = await lookAtFiles(invocation, settings);
  const today = dayAt(Date.now());
  const countAgain = countAgainFrom(files, { database, today });
  const { storeOver } = await import('../../shared/store/store-over.ts');
  await using connection = await openStore(settings, 'write');
  const store = storeOver(connection);
  for (const day of [...new Set(operands.flatMap((text) => parseDay(text) ?? []))].sort((a, b) => a - b)) {
    const recounted = await recountDay(store, {
      day,
      candidates: files,
      countAgain,
      signal,
      ...(flags.timeout !== undefined && { timeoutMs: flags.timeout * 1000 }),
    });
    yield { day: isoDay(day), ...recounted };
  }
}

/** All of the files, or none: a file that cannot be read is no reason to enter half a day. */
async function lookAtFiles(
  { flags, signal }: Invocation<RecountFlags>,
  settings: Settings,
): Promise<RecountFile[]> {
  const { clientAddressOf } = await import('../../shared/config.ts');
  const { findFiles } = await import('../../shared/source/find-files.ts');
  const { lookAtFile } = await import('./count-again.ts');
  const { files, problems } = findFiles(flags.from ?? []);
  if (problems.length > 0) throw new CommandError(1, problems.map(({ message }) => message).join('\n  '));
  const { layout, rules, registry } = flags;
  const registries = layout === undefined ? configuredRegistries(settings, registry) : undefined;
  const options = {
    format: flags.format,
    layout,
    rules,
    registry,
    // A recount is most often for other rules, so they win over each registry's own.
    registries: rules === undefined ? registries : registries?.map((one) => ({ ...one, rules })),
    countryFrom: settings.country_from,
    clientAddress: clientAddressOf(settings),
    keys: settings.formats.json,
    signal,
  };
  const looked: RecountFile[] = [];
  for (const { path } of files) {
    signal.throwIfAborted();
    const file = await lookAtFile(path, options);
    if (file !== undefined) looked.push(file);
  }
  return looked;
}

function describe(recounted: DayRecount): [string, string] {
  return [recounted.day, wordsOf(recounted)];
}

function wordsOf(recounted: Recount): string {
  if (recounted.outcome === 'unchanged') return 'unchanged: counted again, the same numbers';
  if (recounted.outcome === 'entered') {
    const { before, after, personSide } = recounted;
    const cleared = personSide ? '' : ' (exact side only: who downloaded has been cleared)';
    return `${formatCount(before)} → ${formatCount(after)} downloads${cleared}`;
  }
  switch (recounted.reason) {
    case 'not_counted':
      return 'refused: nothing was counted from files on this day';
    case 'kafka':
      return 'refused: it has lines that came through Kafka, which are in no file';
    case 'changed':
      return 'refused: a file is not what was counted; give it as it was, or grown';
    case 'missing':
      return `refused: ${formatCount(recounted.lines)} of its lines are in files that are not given; add them with --from`;
    default:
      return recounted satisfies never;
  }
}
