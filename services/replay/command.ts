import type { Settings } from '../../shared/config.ts';
import { dayAt } from '../../shared/days.ts';
import { createLog } from '../../shared/logger.ts';
import type { UnreleasedDays } from '../../shared/store/released/unreleased-days.ts';
import { formatCounted } from '../../shared/terminal/numbers.ts';
import { openProgress } from '../../shared/terminal/progress.ts';
import { formatChoices, layoutChoices, ruleChoices } from '../choices.ts';
import { type Command, CommandError, type Invocation } from '../command.ts';
import { configurationOf } from '../configuration.ts';
import { configuredRegistries } from '../configured-registries.ts';
import { countryDatabasePath } from '../country-database.ts';
import { openStore } from '../open-store.ts';
import { requireJsonKeys } from '../require-json-keys.ts';
import { withoutAccount } from '../without-account.ts';
import { drawSummary } from './draw-summary.ts';
import type { ReplayOptions, ReplaySummary } from './replay-options.ts';
import { refuseKafkaFlags, replayViaKafka } from './via-kafka.ts';

/** The values of `replay`'s flags. */
interface ReplayFlags {
  readonly filesFrom?: string;
  readonly format?: string;
  readonly layout?: string;
  readonly rules?: string;
  readonly site?: string;
  readonly countryFrom?: 'log' | 'database';
  readonly geoDb?: string;
  readonly workers?: number;
  readonly timeout?: number;
  readonly via?: 'kafka';
  readonly brokers?: string;
  readonly topic?: string;
  readonly group?: string;
  readonly state?: string;
}

/** `tallymark replay PATH…`: counts archived logs, each line once however often it is given. */
export const replayCommand: Command<ReplayFlags> = {
  operands: '[path...]',
  description:
    'Counts archived logs: files, folders, globs, or - for standard input; plain, .gz, .zst or .bz2. Format and layout ' +
    'are detected. A line that was counted before is not counted again, so any replay may be repeated, stopped or killed.',
  options: [
    { flags: '--format <name>', description: 'log format, for all files', choices: formatChoices },
    {
      flags: '--layout <name>',
      description: "the registry's URL shape, for all files",
      choices: layoutChoices,
    },
    {
      flags: '--rules <name>',
      description: 'what counts as a download (default: default)',
      choices: ruleChoices,
    },
    { flags: '--site <label>', description: 'where the logs come from; a label in the books' },
    {
      flags: '--country-from <where>',
      description:
        'the address looked up in a database, or what the CDN logged; always the latter where a format has no address (pypi)',
      choices: ['log', 'database'],
    },
    {
      flags: '--geo-db <file>',
      description: 'a MaxMind or DB-IP country file instead of the one that is shipped',
    },
    { flags: '--files-from <file>', description: 'a file with one path a line' },
    { flags: '--workers <n>', description: 'counting threads (default: one a core)', is: 'threads' },
    {
      flags: '--timeout <seconds>',
      description: 'how long the store may be silent',
      is: 'seconds',
      default: 300,
    },
    {
      flags: '--via <what>',
      description: 'ship the logs there instead, for `tallymark ingest` to count: as ship --once',
      choices: ['kafka'],
    },
    { flags: '--brokers <list>', description: 'with --via kafka: host:port of a broker or several' },
    { flags: '--topic <name>', description: 'with --via kafka: topic of raw lines' },
    { flags: '--group <name>', description: 'with --via kafka: who counts' },
    { flags: '--state <dir>', description: 'with --via kafka: where it is kept what has been shipped' },
  ],
  examples: [
    'tallymark replay /var/log/nginx/*.gz',
    'tallymark replay /archive --format cloudfront --layout crates --rules crates',
    'zcat old.gz | tallymark replay - --json',
    'tallymark replay /archive --via kafka --brokers kafka-1:9092',
  ],
  async run(invocation) {
    const { flags, operands, terminal } = invocation;
    if (flags.via === 'kafka') return await replayViaKafka(invocation);
    refuseKafkaFlags(flags);
    if (operands.length === 0 && flags.filesFrom === undefined) {
      throw new CommandError(
        2,
        'no path',
        'tallymark replay PATH…; a file, a folder, a glob, or - for standard input',
      );
    }
    const { settings } = await configurationOf(invocation, {
      country_from: flags.countryFrom,
      geo_db: flags.geoDb,
    });
    requireJsonKeys(flags.format, settings);
    const { summary, unreleased } = await runReplay(invocation, settings);
    const query = ['tallymark query --exact --by project', ...storeFlags(invocation)].join(' ');
    if (flags.json === true) terminal.out(`${JSON.stringify(summary)}\n`);
    else
      terminal.out(
        drawSummary(summary, { width: terminal.width, query, release: releaseLine(unreleased, invocation) }),
      );
    return summary.files.some(({ error }) => error !== undefined) ? 1 : 0;
  },
};

async function runReplay(invocation: Invocation<ReplayFlags>, settings: Settings): Promise<Replayed> {
  const { terminal, signal } = invocation;
  const progress = openProgress({
    write: terminal.err,
    width: terminal.width,
    moves: terminal.errMoves,
    log: createLog(settings.log, terminal.err),
  });
  try {
    await using connection = await openStore(settings, 'write');
    const { storeOver } = await import('../../shared/store/store-over.ts');
    const { replay } = await import('./replay.ts');
    const summary = await replay({
      ...(await optionsOf(invocation, settings)),
      store: storeOver(connection),
      signal,
      onProgress: progress.show,
      onNotice(text) {
        progress.clear();
        terminal.err(`${text}\n`);
      },
    });
    const { optimizeMonths } = await import('../../shared/store/store-facts.ts');
    await optimizeMonths(connection, { parts: mostParts });
    const { unreleasedDays } = await import('../../shared/store/released/unreleased-days.ts');
    return { summary, unreleased: await unreleasedDays(connection, dayAt(Date.now())) };
  } finally {
    progress.clear();
  }
}

/** A month in more parts than this is merged at the end: only long-lived processes merge well by themselves. */
const mostParts = 30;

interface Replayed {
  readonly summary: ReplaySummary;
  readonly unreleased: UnreleasedDays | undefined;
}

/** What is counted and not published, and how to publish it. */
function releaseLine(unreleased: UnreleasedDays | undefined, invocation: Invocation): string | undefined {
  if (unreleased === undefined) return undefined;
  const { days, last } = unreleased;
  const command = ['tallymark release --profile exact --through', last, ...storeFlags(invocation)].join(' ');
  return `${command}  # ${formatCounted(days, 'day')} counted and not released`;
}

type Asked = Omit<ReplayOptions, 'store' | 'signal' | 'onProgress' | 'onNotice'>;

async function optionsOf({ operands, flags }: Invocation<ReplayFlags>, settings: Settings): Promise<Asked> {
  const { clientAddressOf } = await import('../../shared/config.ts');
  const { layout, rules, registry } = flags;
  // Naming a layout is the one-entry short form of `registries`, and takes their place.
  const registries = layout === undefined ? configuredRegistries(settings, registry) : undefined;
  if (registries !== undefined && rules !== undefined) {
    throw new CommandError(
      2,
      '--rules, but the configuration lists registries',
      'give each its rules there, or name a --layout',
    );
  }
  return {
    paths: operands,
    filesFrom: flags.filesFrom,
    format: flags.format === 'auto' ? undefined : flags.format,
    layout,
    rules,
    registry: registries === undefined ? registry : undefined,
    registries,
    site: flags.site,
    countryFrom: settings.country_from,
    geoDb: countryDatabasePath(settings),
    clientAddress: clientAddressOf(settings),
    keys: settings.formats.json,
    workers: flags.workers,
    timeoutMs: flags.timeout === undefined ? undefined : flags.timeout * 1000,
  };
}

/** What the next command needs to find the same store; user and password of a server are for whoever types it. */
function storeFlags({ flags }: Invocation): string[] {
  const named = [
    ['--data', flags.data],
    ['--clickhouse', flags.clickhouse && withoutAccount(flags.clickhouse)],
    ['--config', flags.config],
  ] as const;
  return named.flatMap(([flag, value]) => (value === undefined ? [] : [`${flag} ${shellWord(value)}`]));
}

function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;
}
