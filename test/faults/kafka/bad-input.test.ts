import { CompressionTypes } from 'kafkajs';
import { describe, expect, test } from 'vitest';
import { freePort } from '../../../infra/kafka/free-port.ts';
import { connectKafka } from '../../../shared/kafka/connect-kafka.ts';
import { runCli } from '../../cli/run-cli.ts';
import { brokerTitle, whyNoBrokers } from '../../kafka/brokers.ts';
import type { MadeLogs } from '../make-logs.ts';
import { findMistakes, readBooks } from '../read-books.ts';
import { startCli } from '../start-cli.ts';
import { commitBeside } from './commit-beside.ts';
import { expected, makeLines, produce, relabelBatches } from './made-messages.ts';
import { feedFrame } from './open-feed.ts';
import { type Feed, feedEnv, ingestArguments, ingestOnce, shipArguments } from './ship-and-ingest.ts';

const timeout = 60_000;
const digest = '0'.repeat(64);

describe.skipIf(whyNoBrokers !== undefined)(brokerTitle('bad input'), () => {
  const frame = feedFrame({
    properties: { 'message.max.bytes': '25000000', 'socket.request.max.bytes': '40000000' },
  });

  test('messages that are no log lines are dropped with a reason, the others counted', {
    timeout,
  }, async () => {
    const feed = await frame.openFeed('no-lines', { partitions: 1 });
    const good = makeLines('good', 20);
    const bad = ['no log line', '\u0000\u0001\u0002', '{', '{"host":"edge"}', '{"message":7}', '-'];
    // As an empty line of a file is no line.
    const empty = [{ value: '' }, { value: null }, { value: '{"message":""}' }];
    await produce(frame.running, feed.topic, [...bad, ...good.lines, ...empty]);
    const { dropped, messages } = await ingestOnce(feed);
    expect(dropped).toEqual({ malformed_line: bad.length });
    expect(messages).toBe(bad.length + 20 + empty.length);
    await expectExact(feed, [good.logs, expected([], bad.length)]);
  });

  test('a message of 20 MB: one line is too long, many lines are counted', { timeout }, async () => {
    const feed = await frame.openFeed('huge', { partitions: 1 });
    await frame.admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: 2,
          name: feed.topic,
          configEntries: [{ name: 'max.message.bytes', value: '25000000' }],
        },
      ],
    });
    const [before, many, after] = [makeLines('before', 5), makeLines('many', 5), makeLines('after', 5)];
    const padding = `${'x'.repeat(999)}\n`.repeat(19_900);
    await produce(frame.running, feed.topic, [...before.lines, 'y'.repeat(20_000_000)]);
    await produce(frame.running, feed.topic, [`${many.lines.join('\n')}\n${padding}`]);
    await produce(frame.running, feed.topic, after.lines);
    const { dropped } = await ingestOnce(feed);
    expect(dropped).toEqual({ malformed_line: 19_900, too_long: 1 });
    await expectExact(feed, [before.logs, many.logs, after.logs, expected([], 19_901)]);
  });

  test('messages in a compression that is not known are told by its number, and nothing is counted past them, but all else', {
    timeout: 120_000,
  }, async () => {
    const feed = await frame.openFeed('unknown-codec', { partitions: 2 });
    const sent = async (name: string, count: number, partition: number, compression?: CompressionTypes) => {
      const { lines, logs } = makeLines(name, count);
      const messages = lines.map((value) => ({ value, partition }));
      await produce(frame.running, feed.topic, messages, compression);
      return logs;
    };
    const before = [await sent('before', 5, 0), await sent('beside', 4, 1)];
    const within = await sent('within', 3, 0, CompressionTypes.GZIP);
    const after = await sent('after', 6, 0);
    const inPartition0 = { topic: feed.topic, partition: 0 };
    relabelBatches(frame.running, inPartition0, { from: 1, to: 5 });
    const says =
      'Partition 0 of unknown-codec is not read from offset 5 on: A batch of messages is in compression 5, which is not known here. Known are gzip, snappy, lz4 and zstd.';
    const ended = await ingestOnce(feed).catch((error: Error) => error.message);
    expect(ended).toMatch(/^ingest ended with 1: /);
    expect(ended).toContain(says);
    expect(await committed(feed)).toEqual({ 0: 5, 1: 4 });
    await expectExact(feed, before);

    await using ingester = startCli(ingestArguments(feed), { env: feedEnv(feed) });
    await expect.poll(() => ingester.stderr(), { timeout: 30_000 }).toContain(says);
    const later = await sent('later', 7, 1);
    await expect.poll(() => committed(feed), { timeout: 20_000 }).toEqual({ 0: 5, 1: 11 });
    relabelBatches(frame.running, inPartition0, { from: 5, to: 1 });
    await expect.poll(() => committed(feed), { timeout: 60_000 }).toEqual({ 0: 14, 1: 11 });
    ingester.kill('SIGTERM');
    // It reads all again, so nothing is wrong any more.
    expect(await ingester.ended).toMatchObject({ exit: 0 });
    await expectExact(feed, [...before, within, after, later]);
  });

  /** Offsets by partition. */
  async function committed({ topic, group }: Feed) {
    const [{ partitions }] = await frame.admin.fetchOffsets({ groupId: group, topics: [topic] });
    return Object.fromEntries(partitions.map(({ partition, offset }) => [partition, Number(offset)]));
  }

  test('headers that lie are told, and their lines counted once', { timeout }, async () => {
    const feed = await frame.openFeed('lies', { partitions: 1 });
    const made = makeLines('lie', 6);
    const src = `${digest}/${digest}.100`;
    const headers = [
      { src, pos: '0', lines: '1' },
      { src, pos: '5', lines: '7' },
      { src, pos: '-5', lines: '1' },
      { src: 'nonsense', pos: '0', lines: '1' },
      { src, lines: '1' },
      { src, pos: '99999999999999999999', lines: '1' },
    ];
    const messages = made.lines.map((value, index) => ({ value, headers: { ...headers[index] } as never }));
    await produce(frame.running, feed.topic, messages);
    const { stderr, counted } = await ingestOnce(feed);
    expect(counted).toBe(6);
    expect(stderr).toContain('Messages came whose headers cannot be true.');
    await expectExact(feed, [made.logs]);
  });

  test('a group in which somebody else commits is refused with what to do', { timeout }, async () => {
    const feed = await frame.openFeed('foreign-group', { partitions: 1 });
    const made = makeLines('a', 30);
    await produce(frame.running, feed.topic, made.lines);
    const commit = { groupId: feed.group, topic: feed.topic };
    await frame.admin.setOffsets({ ...commit, partitions: [{ partition: 0, offset: '10' }] });
    await expect(ingestOnce(feed)).rejects.toThrow(
      /Partition 0 .* is not read: its group has passed.*--group/s,
    );
    const noted = { ...feed, group: `${feed.group}-noted` };
    await commitBeside(noted, { partition: 0, offset: '3', metadata: 'somebody else’s' });
    await expect(ingestOnce(noted)).rejects.toThrow(/something else than Tallymark commits.*--group/s);
    const other = { ...feed, group: `${feed.group}-new` };
    expect(await ingestOnce(other)).toMatchObject({ counted: 30 });
    await expectExact(feed, [made.logs]);
  });

  test('who is to end says what it waits for where another ingester does not read its partition', {
    timeout,
  }, async () => {
    const feed = await frame.openFeed('refused-elsewhere', { partitions: 2 });
    const { lines } = makeLines('a', 30);
    for (const partition of [0, 1])
      await produce(
        frame.running,
        feed.topic,
        lines.map((value) => ({ value, partition })),
      );
    // One of the two for each.
    const partitions = [0, 1].map((partition) => ({ partition, offset: '10' }));
    await frame.admin.setOffsets({ groupId: feed.group, topic: feed.topic, partitions });
    await using other = startCli(ingestArguments(feed), { env: feedEnv(feed) });
    await expect.poll(() => other.stderr(), { timeout: 20_000 }).toMatch(/Partition \d .* is not read/);
    await using once = startCli([...ingestArguments(feed), '--once'], { env: feedEnv(feed) });
    await expect
      .poll(() => once.stderr(), { timeout: 30_000 })
      .toMatch(/waiting for other ingesters of the group, which have partition [01]\. If one of them/);
    once.kill('SIGTERM');
    expect(await once.ended).toMatchObject({ exit: 1 });
  });

  test('a consumer of somebody else’s in the group is told, ends what is to end, and all is counted when it has gone', {
    timeout,
  }, async () => {
    const feed = await frame.openFeed('shared-group', { partitions: 2 });
    const made = makeLines('a', 40);
    await produce(frame.running, feed.topic, made.lines);
    const strangers = `Kafka at ${frame.running.brokers[0]} has consumers of somebody else in this group. Give ingesters one of their own by --group, and the same to \`tallymark ship\` (INCONSISTENT_GROUP_PROTOCOL).`;
    const consumer = connectKafka({ brokers: frame.running.brokers }).consumer({ groupId: feed.group });
    await consumer.connect();
    await consumer.subscribe({ topics: [feed.topic], fromBeginning: true });
    await consumer.run({ autoCommit: false, eachMessage: async () => {} });
    await using ingester = startCli(ingestArguments(feed), { env: feedEnv(feed) });
    await expect.poll(() => ingester.stderr(), { timeout: 20_000 }).toContain(`${strangers} Trying again`);
    const ended = await ingestOnce(feed).catch((error: Error) => error.message);
    expect(ended).toMatch(/^ingest ended with 1: /);
    expect(ended).toContain(`tallymark: ${strangers}\n`);
    expect(await groupSeen(feed)).toEqual({
      exit: 1,
      group: {
        name: 'group',
        state: 'bad',
        detail: 'shared-group: 1 consumer of somebody else; the broker lets no ingester in beside them',
        advice: 'give ingesters a group of their own with --group, and the same to `tallymark ship`',
      },
    });
    await consumer.disconnect();
    await expect.poll(() => ingester.stderr(), { timeout: 40_000 }).toContain('reading 2 partitions');
    expect(await groupSeen(feed)).toMatchObject({
      group: { detail: expect.stringMatching(/^shared-group: 1 ingester, /) },
    });
    ingester.kill('SIGTERM');
    await ingester.ended;
    await ingestOnce(feed);
    await expectExact(feed, [made.logs]);
  });

  /** What `doctor` says of the group. */
  async function groupSeen({ topic, group, data }: Feed) {
    const of = ['--brokers', frame.running.brokers.join(','), '--topic', topic, '--group', group];
    const { exit, stdout } = await runCli(['doctor', '--json', '--data', data, ...of]);
    const { checks } = JSON.parse(stdout) as { checks: { name: string }[] };
    return { exit, group: checks.find(({ name }) => name === 'group') };
  }

  test('a topic with other settings is read with a warning, a compacted one is refused', {
    timeout,
  }, async () => {
    const feed = { ...(await frame.openFeed('settings')), topic: 'own-settings', partitions: 1 };
    const made = makeLines('a', 10);
    await frame.admin.createTopics({ topics: [{ topic: feed.topic, numPartitions: 1 }] });
    await produce(frame.running, feed.topic, made.lines);
    expect((await ingestOnce(feed)).stderr).toMatch(/warning: topic own-settings: .*set retention\.ms=/);
    await expectExact(feed, [made.logs]);
    const configEntries = [{ name: 'cleanup.policy', value: 'compact' }];
    await frame.admin.createTopics({ topics: [{ topic: 'compacted', numPartitions: 1, configEntries }] });
    await expect(ingestOnce({ ...feed, topic: 'compacted' })).rejects.toThrow(/compacted.*cleanup\.policy/s);
  });

  test('a broker that is not there is named, with exit code 1 where nothing waits for it', {
    timeout,
  }, async () => {
    const feed = await frame.openFeed('no-broker');
    const where = `127.0.0.1:${await freePort()}`;
    const away = { ...feed, running: { brokers: [where] } };
    const says = `Kafka at ${where} is not there`;
    await expect(ingestOnce(away)).rejects.toThrow(`ingest ended with 1: tallymark: ${says}`);
    const ship = [...shipArguments(away, [frame.folder]), '--once', '--timeout', '1'];
    await using shipper = startCli(ship, { env: feedEnv(away) });
    const { exit, stderr } = await shipper.ended;
    expect({ exit, stderr }).toEqual({ exit: 1, stderr: expect.stringContaining(says) });
  });
});

async function expectExact({ data }: Feed, logs: readonly MadeLogs[]): Promise<void> {
  expect(findMistakes(await readBooks({ data }), logs)).toEqual([]);
}
