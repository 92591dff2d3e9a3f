import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningBrokers, startBrokers } from '../../infra/kafka/start-brokers.ts';
import type { AssignedPartition } from '../../shared/kafka/assigned-partition.ts';
import { connectKafka } from '../../shared/kafka/connect-kafka.ts';
import { joinGroup } from '../../shared/kafka/fenced-consumer.ts';
import { brokerTitle, whyNoBrokers } from './brokers.ts';

const connections = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

describe.skipIf(whyNoBrokers !== undefined)(brokerTitle('a member'), { timeout: 60_000 }, () => {
  let running: RunningBrokers;

  beforeAll(async () => {
    running = await startBrokers();
    const admin = connectKafka({ brokers: running.brokers }).admin();
    await admin.connect();
    await admin.createTopics({
      topics: [
        { topic: 'lines', numPartitions: 2 },
        { topic: 'anew', numPartitions: 3 },
      ],
    });
    await admin.disconnect();
  }, 120_000);
  afterAll(async () => await running?.stop());

  /** Joins a group, and says what it is given; again where brokers that have just begun do not know yet who leads it. */
  async function join(group: string, topic = 'lines', signal = new AbortController().signal) {
    for (;;) {
      const given: number[] = [];
      const all: AssignedPartition[] = [];
      const member = await joinGroup({
        kafka: { brokers: running.brokers },
        topic,
        group,
        signal,
        onAssigned: (partitions) => {
          given.push(partitions.length);
          all.push(...partitions);
        },
        onFetched: () => true,
        onUnreadable: () => undefined,
        onReadable: () => undefined,
      });
      if (member === undefined || given.length > 0) return { member, given, all };
      await member[Symbol.asyncDispose]();
    }
  }

  test('that leaves a broker which stands still does not go on when that does', async () => {
    const before = connections();
    const { member, given } = await join('frozen');
    expect(given).toEqual([2]);
    await running.kill(1, 'SIGSTOP');
    const start = performance.now();
    await member?.[Symbol.asyncDispose]();
    expect(performance.now() - start).toBeLessThan(6_000);
    await running.kill(1, 'SIGCONT');
    for (let looks = 0; looks < 30; looks++) {
      await sleep(100);
      expect(connections()).toBe(before);
    }
    expect(given).toEqual([2]);
  });

  test('knows whether others are there', async () => {
    const { member: first } = await join('alone');
    expect(await first?.isAlone()).toBe(true);
    const { member: second } = await join('alone');
    expect([await first?.isAlone(), await second?.isAlone()]).toEqual([false, false]);
    await second?.[Symbol.asyncDispose]();
    // Where it joins anew already, since the second has left, it cannot tell for a moment.
    while (!(await first?.isAlone())) await sleep(100);
    await first?.[Symbol.asyncDispose]();
  });

  test('has all of its topic where the others of the group read another one, and is alone with it', async () => {
    const [first, second] = [await join('two topics'), await join('two topics', 'anew')];
    expect(second.given).toEqual([3]);
    while (!(await first.member?.isAlone()) || !(await second.member?.isAlone())) await sleep(100);
    expect(first.given).toEqual([2, 2]);
    const third = await join('two topics', 'anew');
    expect(await third.member?.isAlone()).toBe(false);
    while (!(await first.member?.isAlone())) await sleep(100);
    expect([first.given.at(-1), second.given.at(-1)! + third.given.at(-1)!]).toEqual([2, 3]);
    await Promise.all([first, second, third].map(({ member }) => member?.[Symbol.asyncDispose]()));
  });

  test('commits before anything was fetched, and nothing any more once the group is joined anew', async () => {
    const { member: first, all } = await join('committing');
    const [partition] = all;
    await partition!.commit(0, 'note');
    expect(await partition!.committed()).toEqual({ offset: 0, metadata: 'note' });
    const { member: second } = await join('committing');
    await expect(partition!.commit(1, 'late')).rejects.toThrow('joined anew');
    await Promise.all([first, second].map((member) => member?.[Symbol.asyncDispose]()));
  });

  test('that is told to stop while it joins is given nothing, and is gone', async () => {
    const { member: first, given: firstGiven } = await join('joined');
    // The group waits until the first joins anew, by its next heartbeat.
    const stopping = new AbortController();
    setTimeout(() => stopping.abort(), 500);
    const { member, given } = await join('joined', 'lines', stopping.signal);
    expect(member).toBeUndefined();
    expect(given).toEqual([]);
    while (firstGiven.length < 3) await sleep(100);
    expect(firstGiven).toEqual([2, 1, 2]);
    await first?.[Symbol.asyncDispose]();
  });
});
