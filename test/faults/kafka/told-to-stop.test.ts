import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, type TestContext, test } from 'vitest';
import { brokerTitle, whyNoBrokers } from '../../kafka/brokers.ts';
import { seededRandom } from '../seeded-random.ts';
import { type RunningCli, startCli } from '../start-cli.ts';
import { commitBeside } from './commit-beside.ts';
import { untilMembers } from './expire-members.ts';
import { feedFrame } from './open-feed.ts';
import {
  type Feed,
  feedEnv,
  ingestArguments,
  ingestOnce,
  shipArguments,
  shipOnce,
} from './ship-and-ingest.ts';

const random = seededRandom(1);
const timeout = 180_000;
/** Whoever starts processes kills them after some 30 s (Kubernetes), or 90 s (systemd). */
const atMostMs = 28_000;
/** Where there is nothing that could be finished. */
const quickMs = 8_000;

describe.skipIf(whyNoBrokers !== undefined)(brokerTitle('told to stop'), () => {
  const frame = feedFrame();
  /** What starts processes of a test, which are gone after it. */
  type Start = (args: readonly string[], feed: Feed) => RunningCli;

  function starter({ onTestFinished }: TestContext): Start {
    return (args, feed) => {
      const cli = startCli(args, { env: feedEnv(feed) });
      onTestFinished(() => cli[Symbol.asyncDispose]());
      return cli;
    };
  }

  async function startIngester(start: Start, feed: Feed): Promise<RunningCli> {
    const cli = start(ingestArguments(feed), feed);
    await until(() => cli.stderr().includes('assigned') || cli.stderr().includes('partitions'));
    return cli;
  }

  test('an ingester and a shipper end while the broker stands still', { timeout }, async (context) => {
    const start = starter(context);
    context.onTestFinished(() => frame.running.kill(1, 'SIGCONT'));
    const feed = await frame.openFeed('frozen-broker');
    const log = join(frame.folder, 'live.log');
    const lines = readFileSync(frame.makeLogs('frozen', random).paths[0]!);
    writeFileSync(log, lines);
    const shipper = start(shipArguments(feed, [log]), feed);
    const ingester = await startIngester(start, feed);
    await until(() => /batches=[1-9]/.test(ingester.stderr()));
    // Something is on its way when they are told.
    const growing = setInterval(() => appendFileSync(log, lines), 50);
    await sleep(2_500);
    await frame.running.kill(1, 'SIGSTOP');
    await sleep(1_500);
    clearInterval(growing);
    const took = await Promise.all([endOf(ingester), endOf(shipper)]);
    expect(Math.max(...took)).toBeLessThan(atMostMs);
  });

  test('an ingester ends while it waits for brokers that stand still', { timeout }, async (context) => {
    const start = starter(context);
    context.onTestFinished(() => frame.running.kill(1, 'SIGCONT'));
    const feed = await frame.openFeed('frozen-from-the-start');
    await frame.running.kill(1, 'SIGSTOP');
    const ingester = start(ingestArguments(feed), feed);
    const shipper = start(shipArguments(feed, [frame.folder]), feed);
    await sleep(4_000);
    const took = await Promise.all([endOf(ingester), endOf(shipper)]);
    expect(Math.max(...took)).toBeLessThan(quickMs);
  });

  // They wait most of the time, and not for the broker.
  describe.concurrent('by itself,', () => {
    test('an ingester ends while its group waits for one that stands still', { timeout }, async (context) => {
      const start = starter(context);
      const feed = await frame.openFeed('frozen-member');
      const elsewhere = (name: string) => ({ ...feed, data: join(frame.folder, name) });
      const frozen = await startIngester(start, elsewhere('first'));
      const second = await startIngester(start, elsewhere('second'));
      await untilMembers(frame.running.brokers, feed.group, 2);
      await sleep(3_000);
      frozen.kill('SIGSTOP');
      const third = start(ingestArguments(feed), elsewhere('third'));
      // Second joins anew by its next heartbeat.
      await sleep(8_000);
      expect(await endOf(second)).toBeLessThan(quickMs);
      // It has left, and the group does not wait for it too.
      await untilMembers(frame.running.brokers, feed.group, 2);
      expect(await endOf(third)).toBeLessThan(quickMs);
    });

    test('an ingester that cannot tell yet where to go on ends in good order', {
      timeout,
    }, async (context) => {
      const start = starter(context);
      const feed = await frame.openFeed('before-its-end', { partitions: 1 });
      await shipOnce(feed, frame.makeLogs('before', random).paths);
      await ingestOnce(feed);
      // Where the group has passed the end of the log, a leader that has not caught up is waited for.
      const [{ partitions }] = await frame.admin.fetchOffsets({ groupId: feed.group, topics: [feed.topic] });
      await commitBeside(feed, { ...partitions[0]!, offset: '1000000' });
      const ingester = await startIngester(start, feed);
      await until(() => ingester.stderr().includes('reading 1 partition'));
      await sleep(1_000);
      expect(await endOf(ingester)).toBeLessThan(quickMs);
      expect(await ingester.ended).toMatchObject({ exit: 0 });
    });

    test('a guest of the store ends while the owner stands still', { timeout }, async (context) => {
      const start = starter(context);
      const feed = await frame.openFeed('frozen-owner');
      const owner = await startIngester(start, feed);
      const guest = await startIngester(start, feed);
      await untilMembers(frame.running.brokers, feed.group, 2);
      await sleep(3_000);
      owner.kill('SIGSTOP');
      await sleep(6_000);
      expect(await endOf(guest)).toBeLessThan(atMostMs);
      // Nobody can tell whether its entry is closed.
      expect(await guest.ended).toMatchObject({ exit: 1, stderr: expect.stringContaining('in good order') });
    });
  });
});

async function until(is: () => boolean): Promise<void> {
  for (let waits = 0; !is(); waits++) {
    if (waits > 600) throw new Error('it does not come');
    await sleep(100);
  }
}

/** Tells it to stop; how many milliseconds it then takes, much more than it may where it does not end. */
async function endOf(cli: RunningCli): Promise<number> {
  const start = performance.now();
  cli.kill('SIGTERM');
  await Promise.race([cli.ended, sleep(75_000)]);
  return performance.now() - start;
}
