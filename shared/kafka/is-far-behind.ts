import type { Admin } from 'kafkajs';
import { asKafkaError, type KafkaAddress, KafkaError } from './connect-kafka.ts';
import { mayRead } from './member-metadata.ts';

interface BehindOptions {
  readonly topic: string;
  readonly group: string;
  /** Milliseconds since 1970, on the brokers' clock. */
  readonly before: number;
  readonly kafka: KafkaAddress;
}

/**
 * Whether a message that the group has not yet counted is older than `before`, in any partition; `abandoned` where such messages have been
 * removed and nobody is there who counts; or why that cannot be told, `unreachable` only where those who have the messages are.
 */
export type Behind = boolean | 'abandoned' | KafkaError;

/** See `Behind`. */
export async function isFarBehind(admin: Admin, options: BehindOptions): Promise<Behind> {
  const { topic, before, kafka } = options;
  let hasLeaders = false;
  try {
    const [ends, since] = await Promise.all([
      admin.fetchTopicOffsets(topic),
      admin.fetchTopicOffsetsByTimestamp(topic, before),
    ]);
    hasLeaders = true;
    const counted = await countedBy(admin, options);
    const lowest = new Map(ends.map(({ partition, low }) => [partition, Number(low)]));
    const isFar = since.some(({ partition, offset }) => {
      // Where nothing was committed the offset is -1, and the log's beginning counts.
      const next = Math.max(counted.get(partition) ?? -1, lowest.get(partition) ?? 0);
      return next < Number(offset);
    });
    if (isFar) return true;
    const isLost = ends.some(({ partition, low, high }) => {
      const committed = counted.get(partition) ?? -1;
      // A group that was new when there was nothing left commits nothing.
      const isUntouched = committed < 0 && (low === high || low === '0');
      return !isUntouched && committed < Number(low);
    });
    return isLost && !(await isRead(admin, options)) ? 'abandoned' : false;
  } catch (error) {
    const reason = asKafkaError(error, kafka);
    return hasLeaders && reason.code === 'unreachable'
      ? new KafkaError('other', reason.message, { cause: error })
      : reason;
  }
}

/** Whether the group has a member that reads the topic, or may do so. */
async function isRead(admin: Admin, { topic, group }: BehindOptions): Promise<boolean> {
  const { groups } = await admin.describeGroups([group]);
  return groups.some(({ members }) => members.some((member) => mayRead(member, topic)));
}

/** Offsets by partition, which the coordinator of the group tells. */
async function countedBy(admin: Admin, { topic, group }: BehindOptions): Promise<Map<number, number>> {
  const committed = await admin.fetchOffsets({ groupId: group, topics: [topic] });
  return new Map(committed[0]?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
}
