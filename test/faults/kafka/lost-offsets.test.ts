import { spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { startBrokers } from '../../../infra/kafka/start-brokers.ts';
import { connectKafka } from '../../../shared/kafka/connect-kafka.ts';
import { program, runCli } from '../../cli/run-cli.ts';
import { brokerTitle, whyNoBrokers } from '../../kafka/brokers.ts';
import type { MadeLogs } from '../make-logs.ts';
import { findMistakes, readBooks, readLines } from '../read-books.ts';
import { seededRandom, seedOfRun } from '../seeded-random.ts';
import { startCli } from '../start-cli.ts';
import { cutLastBatch, expected, makeLines, produce } from './made-messages.ts';
import { feedFrame } from './open-feed.ts';
import {
  type Feed,
  feedEnv,
  ingestArguments,
  ingestOnce,
  shipArguments,
  shipOnce,
} from './ship-and-ingest.ts';

const random = seededRandom(seedOfRun());
const timeout = 120_000;

describe.skipIf(whyNoBrokers !== undefined)(brokerTitle('what Kafka has forgotten'), () => {
  const frame = feedFrame();

  test('offsets of the group: the store says where to go on', { timeout }, async () => {
    const feed = await frame.openFeed('deleted-offsets');
    const [first, second] = [frame.makeLogs('a', random), frame.makeLogs('b', random)];
    const [strange, later, last] = [makeLines('s', 50), makeLines('t', 50), makeLines('u', 50)];
    await shipOnce(feed, first.paths);
    await produce(frame.running, feed.topic, strange.lines);
    await ingestOnce(feed);
    await frame.admin.deleteGroups([feed.group]);
    await shipOnce(feed, second.paths);
    await produce(frame.running, feed.topic, later.lines);
    const { lines } = await ingestOnce(feed);
    expect(lines).toBe(second.lines + 50);
    await frame.admin.deleteGroups([feed.group]);
    expect(await ingestOnce(feed)).toMatchObject({ lines: 0 });
    await produce(frame.running, feed.topic, last.lines);
    // As others' consumers commit, and tools that set offsets.
    const ends = await frame.admin.fetchTopicOffsets(feed.topic);
    const partitions = ends.map(({ partition, high }) => ({ partition, offset: high }));
    await frame.admin.setOffsets({ groupId: feed.group, topic: feed.topic, partitions });
    expect(await ingestOnce(feed)).toMatchObject({ lines: 50 });
    await expectExact(feed, [first, second, strange.logs, later.logs, last.logs]);
  });

  test('a gap is repaired by the command of infra/README.md, each line counted once, while ship goes on', {
    timeout,
  }, async () => {
    const feed = await frame.openFeed('repaired-gap', { partitions: 1 });
    const parts = ['a', 'b', 'c'].map((name) => makeLines(name, 100));
    const log = join(frame.folder, 'repaired.log');
    const grow = async (index: number) => {
      appendFileSync(log, parts[index]!.lines.map((line) => `${line}\n`).join(''));
      return await untilMore(feed, index);
    };
    await using ship = startCli(shipArguments(feed, [log]), { env: feedEnv(feed) });
    await grow(0);
    expect(await ingestOnce(feed)).toMatchObject({ counted: 100 });
    const lost = await grow(1);
    await grow(2);
    await dropBefore(feed, lost);
    const { counted, stderr } = await ingestOnce(feed);
    expect(counted).toBe(100);
    expect(stderr).toContain('with --once and an empty --state folder');
    expect(await gapsSeen(feed)).toMatchObject({
      state: 'warning',
      detail: expect.stringMatching(/inside of 1 log never came$/),
      advice: expect.stringMatching(/with --once and an empty --state folder.*over 64 KiB/),
    });
    repairAsDocumented(feed, log);
    expect(await ingestOnce(feed)).toMatchObject({ counted: 100, already_counted: 200 });
    expect((await gapsSeen(feed)).detail).not.toContain('never came');
    await expectExact(
      feed,
      parts.map(({ logs }) => logs),
    );
    ship.kill('SIGTERM');
    expect(await ship.ended).toMatchObject({ exit: 0 });
  });

  /** Has Kafka drop the messages of partition 0 before an offset. */
  async function dropBefore({ topic }: Feed, offset: number): Promise<void> {
    // kafkajs looks for the leader in what it knows already, and learns of the topic only here.
    await frame.admin.fetchTopicOffsets(topic);
    await frame.admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(offset) }] });
  }

  /** Waits until the topic has something behind what it had; the offset behind that. */
  async function untilMore({ topic }: Feed, messages: number): Promise<number> {
    for (;;) {
      const [ends] = await frame.admin.fetchTopicOffsets(topic);
      if (Number(ends!.high) > messages) return Number(ends!.high);
      await sleep(50);
    }
  }

  /** Types the command as it stands there; where brokers, topic, group and store are is configured. */
  function repairAsDocumented({ running, topic, group, data, ...feed }: Feed, path: string): void {
    const [, command] = /^\| a gap .*`(tallymark ship PATH…[^`]*)`/m.exec(
      readFileSync('infra/README.md', 'utf8'),
    )!;
    const bin = join(frame.folder, 'bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, 'tallymark'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
    chmodSync(join(bin, 'tallymark'), 0o755);
    const env = {
      PATH: `${bin}:${process.env.PATH}`,
      TMPDIR: frame.folder,
      TALLYMARK_KAFKA_BROKERS: running.brokers.join(','),
      TALLYMARK_KAFKA_TOPIC: topic,
      TALLYMARK_KAFKA_GROUP: group,
      TALLYMARK_DATA: data,
      ...feedEnv({ running, topic, group, data, ...feed }),
    };
    const ran = spawnSync('sh', ['-c', command!.replace('PATH…', path)], { env, encoding: 'utf8' });
    expect(ran, ran.stderr).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Shipped 300 lines'),
    });
  }

  // They wait most of the time.
  describe.concurrent('at one time:', () => {
    test('messages at the beginning: the gap is told, the rest is counted', { timeout }, async () => {
      const feed = await frame.openFeed('dropped-messages', { partitions: 1 });
      const [first, second] = [makeLines('a', 100), makeLines('b', 100)];
      await produce(frame.running, feed.topic, first.lines);
      await ingestOnce(feed);
      await produce(frame.running, feed.topic, second.lines);
      await dropBefore(feed, 140);
      const { lines, stderr } = await ingestOnce(feed);
      expect(lines).toBe(60);
      expect(stderr).toContain('Kafka had dropped 40 messages of partition 0 before they were counted.');
      const rest = expected([...second.logs.downloads.keys()].slice(40));
      await expectExact(feed, [first.logs, rest]);
    });

    test('the topic, made again with other lines: both are counted, shipped ones once', {
      timeout,
    }, async () => {
      const feed = await frame.openFeed('made-again');
      const [first, second] = [frame.makeLogs('older', random), frame.makeLogs('newer', random)];
      const [strange, other] = [makeLines('s', 60), makeLines('t', 90)];
      await shipOnce(feed, first.paths);
      await produce(frame.running, feed.topic, strange.lines);
      await ingestOnce(feed);
      await frame.admin.deleteTopics({ topics: [feed.topic] });
      await frame.makeTopic(feed);
      await shipOnce(feed, second.paths);
      await produce(frame.running, feed.topic, other.lines);
      const { lines, stderr } = await ingestOnce(feed);
      expect(lines).toBe(second.lines + 90);
      expect(stderr).toContain('The topic has been deleted and made again');
      await rm(join(feed.data, 'ship'), { recursive: true });
      await shipOnce(feed, [...first.paths, ...second.paths]);
      const { counted, already_counted } = await ingestOnce(feed);
      expect({ counted, already_counted }).toEqual({
        counted: 0,
        already_counted: first.lines + second.lines,
      });
      await expectExact(feed, [first, second, strange.logs, other.logs]);
    });

    test('the end of what was counted: only that partition is refused, and a new topic mends it as it says', {
      timeout,
    }, async () => {
      // The others go on with theirs.
      await using running = await startBrokers({ heapMb: 384 });
      const data = join(frame.folder, 'cut-off');
      const feed = { running, topic: 'cut-off', group: 'cut-off', data, partitions: 2 };
      const [first, second, other] = [makeLines('a', 40), makeLines('b', 40), makeLines('c', 40)];
      const log = join(frame.folder, 'cut-off.log');
      for (const { lines } of [first, second]) {
        appendFileSync(log, lines.map((line) => `${line}\n`).join(''));
        await shipOnce(feed, [log]);
      }
      await ingestOnce(feed);
      const partition = await partitionInUse(feed);
      await running.kill(1);
      cutLastBatch(running, { topic: feed.topic, partition });
      await running.restart(1);
      await produce(
        running,
        feed.topic,
        other.lines.map((value) => ({ partition: 1 - partition, value })),
      );
      // It is waited for that a leader catches up.
      const refused = expect(ingestOnce(feed)).rejects.toThrow(
        /ingest ended with 1: .*Partition \d of cut-off is not read: it ends before what was counted of it.*--topic/s,
      );
      // In a group of its own, since one that others join and leave begins its waiting anew.
      const anew = { ...feed, topic: 'cut-off-anew', group: 'cut-off-anew' };
      expect(await shipOnce(anew, [log])).toMatchObject({ lines: 80 });
      expect(await ingestOnce(anew)).toMatchObject({ counted: 0, already_counted: 80 });
      await refused;
      await expectExact(feed, [first.logs, second.logs, other.logs]);
    });

    test('how many partitions there were: who counts stops where some are added, and says what to do', {
      timeout,
      // The global one does not know which of several tests polls.
    }, async ({ expect }) => {
      const feed = await frame.openFeed('more-partitions');
      const [logs, later] = [frame.makeLogs('more', random), makeLines('t', 50)];
      await shipOnce(feed, logs.paths);
      await using ingester = startCli(ingestArguments(feed), { env: feedEnv(feed) });
      await expect.poll(() => ingester.stderr(), { timeout }).toContain('reading 3 partitions');
      await expect.poll(() => oneAtATime(() => readLines({ data: feed.data })), { timeout }).toBe(logs.lines);
      await frame.admin.createPartitions({ topicPartitions: [{ topic: feed.topic, count: 4 }] });
      const says = 'has 4 partitions, and was counted with 3.';
      await expect.poll(() => ingester.stderr(), { timeout: 20_000 }).toContain(says);
      await produce(frame.running, feed.topic, later.lines);
      ingester.kill('SIGTERM');
      expect(await ingester.ended).toMatchObject({ exit: 0 });
      await expect(ingestOnce(feed)).rejects.toThrow(says);
      await expectExact(feed, [logs]);
    });

    test('partitions of a topic made again: exit code 1 and what to do, nothing counted twice', {
      timeout,
    }, async () => {
      const feed = await frame.openFeed('fewer-partitions');
      const logs = frame.makeLogs('fewer', random);
      await shipOnce(feed, logs.paths);
      await ingestOnce(feed);
      await frame.admin.deleteTopics({ topics: [feed.topic] });
      await frame.makeTopic({ ...feed, partitions: 2 });
      await expect(ingestOnce(feed)).rejects.toThrow(
        /ingest ended with 1: .*has 2 partitions, and was counted with 3.*--topic/s,
      );
      await expectExact(feed, [logs]);
    });
  });
});

/** What `doctor` says of gaps. */
async function gapsSeen({ data }: Feed) {
  const { stdout } = await runCli(['doctor', '--json', '--data', data]);
  const { checks } = JSON.parse(stdout) as { checks: { name: string; detail: string }[] };
  return checks.find(({ name }) => name === 'gaps')!;
}

async function expectExact({ data }: Feed, logs: readonly MadeLogs[]): Promise<void> {
  expect(findMistakes(await oneAtATime(() => readBooks({ data })), logs)).toEqual([]);
}

let turn: Promise<unknown> = Promise.resolve();

/** A process opens one store at a time. */
async function oneAtATime<T>(read: () => Promise<T>): Promise<T> {
  const done = turn.then(read);
  turn = done.catch(() => undefined);
  return await done;
}

/** The only one of a topic that has something. */
async function partitionInUse({ running, topic }: Feed): Promise<number> {
  const admin = connectKafka({ brokers: running.brokers }).admin();
  try {
    await admin.connect();
    const ends = await admin.fetchTopicOffsets(topic);
    return ends.find(({ high }) => high !== '0')!.partition;
  } finally {
    await admin.disconnect();
  }
}
