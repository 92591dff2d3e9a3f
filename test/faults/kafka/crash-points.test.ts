import { describe, expect, test } from 'vitest';
import { brokerTitle, whyNoBrokers } from '../../kafka/brokers.ts';
import { crashCalls, injectCrash, whyNoCrashPoints } from '../crash-point.ts';
import { findMistakes, readBooks } from '../read-books.ts';
import { seededRandom, seedOfRun } from '../seeded-random.ts';
import { startCli } from '../start-cli.ts';
import { expireMembers } from './expire-members.ts';
import { feedFrame } from './open-feed.ts';
import { feedEnv, ingestArguments, ingestOnce, shipOnce } from './ship-and-ingest.ts';

const seed = seedOfRun();
const random = seededRandom(seed);
/** How often a thread makes such a call in a small run into a new store, more or less. */
const mostTimes = { rename: 3, renameat2: 3, fdatasync: 30, fsync: 2, unlink: 14 };
const cannot = whyNoBrokers ?? whyNoCrashPoints;
const title = 'an ingester that is killed at the very system calls of its inserts';

describe.skipIf(cannot !== undefined)(
  cannot === whyNoBrokers ? brokerTitle(title) : `${title} (skipped: ${cannot})`,
  () => {
    const frame = feedFrame();

    test(`has counted each line once in the end (seed ${seed})`, { timeout: 240_000 }, async () => {
      const feed = await frame.openFeed('crashes');
      const given = [];
      let killed = 0;
      // One store for all: each start has to put right what the crash before left.
      for (const call of crashCalls) {
        const logs = frame.makeLogs(call, random, 200);
        given.push(logs);
        await shipOnce(feed, logs.paths);
        const under = injectCrash({ call, time: 1 + random.below(mostTimes[call]) });
        await using ingester = startCli([...ingestArguments(feed), '--once'], { under, env: feedEnv(feed) });
        const { exit } = await ingester.ended;
        if (exit !== 0) killed++;
        await expireMembers(frame.running.brokers, feed.group);
      }
      expect(killed).toBeGreaterThan(0);
      await ingestOnce(feed);
      expect(findMistakes(await readBooks({ data: feed.data }), given)).toEqual([]);
    });
  },
);
