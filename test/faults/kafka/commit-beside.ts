import { connectKafka } from '../../../shared/kafka/connect-kafka.ts';
import type { Feed } from './ship-and-ingest.ts';

/** Commits for a group without members, as consumers do that keep something beside their offset. */
export async function commitBeside(
  { running, topic, group }: Feed,
  committed: { readonly partition: number; readonly offset: string; readonly metadata: string | null },
): Promise<void> {
  const consumer = connectKafka({ brokers: running.brokers }).consumer({ groupId: group });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  await consumer.run({ autoCommit: false, eachMessage: async () => {} });
  await joined;
  await consumer.commitOffsets([{ topic, ...committed }]);
  await consumer.disconnect();
}
