import { spawnSync } from 'node:child_process';
import { skippedFor } from '../missing-tool.ts';
import { replayArguments } from './replay-arguments.ts';
import { type Ended, startCli } from './start-cli.ts';

/** System calls by which an insert becomes durable and visible, and those that tidy up after it. */
export const crashCalls = ['rename', 'renameat2', 'fdatasync', 'fsync', 'unlink'] as const;

/** The instant at which a process makes a system call; each of its threads counts its own. */
export interface CrashPoint {
  readonly call: (typeof crashCalls)[number];
  /** From 1 on. */
  readonly time: number;
}

const tracer = 'strace';

/** Why no process can be ended at a system call here; undefined where one can. Throws in CI where the tool is missing. */
export const whyNoCrashPoints: string | undefined = findOut();

function findOut(): string | undefined {
  const inject = ['-f', '-qq', '-o', '/dev/null', '-e', 'inject=fsync:signal=SIGKILL:when=9'];
  const { error, status } = spawnSync(tracer, [...inject, process.execPath, '--version']);
  if (error !== undefined) return skippedFor(`${tracer} is not on the PATH`);
  // A right that containers often have not, in CI too, and no installation gives.
  return status === 0 ? undefined : 'no process may be traced here; no error in CI either';
}

/** The program under which a process is killed at a system call, if it gets there. See https://man7.org/linux/man-pages/man1/strace.1.html, "Tampering". */
export function injectCrash({ call, time }: CrashPoint): readonly string[] {
  const inject = ['-e', `trace=${call}`, '-e', `inject=${call}:signal=SIGKILL:when=${time}`];
  return [tracer, '-f', '-qq', '-o', '/dev/null', ...inject];
}

/** Runs a replay that is killed at a system call, if it gets there. */
export async function replayToCrash(
  paths: readonly string[],
  data: string,
  point: CrashPoint,
): Promise<Ended> {
  await using replay = startCli(replayArguments(paths, data), { under: injectCrash(point) });
  return await replay.ended;
}
