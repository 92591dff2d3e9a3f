import type { Settings } from '../../shared/config.ts';
import { type Command, CommandError, type ExitCode, type Invocation } from '../command.ts';
import { configurationOf } from '../configuration.ts';
import { type MetricsFlags, metricsOptions, metricsSettings } from '../serve-metrics.ts';

/** The values of `ship`'s flags. */
export interface ShipFlags extends MetricsFlags {
  readonly filesFrom?: string;
  readonly brokers?: string;
  readonly topic?: string;
  readonly group?: string;
  readonly site?: string;
  readonly once?: boolean;
  readonly state?: string;
  readonly timeout?: number;
}

/** `tallymark ship PATH…`: takes growing or archived logs to Kafka. */
export const ship: Command<ShipFlags> = {
  operands: '[path...]',
  description:
    'Ships logs to Kafka, where `tallymark ingest` counts them: files, folders, globs, or - for standard input; plain, ' +
    '.gz, .zst or .bz2. Files are followed through rotation until Ctrl-C; with --once what is there is shipped. ' +
    'A line that is shipped again is not counted again. Standard input is shipped as it comes in, to its end; it cannot ' +
    'be read again: lines that were read and not acknowledged when the process is killed are lost, unless their writer ' +
    'sends everything again from the beginning.',
  options: [
    { flags: '--brokers <list>', description: 'host:port of a broker or several, with commas' },
    { flags: '--topic <name>', description: 'topic of raw lines; made where it is missing' },
    { flags: '--group <name>', description: 'who counts: reading waits while it is far behind' },
    { flags: '--site <label>', description: "where the logs come from (default: this machine's name)" },
    { flags: '--once', description: 'end when everything that is there is shipped' },
    { flags: '--files-from <file>', description: 'a file with one path a line' },
    {
      flags: '--state <dir>',
      description: 'where it is kept what has been shipped (default: ship in --data)',
    },
    {
      flags: '--timeout <seconds>',
      description: 'with --once: how long brokers may be away; else for ever',
      is: 'seconds',
      default: 300,
    },
    ...metricsOptions,
  ],
  examples: [
    'tallymark ship /var/log/nginx/access.log* --brokers kafka-1:9092',
    'tallymark ship /archive --once --brokers kafka-1:9092,kafka-2:9092 --site fra1',
    'zcat old.gz | tallymark ship - --once --json',
    'journalctl -f -o cat -u nginx | tallymark ship - --site fra1',
  ],
  async run(invocation) {
    const { flags, operands } = invocation;
    if (operands.length === 0 && flags.filesFrom === undefined) {
      throw new CommandError(
        2,
        'no path',
        'tallymark ship PATH…; a file, a folder, a glob, or - for standard input',
      );
    }
    const isPipe = operands.includes('-') && flags.once !== true;
    if (isPipe && (operands.length > 1 || flags.filesFrom !== undefined)) {
      throw new CommandError(
        2,
        '- is followed alone',
        'start another `tallymark ship` for the files, or add --once',
      );
    }
    if (flags.site !== undefined && !/^[\w.:@/-]{1,128}$/.test(flags.site)) {
      throw new CommandError(2, '--site: not a label', 'letters, digits and . _ : @ / -, up to 128 of them');
    }
    if (!isPipe && flags.once !== true) await requireFiles(operands);
    const { settings } = await configurationOf(invocation, {
      'kafka.brokers': flags.brokers,
      'kafka.topic': flags.topic,
      'kafka.group': flags.group,
      ...metricsSettings(flags),
    });
    // A pipe has no state that two could overwrite.
    if (isPipe) return await (await import('./run-ship.ts')).runShip(invocation, { settings });
    return await inOneProcess(invocation, settings);
  },
};

/** What is followed is opened again and again, which no pipe can be: it would be waited for in vain. */
async function requireFiles(operands: readonly string[]): Promise<void> {
  const { findFiles } = await import('../../shared/source/find-files.ts');
  const pipe = findFiles(operands).files.find(({ size }) => size === undefined);
  if (pipe === undefined) return;
  throw new CommandError(
    2,
    `${pipe.path} is no file to follow`,
    'have it as standard input of `tallymark ship -`, or add --once',
  );
}

/** Two that ship with one state would overwrite each other's. */
async function inOneProcess(invocation: Invocation<ShipFlags>, settings: Settings): Promise<ExitCode> {
  const { mkdirSync, statSync } = await import('node:fs');
  const { join } = await import('node:path');
  const { inTurn } = await import('../../shared/clickhouse/take-turns.ts');
  const { runShip } = await import('./run-ship.ts');
  const folder = invocation.flags.state ?? join(settings.data, 'ship');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new CommandError(
      1,
      `the folder of the state, ${folder}, cannot be made (${code})`,
      'name another by --state',
    );
  }
  const { dev, ino } = statSync(folder);
  const exitCode = await inTurn(`tallymark-ship-${dev}-${ino}`, () =>
    runShip(invocation, { settings, folder }),
  );
  if (exitCode !== undefined) return exitCode;
  throw new CommandError(
    1,
    `another \`tallymark ship\` is at work with the state in ${folder}`,
    'give this one a state of its own: --state DIR; lines that both ship are counted once',
  );
}
