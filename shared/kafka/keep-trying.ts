import { setTimeout as sleep } from 'node:timers/promises';
import { unlessAborted } from '../in-time.ts';
import type { KafkaAddress } from './connect-kafka.ts';
import { asKafkaError, isForOperator, type KafkaError } from './kafka-error.ts';

/** How long brokers may be away, and whom to tell. */
export interface TryingOptions {
  readonly kafka: KafkaAddress;
  /** From the first failure on; for ever where absent. */
  readonly giveUpAfterMs?: number | undefined;
  /** Ends all trying with its reason, and leaves what is asked just then to itself. */
  readonly signal: AbortSignal;
  /** Told once when brokers are away, and once when they are back. */
  onNotice(text: string): void;
  /** Told of each failure after which it is tried again. */
  onRetry?(): void;
}

/** Does an operation, which may be repeated, until it succeeds. Throws a `KafkaError` that time does not help against, or the last one when patience ends. */
export type Persist = <T>(operation: () => Promise<T>, isPassing?: (error: unknown) => boolean) => Promise<T>;

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/** Persistence that speaks once for all the operations that wait for the same brokers. */
export function keepTrying({ kafka, giveUpAfterMs, signal, onNotice, onRetry }: TryingOptions): Persist {
  let isAway = false;
  const tell = (away: boolean, text: string) => {
    if (isAway !== away) onNotice(text);
    isAway = away;
  };
  return async (operation, isPassing = () => false) => {
    let deadline: number | undefined;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      signal.throwIfAborted();
      try {
        // kafkajs asks brokers that do not answer for minutes, and where it signs in for ever.
        const done = await unlessAborted(operation(), signal);
        tell(false, 'Kafka is back.');
        return done;
      } catch (error) {
        signal.throwIfAborted();
        const reason = asKafkaError(error, kafka);
        if (!isPassing(error) && !passes(error, reason)) throw reason;
        deadline ??= performance.now() + (giveUpAfterMs ?? Number.POSITIVE_INFINITY);
        if (performance.now() >= deadline) throw reason;
        tell(true, `${reason.message} Trying again until it does.`);
        onRetry?.();
      }
      // The next round throws the signal's own reason, and not the timer's.
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  };
}

/** What kafkajs' errors may have. */
interface KafkaJsError extends Error {
  readonly type?: string;
  readonly retriable?: boolean;
}

/** An error, what caused it, and so on. */
export function causesOf(error: unknown): KafkaJsError[] {
  const causes: KafkaJsError[] = [];
  for (let at = error; at instanceof Error && !causes.includes(at); at = at.cause) causes.push(at);
  return causes;
}

const PASSING_NAMES = /LockTimeout|NumberOfRetriesExceeded|Metadata|Timeout|Closed/;

/** Brokers that are away or change places pass; a right that is missing does not. */
function passes(error: unknown, reason: KafkaError): boolean {
  if (isForOperator(reason)) return false;
  if (reason.code === 'unreachable') return true;
  return causesOf(error).some(({ name, retriable }) => retriable === true || PASSING_NAMES.test(name));
}
