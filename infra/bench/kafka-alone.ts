import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { countLines } from '../../shared/kafka/chunk.ts';
import { connectKafka } from '../../shared/kafka/connect-kafka.ts';
import { openTopic } from '../../shared/kafka/topic.ts';

interface Produced {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly file: string;
  readonly lines: number;
}

/** Messages that are sent in one request. */
const batchSize = 1_000;

/** Writes the first lines of a file into a topic, one a message without headers, as others' shippers do. */
export async function produceLines({ brokers, topic, file, lines }: Produced): Promise<void> {
  const kafka = connectKafka({ brokers });
  const admin = kafka.admin();
  const producer = kafka.producer({ allowAutoTopicCreation: false, idempotent: true });
  await Promise.all([admin.connect(), producer.connect()]);
  await openTopic(admin, { topic, partitions: 8, replicationFactor: -1, rawRetentionHours: 24 });
  let values: { value: string; partition: number }[] = [];
  let sent = 0;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    values.push({ value: line, partition: sent++ % 8 });
    if (values.length === batchSize || sent === lines) {
      await producer.send({ topic, messages: values });
      values = [];
    }
    if (sent === lines) break;
  }
  await Promise.all([admin.disconnect(), producer.disconnect()]);
}

/** What kafkajs takes to consume a topic and to find its lines, with nothing done with them, in seconds. */
export async function consumeAlone({
  brokers,
  topic,
  lines,
}: {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly lines: number;
}): Promise<number> {
  const started = performance.now();
  const consumer = connectKafka({ brokers }).consumer({ groupId: `alone-${topic}` });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  let seen = 0;
  await new Promise<void>((resolve) => {
    void consumer.run({
      partitionsConsumedConcurrently: 4,
      eachBatch: async ({ batch }) => {
        for (const { value } of batch.messages) seen += value === null ? 0 : countLines(value);
        if (seen >= lines) resolve();
      },
    });
  });
  const took = (performance.now() - started) / 1000;
  await consumer.disconnect();
  return took;
}
