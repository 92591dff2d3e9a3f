import { type MessageHeaders, readChunk } from '../../shared/kafka/chunk.ts';
import type { ChunkMessage } from '../../shared/kafka/chunk-message.ts';
import { connectKafka } from '../../shared/kafka/connect-kafka.ts';

/** All that is in a topic now, each partition in its order; throws where a message is no chunk, or lies. */
export async function readTopic(brokers: readonly string[], topic: string) {
  const kafka = connectKafka({ brokers });
  const admin = kafka.admin();
  const consumer = kafka.consumer({ groupId: `read-${Math.random()}` });
  await admin.connect();
  try {
    const ends = await admin.fetchTopicOffsets(topic);
    const left = new Map(
      ends.filter(({ high }) => high !== '0').map(({ partition, high }) => [partition, Number(high)]),
    );
    const chunks: { partition: number; chunk: ChunkMessage }[] = [];
    if (left.size === 0) return chunks;
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      const eachMessage = async ({ partition, message }: { partition: number; message: Message }) => {
        const value = message.value ?? Buffer.alloc(0);
        const chunk = readChunk(message.headers, value);
        if (chunk === undefined || chunk === 'lie') return reject(new Error('A message is no chunk'));
        chunks.push({ partition, chunk: { ...chunk, value } });
        if (Number(message.offset) + 1 === left.get(partition)) left.delete(partition);
        if (left.size === 0) resolve();
      };
      consumer.run({ eachMessage }).catch(reject);
    });
    return chunks;
  } finally {
    await consumer.disconnect();
    await admin.disconnect();
  }
}

interface Message {
  readonly offset: string;
  readonly value: Buffer | null;
  readonly headers?: MessageHeaders;
}
