import type { FetchedMessages } from '../../shared/kafka/message.ts';
import type { Clock } from '../../shared/store/clock.ts';

/** Between who fetches a partition's messages and who tallies them. Bounded, if whoever fills it looks at `bytes`. */
export class Inbox {
  readonly #clock: Clock;
  #waiting: FetchedMessages[] = [];
  #bytes = 0;
  #wake: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Of the messages that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  put(fetched: FetchedMessages): void {
    this.#waiting.push(fetched);
    this.#bytes += sizeOf(fetched);
    this.wake();
  }

  /** What was fetched before is not wanted any more. */
  clear(): void {
    this.#waiting = [];
    this.#bytes = 0;
  }

  /** Lets whoever waits in `take` look again. */
  wake(): void {
    this.#wake?.();
  }

  /** The next messages; undefined where there are none for `ms`, or somebody calls `wake`. Rejects when the signal is aborted. */
  async take(ms: number, signal: AbortSignal): Promise<FetchedMessages | undefined> {
    signal.throwIfAborted();
    if (this.#waiting.length === 0) await this.#wait(ms, signal);
    const fetched = this.#waiting.shift();
    if (fetched) this.#bytes -= sizeOf(fetched);
    return fetched;
  }

  async #wait(ms: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    // `AbortSignal.any` costs many times as much, and there is a wait for every few messages.
    const end = () => over.abort(null);
    signal.addEventListener('abort', end, { once: true });
    const passed = this.#clock.sleep(ms, over.signal).catch(() => undefined);
    try {
      await Promise.race([woken, passed]);
    } finally {
      this.#wake = undefined;
      signal.removeEventListener('abort', end);
      end();
    }
    signal.throwIfAborted();
  }
}

function sizeOf({ messages }: FetchedMessages): number {
  return messages.reduce((total, { value }) => total + (value?.length ?? 0), 0);
}
