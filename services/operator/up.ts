import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../../shared/config.ts';
import { findFiles } from '../../shared/source/find-files.ts';
import { formatChoices, layoutChoices, ruleChoices } from '../choices.ts';
import { type Command, CommandError, type ExitCode, type Invocation } from '../command.ts';
import { configurationOf } from '../configuration.ts';
import { requireJsonKeys } from '../require-json-keys.ts';
import { type CountingOptions, keepCounting } from './keep-counting.ts';
import { keepServing } from './keep-serving.ts';
import { runCommand } from './run-command.ts';
import { UpTeller } from './up-teller.ts';

/** The values of `up`'s flags. */
interface UpFlags {
  readonly host: string;
  readonly port: number;
  readonly every: number;
  readonly profile?: string;
  readonly format?: string;
  readonly layout?: string;
  readonly rules?: string;
  readonly site?: string;
  readonly countryFrom?: 'log' | 'database';
  readonly geoDb?: string;
}

/** `tallymark up PATH…`: the other commands, each in a process of its own, over one store, for as long as a mirror runs. */
export const up: Command<UpFlags> = {
  operands: '<path...>',
  description:
    'Watches files, folders or globs, counts what comes, and serves the numbers, until Ctrl-C; with --profile it also releases, once ' +
    'a day after 01:00 UTC. It starts `serve`, `replay` and `release` over the same store. Logs may grow and be rotated by renaming: ' +
    'beside access.log it counts access.log.1, access.log-20261127.gz and the like too. Killed at any moment and started again, it ' +
    'loses nothing and counts nothing twice.',
  options: [
    { flags: '--host <address>', description: 'address to listen on', default: '127.0.0.1' },
    { flags: '--port <n>', description: 'port to listen on (0: any free one)', is: 'port', default: 8080 },
    {
      flags: '--every <seconds>',
      description: 'how long after one look at the files the next is taken',
      is: 'integer',
      default: 10,
    },
    {
      flags: '--profile <name>',
      description: 'release countries and clients under this profile; only exact is available',
      choices: async () => (await import('../../shared/privacy/profile.ts')).profileNames,
    },
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
      description: 'the address looked up in a database, or what the CDN logged',
      choices: ['log', 'database'],
    },
    {
      flags: '--geo-db <file>',
      description: 'a MaxMind or DB-IP country file instead of the one that is shipped',
    },
  ],
  examples: [
    'tallymark up /var/log/nginx',
    "tallymark up '/var/log/nginx/access.log*' --profile exact --port 80",
  ],
  async run(invocation) {
    const { flags, operands, terminal } = invocation;
    const pipe = findFiles(operands).files.find(({ size }) => size === undefined);
    if (pipe)
      throw new CommandError(2, `${pipe.path} is no file to watch`, '`tallymark replay` counts a pipe');
    const { settings } = await configurationOf(invocation, {
      country_from: flags.countryFrom,
      geo_db: flags.geoDb,
    });
    requireJsonKeys(flags.format, settings);
    await requireProfile(flags.profile);
    const teller = new UpTeller(terminal, flags.json === true);
    await makeStore(invocation, settings, teller);
    return await watchAndServe(invocation, teller);
  },
};

async function requireProfile(name: string | undefined): Promise<void> {
  if (name === undefined) return;
  const { profileNamed, profileNames, ProfileUnavailable } = await import('../../shared/privacy/profile.ts');
  try {
    profileNamed(profileNames.find((known) => known === name) ?? 'standard');
  } catch (error) {
    if (!(error instanceof ProfileUnavailable)) throw error;
    throw new CommandError(2, error.message, undefined, { cause: error });
  }
}

/** A server must be running before the first log is counted, and it makes no store. */
async function makeStore(
  invocation: Invocation<UpFlags>,
  settings: Settings,
  teller: UpTeller,
): Promise<void> {
  if (settings.clickhouse.url !== undefined || existsSync(join(settings.data, 'store.json'))) return;
  const exit = await runner(invocation, invocation.signal, teller)(['migrate'], () => {});
  if (exit !== 0 && !invocation.signal.aborted)
    throw new CommandError(1, `no store can be made in ${settings.data}`);
}

/** Counts and serves until the signal, then ends what counts before what serves, which most often owns the store. */
async function watchAndServe(invocation: Invocation<UpFlags>, teller: UpTeller): Promise<ExitCode> {
  const { flags, operands } = invocation;
  const [failed, counted] = [new AbortController(), new AbortController()];
  const counting = AbortSignal.any([invocation.signal, failed.signal]);
  const serving = counted.signal;
  const both = await Promise.allSettled([
    keepCounting({
      paths: operands,
      replayFlags: replayFlagsOf(flags),
      everyMs: flags.every * 1000,
      profile: flags.profile,
      signal: counting,
      teller,
      run: runner(invocation, counting, teller),
    }).finally(() => counted.abort()),
    keepServing({
      ...flags,
      firstPauseMs: 1000,
      signal: serving,
      teller,
      run: runner(invocation, serving, teller),
    }).finally(() => failed.abort()),
  ]);
  for (const one of both) if (one.status === 'rejected') throw one.reason;
  return 0;
}

type Runner = CountingOptions['run'];

/** Runs other commands over the store of this one. */
function runner({ flags, env, program }: Invocation<UpFlags>, signal: AbortSignal, teller: UpTeller): Runner {
  const store = flagsOf({
    '--data': flags.data,
    '--clickhouse': flags.clickhouse,
    '--store-key-file': flags.storeKeyFile,
    '--registry': flags.registry,
    '--config': flags.config,
  });
  return async ([name, ...args], onOutput, input) => {
    if (signal.aborted) return null;
    const onError = teller.passOn();
    return await runCommand([name, ...store, ...args], { program, env, signal, input, onOutput, onError });
  };
}

function replayFlagsOf(flags: UpFlags): string[] {
  return flagsOf({
    '--format': flags.format,
    '--layout': flags.layout,
    '--rules': flags.rules,
    '--site': flags.site,
    '--country-from': flags.countryFrom,
    '--geo-db': flags.geoDb,
  });
}

function flagsOf(named: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(named).flatMap(([flag, value]) => (value === undefined ? [] : [flag, value]));
}
