import { spawn } from 'node:child_process';

export interface RunCommandOptions {
  /** The `cli.js` to run. */
  readonly program: string;
  /** Where it works; its `tallymark.yaml` would be read. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends the process in the orderly way. */
  readonly signal: AbortSignal;
  /** Gets standard output as it comes; standard error goes where ours goes. */
  onOutput(text: string): void;
}

/**
 * Runs another command of Tallymark as a process of its own and answers its exit code, null where a signal ended it. It has a process
 * group of its own, so that a Ctrl-C reaches it once, through `signal`, and not twice, which would stop it at once.
 */
export async function runCommand(
  args: readonly string[],
  options: RunCommandOptions,
): Promise<number | null> {
  options.signal.throwIfAborted();
  const child = spawn(process.execPath, [options.program, ...args], {
    cwd: options.folder,
    env: { ...options.env },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const stop = () => child.kill('SIGTERM');
  options.signal.addEventListener('abort', stop, { once: true });
  child.stdout.setEncoding('utf8').on('data', (text: string) => options.onOutput(text));
  try {
    return await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
  } finally {
    options.signal.removeEventListener('abort', stop);
  }
}
