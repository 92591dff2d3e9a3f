import { setTimeout as sleep } from 'node:timers/promises';
import { dayAt } from '../../shared/days.ts';
import { CommandError } from '../command.ts';
import { hasNews, type Look, lookAtFiles } from './look-at-files.ts';
import type { UpTeller } from './up-teller.ts';

/** What is watched, and how what comes is counted. */
export interface CountingOptions {
  /** Files, folders, globs. */
  readonly paths: readonly string[];
  /** Flags of `replay`. */
  readonly replayFlags: readonly string[];
  /** How long after one look the next is taken. */
  readonly everyMs: number;
  /** What `release` publishes under; nothing is released where absent. */
  readonly profile: string | undefined;
  readonly signal: AbortSignal;
  readonly teller: UpTeller;
  /** Runs a command over the store to its end, as `runCommand` does; `input` is its standard input. */
  run(args: readonly string[], onOutput: (text: string) => void, input?: string): Promise<number | null>;
}

/** What of `replay --json` is asked for here. */
interface Replayed {
  readonly lines: number;
  readonly counted: number;
  readonly already_counted: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly files: readonly (Omit<Replayed, 'files'> & {
    readonly path: string;
    readonly error?: { readonly code: string; readonly message: string };
  })[];
}

/** A day is over with the last clock's lines in: an hour into the next. */
const releaseAfterMs = 3_600_000;

/**
 * Looks at the paths again and again until the signal; where a file is new or has changed, `replay` counts it, which knows what it has
 * counted; once a day, and at the start, what is due is released. A command that fails is run again at the next look. Throws
 * `CommandError` 2 where one says that it was called wrongly.
 */
export async function keepCounting(options: CountingOptions): Promise<void> {
  const { signal, everyMs } = options;
  let look: Look | undefined;
  let counted: Look | undefined;
  let hasCounts = false;
  let releasedOn = -1;
  while (!signal.aborted) {
    look = lookAtFiles(options.paths, look);
    options.teller.tellTroubles('paths', troublesOf(look));
    if (hasNews(look, counted)) {
      const replayed = await countNews(options, look);
      if (replayed) counted = look;
      hasCounts ||= replayed !== undefined && replayed.counted + replayed.already_counted > 0;
    }
    const today = dayAt(Date.now() - releaseAfterMs);
    // What is released is never drawn again, so only when nothing that is there waits to be counted.
    if (hasCounts && !hasNews(look, counted) && releasedOn < today && (await release(options)))
      releasedOn = today;
    await sleep(everyMs, undefined, { signal }).catch(() => {});
  }
}

function troublesOf({ problems }: Look): Map<string, string> {
  return new Map(
    problems.map(({ code, path, message }) => [`${code} ${path}`, `${message} It is waited for.`]),
  );
}

/** Undefined where the replay came to no end: its lines are counted by a later one. */
async function countNews(options: CountingOptions, look: Look): Promise<Replayed | undefined> {
  const { paths, replayFlags, teller, signal } = options;
  let output = '';
  // A command line holds some ten thousand paths, and more than that may have been rotated.
  const args = ['replay', '--json', ...replayFlags, '--files-from', '-', '--', ...paths];
  const exit = await options.run(
    args,
    (text) => {
      output += text;
    },
    look.rotated.join('\n'),
  );
  if (exit === 2) throw new CommandError(2, 'replay cannot run so', 'what it said stands above');
  const replayed = output.endsWith('\n') ? (JSON.parse(output) as Replayed) : undefined;
  const failed = replayed === undefined && !signal.aborted;
  const again = 'Nothing is lost: the lines are counted when it goes through.';
  teller.tellTroubles('replay', new Map(failed ? [['', `A replay did not come to its end. ${again}`]] : []));
  if (replayed) tellCounted(replayed, look, teller);
  return replayed;
}

function tellCounted(
  { counted, dropped, lines, already_counted, files }: Replayed,
  look: Look,
  teller: UpTeller,
): void {
  const fresh = files.filter((file) => file.lines > file.already_counted).length;
  const sum = Object.values(dropped).reduce((total, count) => total + count, 0);
  if (fresh > 0)
    teller.tell({ event: 'counted', lines: lines - already_counted, counted, dropped: sum, files: fresh });
  // Paths that lead to no file are told of by the look, and what was rotated on since then is found by the next one.
  const failed = files.flatMap(({ path, error }): [string, string][] =>
    error && error.code !== 'missing' && look.files.has(path)
      ? [[`${path} ${look.files.get(path)}`, `${path}: ${error.message}`]]
      : [],
  );
  teller.tellTroubles('files', new Map(failed));
}

/** Whether nothing is left to release today. */
async function release({ profile, run, teller, signal }: CountingOptions): Promise<boolean> {
  if (profile === undefined) {
    const text =
      'Countries and clients stay unreleased: give --profile, or run `tallymark release --profile exact` when you want.';
    teller.tellTroubles('release', new Map([['', text]]));
    return true;
  }
  let output = '';
  const exit = await run(['release', '--profile', profile], (text) => {
    output += text;
  });
  if (exit === 2) throw new CommandError(2, 'release cannot run so', 'what it said stands above');
  const failed = exit !== 0 && !signal.aborted;
  teller.tellTroubles(
    'release',
    new Map(failed ? [['', 'A release did not come to its end; it is tried again.']] : []),
  );
  if (exit === 0) teller.tell({ event: 'released', profile, text: output.trimEnd() });
  return exit === 0;
}
