import type { Admin } from '../../shared/kafka/connect-kafka.ts';
import type { Assigned } from './assigned.ts';

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

/**
 * Whether all partitions are counted up to their targets: ours, which are told not to wait for a full batch, and those of other members of
 * the group. Those that are refused are not waited for.
 */
export async function caughtUp(
  group: GroupOf,
  { all, refused }: Assigned,
  targets: ReadonlyMap<number, number>,
): Promise<boolean> {
  let ours = true;
  for (const [partition, ingest] of all) {
    const target = targets.get(partition) ?? 0;
    ingest.flushAt(target);
    ours &&= refused.has(partition) || (ingest.done !== undefined && ingest.done >= target);
  }
  if (!ours) return false;
  const others = [...targets].filter(([partition]) => !all.has(partition));
  if (others.length === 0) return true;
  const committed = await fetchCommitted(group);
  return others.every(
    ([partition, target]) => target === 0 || (committed.get(partition)?.offset ?? -1) >= target,
  );
}
