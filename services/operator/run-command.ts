import { spawn } from 'node:child_process';

export interface RunCommandOptions {
  /** The `cli.js` to run. */
  readonly program: string;
  /** Where it works; its `tallymark.yaml` would be read. This process's own where absent. */
  readonly folder?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends the process in the orderly way. */
  readonly signal: AbortSignal;
  /** All of its standard input; it has none where absent. */
  readonly input?: string | undefined;
  /** Gets standard output as it comes. */
  onOutput(text: string): void;
  /** Gets standard error as it comes; it goes where ours goes where absent. */
  onError?(text: string): void;
}

/**
 * Runs another command of Tallymark as a process of its own and answers its exit code, null where a signal ended it. It has a process
 * group of its own, so that a Ctrl-C reaches it once, through `signal`, and not twice, which would stop it at once. It has a channel to
 * this one, over which nothing is sent: when this process is gone, killed even, the channel closes, and `cli.ts` ends the command.
 */
export async function runCommand(
  args: readonly string[],
  options: RunCommandOptions,
): Promise<number | null> {
  options.signal.throwIfAborted();
  const child = spawn(process.execPath, [options.program, ...args], {
    ...(options.folder !== undefined && { cwd: options.folder }),
    env: { ...options.env },
    stdio: [
      options.input === undefined ? 'ignore' : 'pipe',
      'pipe',
      options.onError ? 'pipe' : 'inherit',
      'ipc',
    ],
    detached: true,
  });
  const stop = () => child.kill('SIGTERM');
  options.signal.addEventListener('abort', stop, { once: true });
  // One that ends before it has read all of it says why by its exit code.
  child.stdin?.on('error', () => {}).end(options.input);
  child.stdout?.setEncoding('utf8').on('data', (text: string) => options.onOutput(text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => options.onError?.(text));
  try {
    return await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
  } finally {
    options.signal.removeEventListener('abort', stop);
  }
}
