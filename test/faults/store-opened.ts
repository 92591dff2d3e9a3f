import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningCli } from './start-cli.ts';

/** Waits until a process has made the socket of the embedded store anew, so owns it, or has ended. Called right after its start. */
export async function storeOpened(data: string, { ended }: RunningCli): Promise<void> {
  const madeAt = () => statSync(join(data, 'store.sock'), { throwIfNoEntry: false })?.ctimeMs;
  const before = madeAt();
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!over && (madeAt() === undefined || madeAt() === before)) await sleep(5);
}
