import type { ChunkMessage, ChunkSink } from '../../shared/kafka/chunk-message.ts';

/** A chunk on its way. */
export interface Parcel {
  readonly partition: number;
  readonly message: ChunkMessage;
  /** Called once the broker has it and all of the source before it. */
  acked(): void;
  /** Called when its bytes are not needed any more, whatever became of it. */
  release(): void;
}

/** Bytes that are handed on at once for one partition: the more, the fewer answers are waited for. */
const BYTES_AT_ONCE = 4 * 1024 * 1024;

/** Chunks that wait or are on their way; whoever adds more waits. */
const BYTES_IN_FLIGHT = 32 * 1024 * 1024;

/** Hands chunks on in their order, each partition by itself, with a bound on what waits. */
export class Outbox {
  readonly #sink: ChunkSink;
  readonly #bytesInFlight: number;
  readonly #queues = new Map<number, Parcel[]>();
  readonly #busy = new Set<number>();
  readonly #failed = new AbortController();
  #bytes = 0;
  #changed: (() => void)[] = [];

  constructor(sink: ChunkSink, { bytesInFlight = BYTES_IN_FLIGHT } = {}) {
    this.#sink = sink;
    this.#bytesInFlight = bytesInFlight;
  }

  /** Aborted with the reason when a chunk could not be sent; then nothing further is. */
  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  /** Takes a chunk as soon as there is room. Rejects with what made sending fail, or the signal's reason. */
  async add(parcel: Parcel, signal: AbortSignal): Promise<void> {
    const { length } = parcel.message.value;
    while (this.#bytes > 0 && this.#bytes + length > this.#bytesInFlight && !signal.aborted)
      await this.#change(signal);
    if (signal.aborted || this.failed.aborted) parcel.release();
    signal.throwIfAborted();
    this.failed.throwIfAborted();
    this.#bytes += length;
    this.#sink.prepare?.(parcel.message);
    const queue = this.#queues.get(parcel.partition);
    if (queue === undefined) this.#queues.set(parcel.partition, [parcel]);
    else queue.push(parcel);
    void this.#pump(parcel.partition);
  }

  /** Resolves when everything that was added is acknowledged; rejects as `add` does. */
  async drain(signal: AbortSignal): Promise<void> {
    while (this.#bytes > 0 && !this.failed.aborted && !signal.aborted) await this.#change(signal);
    this.failed.throwIfAborted();
    signal.throwIfAborted();
  }

  async #pump(partition: number): Promise<void> {
    if (this.#busy.has(partition)) return;
    this.#busy.add(partition);
    const queue = this.#queues.get(partition)!;
    while (queue.length > 0) {
      const parcels = takeSome(queue);
      try {
        this.failed.throwIfAborted();
        await this.#sink.send(
          partition,
          parcels.map(({ message }) => message),
        );
        for (const parcel of parcels) parcel.acked();
      } catch (error) {
        this.#failed.abort(error);
      }
      for (const { message, release } of parcels) {
        this.#bytes -= message.value.length;
        release();
      }
      for (const resolve of this.#changed.splice(0)) resolve();
    }
    this.#busy.delete(partition);
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        signal.removeEventListener('abort', done);
        resolve();
      };
      signal.addEventListener('abort', done, { once: true });
      this.#changed.push(done);
    });
  }
}

/** The next chunks of a queue, at least one. */
function takeSome(queue: Parcel[]): Parcel[] {
  let bytes = 0;
  let count = 0;
  while (count < queue.length) {
    bytes += queue[count].message.value.length;
    if (count > 0 && bytes > BYTES_AT_ONCE) break;
    count++;
  }
  return queue.splice(0, count);
}
