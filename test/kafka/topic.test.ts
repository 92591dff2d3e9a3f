import type { Admin, Kafka } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type RunningBrokers, startBrokers } from '../../infra/kafka/start-brokers.ts';
import { asKafkaError, connectKafka, type KafkaAddress } from '../../shared/kafka/connect-kafka.ts';
import { partitionOf } from '../../shared/kafka/partition-of.ts';
import { countPartitions, describeTopic, openTopic, type TopicWanted } from '../../shared/kafka/topic.ts';
import { brokerTitle, whyNoBrokers } from './brokers.ts';

describe.skipIf(whyNoBrokers !== undefined)(brokerTitle('the topic of raw lines'), () => {
  let running: RunningBrokers;
  let address: KafkaAddress;
  let kafka: Kafka;
  let admin: Admin;

  beforeAll(async () => {
    running = await startBrokers();
    address = { brokers: running.brokers };
    kafka = connectKafka(address);
    admin = kafka.admin();
    await admin.connect();
  }, 120_000);
  afterAll(async () => {
    await admin?.disconnect();
    await running?.stop();
  });

  const wanted = (topic: string): TopicWanted => ({
    topic,
    partitions: 5,
    replicationFactor: -1,
    rawRetentionHours: 24,
  });

  async function make(topic: string, settings: Readonly<Record<string, string>>): Promise<void> {
    const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
    await admin.createTopics({ topics: [{ topic, numPartitions: 2, configEntries }] });
  }

  test('is made as privacy asks for, once, and opened as it is afterwards', async () => {
    const first = await openTopic(admin, wanted('made'));
    expect(first).toMatchObject({ partitions: 5, created: true, findings: [], keptMs: 86_400_000 });
    expect(first.clusterId).toMatch(/^[\w-]{22}$/);
    const again = await openTopic(admin, { ...wanted('made'), partitions: 9 });
    expect(again).toEqual({ ...first, created: false });
  });

  test('is made by one of several who open it at once', async () => {
    const admins = [kafka.admin(), kafka.admin(), kafka.admin()];
    await Promise.all(admins.map((one) => one.connect()));
    const facts = await Promise.all(admins.map((one) => openTopic(one, wanted('contended'))));
    await Promise.all(admins.map((one) => one.disconnect()));
    expect(facts.filter(({ created }) => created)).toHaveLength(1);
    expect(facts.map(({ partitions }) => partitions)).toEqual([5, 5, 5]);
  });

  test.each([
    { name: 'that was just made', topic: 'late', unknownAt: [1, 2] },
    { name: 'that was made before', topic: 'made', unknownAt: [2] },
  ])(
    '$name and that one of the brokers does not know yet is asked for again',
    async ({ topic, unknownAt }) => {
      let looks = 0;
      const late: Admin = {
        ...admin,
        fetchTopicMetadata: async (options) => {
          if (!unknownAt.includes(++looks)) return await admin.fetchTopicMetadata(options);
          throw Object.assign(new Error('unknown'), { type: 'UNKNOWN_TOPIC_OR_PARTITION' });
        },
      };
      expect(await openTopic(late, wanted(topic))).toMatchObject({
        partitions: 5,
        created: topic === 'late',
      });
      expect(looks).toBeGreaterThan(unknownAt.at(-1)!);
    },
  );

  test('that is deleted between the two looks of kafkajs is missing, and is made again', async () => {
    // What kafkajs throws then (`withBroker` of its pool swallows the broker's answer); the moment itself is too short to be hit at will.
    let looks = 0;
    const unlucky: Admin = {
      ...admin,
      fetchTopicMetadata: async (options) => {
        if (looks++ === 0) throw new TypeError("Cannot read properties of null (reading 'topicMetadata')");
        return await admin.fetchTopicMetadata(options);
      },
    };
    expect(await openTopic(unlucky, wanted('deleted'))).toMatchObject({ partitions: 5, created: true });
  });

  test('with Kafka’s defaults is found to keep lines too long', async () => {
    await make('defaults', {});
    const { findings, partitions } = await openTopic(admin, wanted('defaults'));
    expect(partitions).toBe(2);
    expect(findings).toEqual([
      'topic defaults: raw lines stay for 168 h, longer than kafka.raw_retention_hours (24); set retention.ms=86400000',
      'topic defaults: segments are closed after 168 h, and only closed ones are ever removed; set segment.ms=3600000',
      'topic defaults: the age of a line is what its sender says, so retention can be off by any time; set message.timestamp.type=LogAppendTime',
    ]);
  });

  const fine = { 'segment.ms': '3600000', 'message.timestamp.type': 'LogAppendTime' };
  test.each([
    {
      topic: 'short',
      settings: { 'retention.ms': '5400000' },
      want: /are gone after 1\.5 h, sooner than/,
      keptMs: 5_400_000,
    },
    {
      topic: 'ever',
      settings: { 'retention.ms': '-1' },
      want: /stay for ever, longer than/,
      keptMs: 86_400_000,
    },
    {
      topic: 'long',
      settings: { 'retention.ms': '172800000' },
      want: /stay for 48 h, longer than/,
      keptMs: 86_400_000,
    },
    {
      topic: 'small',
      settings: { 'retention.ms': '86400000', 'retention.bytes': '1000' },
      want: /removed by size/,
      keptMs: 86_400_000,
    },
  ])('that is $topic is found', async ({ topic, settings, want, keptMs }) => {
    await make(topic, { ...fine, ...settings });
    const findings = [expect.stringMatching(want)];
    expect(await describeTopic(admin, wanted(topic))).toMatchObject({ findings, keptMs });
  });

  test.each(['compact', 'compact,delete'])('with cleanup.policy %s is refused', async (policy) => {
    const topic = `compacted-${policy.length}`;
    await make(topic, { 'cleanup.policy': policy });
    await expect(openTopic(admin, wanted(topic))).rejects.toMatchObject({
      name: 'KafkaError',
      code: 'topic_settings',
      message: expect.stringContaining(`topic ${topic} is compacted`),
    });
  });

  test('that is missing is said to be, and not made by asking', async () => {
    for (let round = 0; round < 2; round++)
      await expect(describeTopic(admin, wanted('missing'))).rejects.toMatchObject({ code: 'no_topic' });
    expect(await admin.listTopics()).not.toContain('missing');
  });

  test('with more replicas than brokers is explained', async () => {
    const error = await openTopic(admin, { ...wanted('replicas'), replicationFactor: 3 }).catch(
      (thrown: unknown) => thrown,
    );
    expect(asKafkaError(error, address)).toMatchObject({
      code: 'topic_settings',
      message: expect.stringContaining('Lower kafka.replication_factor'),
    });
  });
});

describe('a partition without a leader', () => {
  const leaderless = Object.assign(new Error('no leader'), { type: 'LEADER_NOT_AVAILABLE' });
  const unreachable = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
  const address = { brokers: ['kafka-1:9092'] };
  /** What kafkajs throws where all brokers have answered, and it has swallowed what they did. */
  const swallowed = () => new TypeError("Cannot read properties of null (reading 'topicMetadata')");
  const failing = (error: Error) => () => Promise.reject(error);
  const admin = (asked: Partial<Admin>) => asked as Admin;

  test.each([
    {
      name: 'swallowed',
      asked: { fetchTopicMetadata: failing(swallowed()), listTopics: failing(swallowed()) },
    },
    {
      name: 'told when it is looked again',
      asked: {
        fetchTopicMetadata: failing(swallowed()),
        listTopics: failing(new Error('', { cause: leaderless })),
      },
    },
    { name: 'told', asked: { fetchTopicMetadata: failing(new Error('', { cause: leaderless })) } },
  ])('that is $name leaves the number of partitions untold', async ({ asked }) => {
    expect(await countPartitions(admin(asked), 't')).toBeUndefined();
  });

  test('is not what brokers have that cannot be asked', async () => {
    const asked = { fetchTopicMetadata: failing(swallowed()), listTopics: failing(unreachable) };
    await expect(countPartitions(admin(asked), 't')).rejects.toBe(unreachable);
  });

  test.each([
    { name: 'the topic', asked: { fetchTopicMetadata: failing(leaderless) } },
    {
      name: 'another topic',
      asked: {
        fetchTopicMetadata: async () => ({ topics: [{ name: 't', partitions: [] }] }),
        describeCluster: failing(swallowed()),
      },
    },
  ])('of $name is waited for by who may wait, and said', async ({ asked }) => {
    vi.useFakeTimers();
    try {
      const wanted = { topic: 't', partitions: 1, replicationFactor: 1, rawRetentionHours: 24 };
      const opening = openTopic(admin({ ...asked, createTopics: async () => false }), wanted);
      const outcome = opening.catch((error: unknown) => asKafkaError(error, address));
      await vi.advanceTimersByTimeAsync(20_000);
      expect(await outcome).toMatchObject({
        code: 'unreachable',
        message: expect.stringMatching(/^A partition of the topic t, or of another one, has no leader/),
      });
    } finally {
      vi.useRealTimers();
    }
  });

  test('is said in words', () => {
    const { message } = asKafkaError(new Error('', { cause: leaderless }), address);
    expect(message).toMatch(
      /^Kafka at kafka-1:9092 has no leader for a partition\. Check that all brokers run/,
    );
  });
});

describe('the partition of a source', () => {
  test.each([
    { firstLine: `00000000${'f'.repeat(56)}`, partitions: 8, want: 0 },
    { firstLine: `0000000b${'0'.repeat(56)}`, partitions: 8, want: 3 },
    { firstLine: `ffffffff${'0'.repeat(56)}`, partitions: 10, want: 5 },
    { firstLine: `80000001${'0'.repeat(56)}`, partitions: 1, want: 0 },
  ])('is for ever $want of $partitions', ({ firstLine, partitions, want }) => {
    expect(partitionOf(firstLine, partitions)).toBe(want);
  });
});
