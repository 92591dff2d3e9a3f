/** A store opened by a process of its own, driven by messages, for tests that kill it. */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { InsertBytes } from '../../shared/clickhouse/database.ts';

/** What the process may be asked. */
export type StoreRequest =
  | { readonly do: 'query'; readonly sql: string; readonly params?: Record<string, unknown> }
  | { readonly do: 'insert'; readonly insert: InsertBytes }
  | { readonly do: 'owner' };

/** What it answers. */
export type StoreAnswer = { readonly result: unknown } | { readonly error: string; readonly message: string };

/** A process with the store of `data` open, or with the error that opening it gave. */
export interface StoreProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly opened: StoreAnswer;
  /** Everything it wrote to stderr so far. */
  readonly stderr: () => string;
  ask(request: StoreRequest): Promise<StoreAnswer>;
  kill(): Promise<void>;
}

/** Starts a process and waits until it has opened the store of `data`. */
export async function startStoreProcess(data: string): Promise<StoreProcess> {
  const main = fileURLToPath(new URL('store-process-main.ts', import.meta.url));
  const child = fork(main, [data], {
    execArgv: ['--import', 'tsx'],
    serialization: 'advanced',
    silent: true,
  });
  const exited = once(child, 'exit');
  let stderr = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  let next = 0;
  const waiting = new Map<number, (answer: StoreAnswer) => void>();
  child.on('message', ({ id, answer }: { id: number; answer: StoreAnswer }) => waiting.get(id)?.(answer));
  child.once('exit', () => {
    for (const settle of waiting.values()) settle({ error: 'Exited', message: stderr });
  });
  const answerTo = (id: number): Promise<StoreAnswer> => new Promise((resolve) => waiting.set(id, resolve));
  const opened = await answerTo(next++);
  return {
    child,
    opened,
    stderr: () => stderr,
    ask: (request) => {
      const id = next++;
      const answer = answerTo(id);
      if (child.connected) child.send({ id, request });
      return answer;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    [Symbol.asyncDispose]: async () => {
      if (child.connected) child.disconnect();
      if (child.exitCode === null && child.signalCode === null) await exited;
    },
  };
}
