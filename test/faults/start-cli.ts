import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { program } from '../cli/run-cli.ts';

/** What a process that was started left. */
export interface Ended {
  /** Null where a signal ended it. */
  readonly exit: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running `tallymark`; disposing of it ends it as power does. */
export interface RunningCli extends AsyncDisposable {
  readonly pid: number;
  /** Everything it wrote so far. */
  stdout(): string;
  stderr(): string;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** A program that starts it: `['strace', '-f']`. */
  readonly under?: readonly string[];
  /** Of node: `['--import', 'x.mjs']`. */
  readonly nodeArgs?: readonly string[];
  readonly cwd?: string;
}

/** Starts the built command line, to be signalled while it runs; `built()` comes first. */
export function startCli(args: readonly string[], options: StartOptions = {}): RunningCli {
  const { env, under = [], nodeArgs = [], cwd } = options;
  const [command, ...rest] = [...under, process.execPath, ...nodeArgs, program, ...args];
  const child = spawn(command!, rest, {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', TZ: 'UTC', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
  });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
    });
  }
  const ended = once(child, 'close').then(([exit, signal]) => ({ exit, signal, ...output }));
  const kill = (signal: NodeJS.Signals) => void child.kill(signal);
  return {
    pid: child.pid!,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    kill,
    ended,
    [Symbol.asyncDispose]: async () => {
      kill('SIGKILL');
      await ended;
    },
  };
}
