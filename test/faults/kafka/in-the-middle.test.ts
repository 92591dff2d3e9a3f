import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { connectStore } from '../../../shared/clickhouse/connect-store.ts';
import { readStoreFacts } from '../../../shared/store/store-facts.ts';
import { brokerTitle, whyNoBrokers } from '../../kafka/brokers.ts';
import type { MadeLogs } from '../make-logs.ts';
import { findMistakes, readBooks } from '../read-books.ts';
import { seededRandom, seedOfRun } from '../seeded-random.ts';
import { type RunningCli, startCli } from '../start-cli.ts';
import { expireMembers } from './expire-members.ts';
import { feedFrame } from './open-feed.ts';
import { type Feed, feedEnv, ingestArguments, ingestOnce, shipOnce } from './ship-and-ingest.ts';

const seed = seedOfRun();
const random = seededRandom(seed);
const timeout = 240_000;
const mostTries = 12;

describe.skipIf(whyNoBrokers !== undefined)(brokerTitle('an ingester in the middle of a batch'), () => {
  const frame = feedFrame();

  test('writes what it has tallied when it is told to stop, and leaves replays the store', {
    timeout,
  }, async () => {
    const feed = await frame.openFeed('stopped', { flags: ['--batch-seconds', '600'] });
    const logs = frame.makeLogs('stopped', random);
    await shipOnce(feed, logs.paths);
    await using ingest = start(feed);
    await saying(ingest, /oldest_seconds=[1-9]/);
    expect((await readBooks({ data: feed.data })).lines).toBe(0);
    ingest.kill('SIGTERM');
    const { exit, stderr } = await ingest.ended;
    expect(exit, stderr).toBe(0);
    expect(findMistakes(await readBooks({ data: feed.data }), [logs])).toEqual([]);
    await using store = await connectStore({ data: feed.data });
    expect((await readStoreFacts(store)).turns).toEqual([]);
  });

  test(`that is killed behind an intent leaves a batch which the next one finishes (seed ${seed})`, {
    timeout,
  }, async () => {
    const feed = await frame.openFeed('killed');
    const logs: MadeLogs[] = [];
    let finished = 0;
    for (let attempt = 0; attempt < mostTries && finished === 0; attempt++) {
      const more = frame.makeLogs(`killed-${attempt}`, random, 3_000);
      logs.push(more);
      await shipOnce(feed, more.paths);
      await using victim = start(feed);
      await intended(feed, victim);
      victim.kill('SIGKILL');
      await victim.ended;
      await expireMembers(feed.running.brokers, feed.group);
      if ((await ingestOnce(feed)).stderr.includes('finished what it had begun')) finished++;
    }
    expect(finished).toBeGreaterThan(0);
    expect(findMistakes(await readBooks({ data: feed.data }), logs)).toEqual([]);
  });

  /** Waits until an intent stands beside an offset of the group. */
  async function intended({ topic, group }: Feed, { ended }: RunningCli): Promise<void> {
    const over = ended.then(() => true);
    for (;;) {
      const [{ partitions }] = await frame.admin.fetchOffsets({ groupId: group, topics: [topic] });
      if (partitions.some(({ metadata }) => metadata?.includes('"i":'))) return;
      if (await Promise.race([over, sleep(2, false)])) throw new Error('it ended before');
    }
  }
});

function start(feed: Feed): RunningCli {
  return startCli(ingestArguments(feed), { env: feedEnv(feed) });
}

/** Waits until a process has said something on standard error. */
async function saying(process: RunningCli, words: RegExp): Promise<void> {
  const over = process.ended.then(() => true);
  while (!words.test(process.stderr())) {
    if (await Promise.race([over, sleep(100, false)])) throw new Error(`it ended: ${process.stderr()}`);
  }
}
