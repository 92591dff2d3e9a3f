import type { MessageHeaders } from '../../../shared/kafka/chunk.ts';
import type { TopicMessage } from '../../../shared/kafka/message.ts';
import type { Scheduler } from '../simulation/scheduler.ts';

/** A message where it was appended. */
export interface StoredMessage extends TopicMessage {
  readonly log: PartitionLog;
}

/** One partition of the topic that is there now, or was before it was deleted. */
export class PartitionLog {
  readonly partition: number;
  /** Offset of the first message there is. */
  low = 0;
  /** Offset after the last one. */
  high = 0;
  isDeleted = false;
  /** Nobody has read of it and committed that, and it was made again: what goes now was never seen, and the rest may pass for the older topic's. */
  isUnseen = false;
  /** Its end was lost. */
  isTruncated = false;
  /** Ranges of offsets that an ingester has told are gone. */
  readonly gaps: { readonly from: number; readonly to: number }[] = [];
  messages: StoredMessage[] = [];
  #waiting: (() => void)[] = [];

  constructor(partition: number) {
    this.partition = partition;
  }

  append(message: { value: Uint8Array; headers: MessageHeaders | undefined; atMs: number }): StoredMessage {
    const stored = { ...message, offset: this.high++, log: this };
    this.messages.push(stored);
    this.#wake();
    return stored;
  }

  /** What ends a transaction takes an offset and is no message. */
  appendMarker(): void {
    this.high++;
    this.#wake();
  }

  /** Calls once more is there. */
  whenMore(action: () => void): void {
    this.#waiting.push(action);
  }

  /** Retention: what is before `low` is gone. */
  dropBefore(low: number): void {
    if (this.isUnseen) this.gaps.push({ from: this.low, to: low });
    this.low = low;
    this.messages = this.messages.filter(({ offset }) => offset >= low);
  }

  /** A new leader never had the end. */
  truncate(high: number): void {
    this.high = high;
    this.isTruncated = true;
    this.messages = this.messages.filter(({ offset }) => offset < high);
  }

  /** Whether somebody was told that a message is gone, or nobody could be. */
  excuses({ offset }: StoredMessage): boolean {
    if (this.isDeleted || this.isTruncated) return true;
    return offset < this.low && this.gaps.some(({ from, to }) => from <= offset && offset < to);
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const action of waiting) action();
  }
}

/** A topic of some partitions. */
export class Broker {
  readonly #scheduler: Scheduler;
  partitions: readonly PartitionLog[];

  constructor(scheduler: Scheduler, partitions: number) {
    this.#scheduler = scheduler;
    this.partitions = Array.from({ length: partitions }, (_, partition) => new PartitionLog(partition));
  }

  of(partition: number): PartitionLog {
    return this.partitions[partition] as PartitionLog;
  }

  /** The topic is deleted and made again. */
  recreate(): void {
    this.#scheduler.log(() => 'the topic is deleted and made again');
    for (const log of this.partitions) log.isDeleted = true;
    this.partitions = this.partitions.map(({ partition }) => {
      const log = new PartitionLog(partition);
      log.isUnseen = true;
      return log;
    });
  }
}
