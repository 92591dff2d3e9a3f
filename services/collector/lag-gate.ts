import { setTimeout as sleep } from 'node:timers/promises';
import type { Behind } from '../../shared/kafka/is-far-behind.ts';
import type { KafkaError } from '../../shared/kafka/kafka-error.ts';

interface LagGateOptions {
  /** Whether a line that is older than so many ms is still to be counted; `unreachable` where nothing can be sent either. */
  isFarBehind(ageMs: number): Promise<Behind>;
  /** How long raw lines may stay in Kafka. */
  readonly keptMs: number;
  readonly everyMs?: number;
  readonly signal: AbortSignal;
  onNotice(text: string): void;
  /** Told at each look whether reading waits. */
  onWait?(waits: boolean): void;
}

/** Lets files be read, or not: what waits in a file is safe, what waits in Kafka is removed after a time. */
export interface LagGate {
  /** Resolves when more may be read; rejects with the signal's reason. */
  mayRead(): Promise<void>;
}

const EVERY_MS = 10_000;

/** Of the time that lines are kept: the other half is for whoever has to get the counting going again. */
const LARGEST_LAG = 1 / 2;

/** A group has no coordinator for a moment when it is new, or its broker ends. */
const LOOKS_IN_VAIN = 2;

/**
 * Asks now and every ten seconds, until the signal. Where Kafka does not say, it stays as it was: nothing is known to be counted, or not to be. So it
 * does where Kafka has removed what nobody counted: what waits in the files would go the same way.
 */
export function openLagGate({
  isFarBehind,
  keptMs,
  everyMs = EVERY_MS,
  signal,
  onNotice,
  onWait,
}: LagGateOptions): LagGate {
  let open = true;
  let inVain = 0;
  const waiting: (() => void)[] = [];
  const release = () => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  const set = (opens: boolean) => {
    if (inVain >= LOOKS_IN_VAIN && opens === open) onNotice(SAYS_AGAIN);
    if (opens !== open) onNotice(opens ? GOES_ON : WAITS);
    inVain = 0;
    open = opens;
    if (open) release();
  };
  const fail = ({ code, message }: KafkaError) => {
    // Then sending tells; while reading waits nothing is sent.
    if (code === 'unreachable' && open) return;
    if (++inVain === LOOKS_IN_VAIN) onNotice(`${message} ${open ? UNSEEN : UNSEEN_WAITS}`);
  };
  const watch = async () => {
    while (!signal.aborted) {
      const answer = await isFarBehind(keptMs * LARGEST_LAG);
      if (answer === 'abandoned') set(open);
      else if (typeof answer === 'boolean') set(!answer);
      else fail(answer);
      onWait?.(!open);
      await sleep(everyMs, undefined, { signal });
    }
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
  'Counting is behind by half the time that raw lines may stay in Kafka. Reading waits, so that nothing is removed uncounted. Check `tallymark ingest`, and that it has the same --group.';
const GOES_ON = 'Counting has caught up. Reading goes on.';
const UNSEEN =
  'How far the counting is cannot be seen, so reading does not wait for it, and lines may be removed uncounted. `tallymark doctor` looks at brokers and group.';
const UNSEEN_WAITS =
  'How far the counting is cannot be seen, so reading waits on. `tallymark doctor` looks at brokers and group.';
const SAYS_AGAIN = 'How far the counting is can be seen again.';
