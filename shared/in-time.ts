import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for an end, whichever it is, but no longer than `ms`; false where it has not come by then, and is left to itself. */
export async function inTime(ms: number, ending: Promise<unknown>): Promise<boolean> {
  const over = new AbortController();
  const late = sleep(ms, false, { signal: over.signal }).catch(() => false);
  const ended = ending.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([ended, late]);
  } finally {
    over.abort();
  }
}

/** What `done` comes to, or the signal's reason as soon as that is aborted: what is not done by then is left to itself. */
export async function unlessAborted<T>(done: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await done;
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([aborted, done]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
