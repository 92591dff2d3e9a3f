import { AmbiguousInsert, StoreUnavailable } from '../clickhouse/database.ts';
import type { Clock } from './clock.ts';

const firstPauseMs = 200;
const longestPauseMs = 10_000;

/** How long to try. */
export interface Patience {
  readonly clock: Clock;
  /** From the first failure on; infinite for who never gives up. */
  readonly timeoutMs: number;
  /** Told of each failure that is tried again. */
  readonly onFailure?: ((error: unknown) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The store did not answer for `timeoutMs`; what was intended is in the ledger and is finished by the next run. */
export class StoreTimeout extends Error {
  override readonly name = 'StoreTimeout';
}

/**
 * Does `operation`, which must be harmless to repeat, until it is acknowledged: outages and ambiguous inserts are tried
 * again with back-off. Throws `StoreTimeout` when patience ends, and any other error at once.
 */
export async function persist<T>(patience: Patience, operation: () => Promise<T>): Promise<T> {
  let deadline: number | undefined;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    patience.signal?.throwIfAborted();
    try {
      return await operation();
    } catch (error) {
      if (!(error instanceof AmbiguousInsert || error instanceof StoreUnavailable)) throw error;
      patience.onFailure?.(error);
      const now = patience.clock.now();
      deadline ??= now + patience.timeoutMs;
      if (now >= deadline) {
        const minutes = Math.round(patience.timeoutMs / 6000) / 10;
        throw new StoreTimeout(
          `The store has not answered for ${minutes} minutes. Nothing is lost: run the command again when it is back.`,
          { cause: error },
        );
      }
    }
    await patience.clock.sleep(pauseMs, patience.signal);
  }
}
