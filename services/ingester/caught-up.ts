import type { Admin } from '../../shared/kafka/connect-kafka.ts';
import type { PartitionIngest } from './partition-ingest.ts';

/** Offsets after the last message of each partition. Throws what kafkajs throws. */
export async function fetchHighs(admin: Admin, topic: string): Promise<ReadonlyMap<number, number>> {
  const offsets = await admin.fetchTopicOffsets(topic);
  return new Map(offsets.map(({ partition, high }) => [partition, Number(high)]));
}

/** Of one partition: the offset, -1 where there is none, and the note beside it. */
export interface Committed {
  readonly offset: number;
  readonly metadata: string | null;
}

/** What the group has committed, by partition. Throws what kafkajs throws. */
export async function fetchCommitted({
  admin,
  topic,
  group,
}: GroupOf): Promise<ReadonlyMap<number, Committed>> {
  const [{ partitions }] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
  return new Map(
    partitions.map(({ partition, offset, metadata }) => [partition, { offset: Number(offset), metadata }]),
  );
}

interface GroupOf {
  readonly admin: Admin;
  readonly topic: string;
  readonly group: string;
}

/** The partitions of this process, by their number. */
interface Ours {
  readonly all: ReadonlyMap<number, Pick<PartitionIngest, 'done' | 'flushAt'>>;
  /** Those that are not read. */
  readonly refused: ReadonlySet<number>;
  /** Offsets of messages that cannot be read. */
  readonly unreadable: Pick<ReadonlyMap<number, number>, 'get'>;
}

/**
 * Which partitions are not counted up to their targets: ours, which are told not to wait for a full batch, or when those are done the ones of
 * other members of the group. Of ours those that are refused are not waited for, nor what is behind messages that cannot be read; what others
 * refuse is not known here.
 */
export async function notCaughtUp(
  group: GroupOf,
  { all, refused, unreadable }: Ours,
  targets: ReadonlyMap<number, number>,
): Promise<{ readonly ours: readonly number[]; readonly others: readonly number[] }> {
  const ours: number[] = [];
  for (const [partition, ingest] of all) {
    const stuckAt = unreadable.get(partition);
    const target = Math.min(targets.get(partition) ?? 0, stuckAt ?? Number.POSITIVE_INFINITY);
    ingest.flushAt(target);
    // Where it is not known yet, what somebody else has left half-way cannot be finished.
    const isDone = ingest.done === undefined ? stuckAt !== undefined : ingest.done >= target;
    if (!isDone && !refused.has(partition)) ours.push(partition);
  }
  const others = [...targets].filter(([partition, target]) => !all.has(partition) && target > 0);
  if (ours.length > 0 || others.length === 0) return { ours, others: [] };
  const committed = await fetchCommitted(group);
  const behind = others.filter(([partition, target]) => (committed.get(partition)?.offset ?? -1) < target);
  return { ours, others: behind.map(([partition]) => partition) };
}
