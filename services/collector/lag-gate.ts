import { setTimeout as sleep } from 'node:timers/promises';

interface LagGateOptions {
  /** Whether the counting is so far behind that raw lines could be gone before they are counted. */
  isFarBehind(): Promise<boolean>;
  readonly everyMs?: number;
  readonly signal: AbortSignal;
  onNotice(text: string): void;
  /** Told at each look whether reading waits. */
  onWait?(waits: boolean): void;
}

/** Lets files be read, or not: what waits in a file is safe, what waits in Kafka is removed after a time. */
export interface LagGate {
  /** Resolves when the next file may be read; rejects with the signal's reason. */
  mayRead(): Promise<void>;
}

const EVERY_MS = 10_000;

/** Asks now and every ten seconds, until the signal. Where Kafka does not say, files are read: sending waits for it anyway. */
export function openLagGate({
  isFarBehind,
  everyMs = EVERY_MS,
  signal,
  onNotice,
  onWait,
}: LagGateOptions): LagGate {
  let open = true;
  const waiting: (() => void)[] = [];
  const set = (opens: boolean) => {
    if (opens !== open) onNotice(opens ? GOES_ON : WAITS);
    open = opens;
    onWait?.(!opens);
    if (open) for (const resolve of waiting.splice(0)) resolve();
  };
  const watch = async () => {
    while (!signal.aborted) {
      set(!(await isFarBehind().catch(() => false)));
      await sleep(everyMs, undefined, { signal });
    }
  };
  const release = () => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  signal.addEventListener('abort', release, { once: true });
  // Ends with the signal only.
  watch().catch(release);
  return {
    async mayRead() {
      while (!open && !signal.aborted) await new Promise<void>((resolve) => waiting.push(resolve));
      signal.throwIfAborted();
    },
  };
}

const WAITS =
  'Counting is behind by half the time that raw lines may stay in Kafka. Reading waits, so that nothing is removed uncounted. Check `tallymark ingest`.';
const GOES_ON = 'Counting has caught up. Reading goes on.';
