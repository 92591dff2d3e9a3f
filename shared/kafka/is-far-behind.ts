import type { Admin } from 'kafkajs';

interface BehindOptions {
  readonly topic: string;
  readonly group: string;
  /** Milliseconds since 1970, on the brokers' clock. */
  readonly before: number;
}

/** Whether a message that the group has not yet counted is older than `before`, in any partition. Messages that are gone are not asked for. */
export async function isFarBehind(admin: Admin, { topic, group, before }: BehindOptions): Promise<boolean> {
  const [committed, ends, since] = await Promise.all([
    admin.fetchOffsets({ groupId: group, topics: [topic] }),
    admin.fetchTopicOffsets(topic),
    admin.fetchTopicOffsetsByTimestamp(topic, before),
  ]);
  const counted = new Map(
    committed[0]?.partitions.map(({ partition, offset }) => [partition, Number(offset)]),
  );
  const lowest = new Map(ends.map(({ partition, low }) => [partition, Number(low)]));
  return since.some(({ partition, offset }) => {
    // Where nothing was committed the offset is -1, and the log's beginning counts.
    const next = Math.max(counted.get(partition) ?? -1, lowest.get(partition) ?? 0);
    return next < Number(offset);
  });
}
