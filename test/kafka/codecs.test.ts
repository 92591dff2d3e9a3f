import kafkajs, { CompressionTypes, type Kafka } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningBrokers, startBrokers } from '../../infra/kafka/start-brokers.ts';
import { connectKafka } from '../../shared/kafka/connect-kafka.ts';
import { openTopic } from '../../shared/kafka/topic.ts';
import { brokerTitle, whyNoBrokers } from './brokers.ts';
import { runKafkaTool } from './kafka-tool.ts';

/** Some repeat themselves, some hardly: blocks that shrink and blocks that are stored as they are. */
const lines = Array.from({ length: 3000 }, (_, index) =>
  index % 3 === 0
    ? `${index} ${scrambled(index, 400)}`
    : `192.0.2.${index % 256} - - "GET /simple/project-${index}/ HTTP/1.1" 200 ü`,
);

/** Kafka's own names. */
const codecNames = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

describe.skipIf(whyNoBrokers !== undefined)(brokerTitle('compressed messages'), { timeout: 60_000 }, () => {
  let running: RunningBrokers;
  let kafka: Kafka;

  beforeAll(async () => {
    running = await startBrokers();
    kafka = connectKafka({ brokers: running.brokers });
  }, 120_000);
  afterAll(async () => await running?.stop());

  async function makeTopic(topic: string): Promise<void> {
    const admin = kafka.admin();
    await admin.connect();
    await openTopic(admin, { topic, partitions: 1, replicationFactor: -1, rawRetentionHours: 24 });
    await admin.disconnect();
  }

  test.concurrent.each(codecNames)('of Kafka’s own producer are read: %s', async (codec) => {
    await makeTopic(codec);
    const large = ['--batch-size', '400000', '--producer-property', 'linger.ms=500'];
    const where = ['--bootstrap-server', running.brokers[0], '--topic', codec, '--compression-codec', codec];
    await runKafkaTool(running, ['ConsoleProducer', ...where, ...large], `${lines.join('\n')}\n`);
    expect(await consumed(kafka, codec, lines.length)).toEqual(lines);
  });

  test('of ours are read by Kafka’s own consumer, through a broker that looks into them', async () => {
    await makeTopic('ours');
    const producer = kafka.producer({ idempotent: true });
    await producer.connect();
    const { None, GZIP, Snappy, LZ4 } = CompressionTypes;
    for (const compression of [None, GZIP, Snappy, LZ4])
      await producer.send({ topic: 'ours', compression, messages: lines.map((value) => ({ value })) });
    await producer.disconnect();
    const where = ['--bootstrap-server', running.brokers[0], '--topic', 'ours', '--from-beginning'];
    const out = await runKafkaTool(running, [
      'consumer.ConsoleConsumer',
      ...where,
      '--max-messages',
      String(4 * lines.length),
    ]);
    expect(out.trimEnd().split('\n')).toEqual([...lines, ...lines, ...lines, ...lines]);
  });
});

describe('codecs', () => {
  connectKafka({ brokers: ['127.0.0.1:1'] });
  const codec = (number: number) =>
    (kafkajs.CompressionCodecs as Record<number, () => Codec>)[number]() satisfies Codec;

  test.each([1, 2, 3])('number %i gives back what it took', async (number) => {
    for (const buffer of [Buffer.alloc(0), Buffer.from('a'), Buffer.from(lines.join('\n'))])
      expect(buffer.equals(await codec(number).decompress(await codec(number).compress({ buffer })))).toBe(
        true,
      );
  });

  test('zstd is read only, and says so', async () => {
    await expect(codec(4).compress({ buffer: Buffer.from('a') })).rejects.toMatchObject({
      name: 'KafkaError',
      code: 'unknown_codec',
      message: 'zstd is only read here. Send with gzip, snappy or lz4.',
    });
  });

  test.each([5, 6, 7])('number %i, which nobody knows, is named and not taken for none', async (number) => {
    await expect(codec(number).decompress(Buffer.from('a'))).rejects.toMatchObject({
      code: 'unknown_codec',
      message: expect.stringContaining(`compression ${number}`),
    });
  });

  test('an LZ4 frame with checksums of blocks is read', async () => {
    const frame = Buffer.from('04224d18704000' + '03000080' + '616263' + '00000000' + '00000000', 'hex');
    expect((await codec(3).decompress(frame)).toString()).toBe('abc');
  });

  test.each([1, 2, 3, 4])(
    'number %i of damaged bytes is an error that holds nothing of them',
    async (number) => {
      const damaged = [
        Buffer.from('203.0.113.77 secret'),
        Buffer.concat([Buffer.from('82534e4150505900', 'hex'), Buffer.from('203.0.113.77 secret')]),
        Buffer.concat([Buffer.from('04224d18604082', 'hex'), Buffer.from('203.0.113.77 secret')]),
      ];
      for (const bytes of damaged) {
        const error = await codec(number)
          .decompress(bytes)
          .catch((thrown: unknown) => thrown);
        expect(error).toMatchObject({ name: 'KafkaError', code: 'damaged' });
        expect((error as Error).cause).toBeUndefined();
        expect((error as Error).message).not.toMatch(/203|secret/);
      }
    },
  );
});

interface Codec {
  compress(records: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(bytes: Buffer): Promise<Buffer>;
}

/** Text of `length` characters that no codec makes much smaller; the same for the same seed. */
function scrambled(seed: number, length: number): string {
  let state = seed;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return String.fromCharCode(33 + ((state >>> 16) % 90));
  }).join('');
}

async function consumed(kafka: Kafka, topic: string, count: number): Promise<string[]> {
  const consumer = kafka.consumer({ groupId: topic });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const values: string[] = [];
  await new Promise<void>((resolve, reject) => {
    consumer.on('consumer.crash', ({ payload }) => payload.restart || reject(payload.error));
    void consumer.run({
      eachMessage: async ({ message }) => {
        values.push(String(message.value));
        if (values.length === count) resolve();
      },
    });
  });
  await consumer.disconnect();
  return values;
}
