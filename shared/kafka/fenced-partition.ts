import type { Admin, Consumer } from 'kafkajs';
import { type AssignedPartition, PartitionLost } from './assigned-partition.ts';
import type { CommitOffsets } from './one-join-at-a-time.ts';
import { OffsetOutOfRange } from './refuse-default-offsets.ts';

/** When a batch that could not be read is tried again. */
const unreadableMs = 10_000;

/** What a partition is read and committed through. */
interface Around {
  readonly topic: string;
  readonly group: string;
  readonly consumer: Consumer;
  readonly admin: Admin;
  readonly signal: AbortSignal;
  readonly commitOffsets: CommitOffsets;
}

/** What the broker says to who is not, or not yet, a member of the generation. */
const lost = new Set([
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'REBALANCE_IN_PROGRESS',
  'FENCED_INSTANCE_ID',
]);

/** A partition as long as a member of the group has it: nothing is committed of it once the group is joined anew. */
export class FencedPartition implements AssignedPartition {
  readonly partition: number;
  readonly signal: AbortSignal;
  /** Since it was given. */
  isRead = false;
  readonly #around: Around;
  #waiting: NodeJS.Timeout | undefined;

  constructor(partition: number, around: Around) {
    this.partition = partition;
    this.signal = around.signal;
    this.#around = around;
  }

  async committed() {
    const { admin, group, topic } = this.#around;
    const [{ partitions }] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
    const found = partitions.find(({ partition }) => partition === this.partition);
    if (found === undefined || Number(found.offset) < 0) return undefined;
    return { offset: Number(found.offset), metadata: found.metadata };
  }

  async commit(offset: number, metadata: string): Promise<void> {
    const { topic, commitOffsets } = this.#around;
    const { partition } = this;
    const committed = { partition, offset: String(offset), metadata };
    try {
      this.signal.throwIfAborted();
      await commitOffsets({ topics: [{ topic, partitions: [committed] }] });
    } catch (cause) {
      this.signal.throwIfAborted();
      if (lost.has((cause as { type?: string }).type ?? '')) throw new PartitionLost({ cause });
      throw cause;
    }
  }

  async watermarks() {
    const { admin, topic } = this.#around;
    const all = await admin.fetchTopicOffsets(topic);
    const found = all.find(({ partition }) => partition === this.partition);
    if (found === undefined) throw new OffsetOutOfRange();
    return { low: Number(found.low), high: Number(found.high) };
  }

  /** Lets nothing be fetched for a while. */
  leaveAlone(): void {
    this.pause();
    this.#waiting = setTimeout(() => this.resume(), unreadableMs).unref();
  }

  readFrom(offset: number): void {
    const { consumer, topic } = this.#around;
    if (this.signal.aborted) return;
    this.isRead = true;
    consumer.seek({ topic, partition: this.partition, offset: String(offset) });
    this.resume();
  }

  pause(): void {
    clearTimeout(this.#waiting);
    if (this.signal.aborted) return;
    this.#around.consumer.pause([{ topic: this.#around.topic, partitions: [this.partition] }]);
  }

  resume(): void {
    clearTimeout(this.#waiting);
    if (this.signal.aborted) return;
    this.#around.consumer.resume([{ topic: this.#around.topic, partitions: [this.partition] }]);
  }
}
