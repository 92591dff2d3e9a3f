/** One process of a machine at a time, with nothing to clean up when it dies. */

import { createServer } from 'node:net';

/**
 * Runs `run` unless another process is running something under this name, then gives undefined. The turn is a bound abstract
 * socket, which the system takes back with the process; where there is none (not Linux), everybody has a turn, so it may only
 * keep things quiet, not safe. See https://man7.org/linux/man-pages/man7/unix.7.html
 */
export async function inTurn<T>(name: string, run: () => Promise<T>): Promise<T | undefined> {
  if (process.platform !== 'linux') return await run();
  const turn = createServer();
  const bound = await new Promise<boolean>((resolve) => {
    turn.once('error', () => resolve(false)).listen(`\0${name}`, () => resolve(true));
  });
  if (!bound) return undefined;
  try {
    return await run();
  } finally {
    await new Promise((resolve) => turn.close(resolve));
  }
}
