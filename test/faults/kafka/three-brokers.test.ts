import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { brokerTitle, whyNoBrokers } from '../../kafka/brokers.ts';
import { findMistakes, readBooks } from '../read-books.ts';
import { seededRandom, seedOfRun } from '../seeded-random.ts';
import { type RunningCli, startCli } from '../start-cli.ts';
import { expireMembers } from './expire-members.ts';
import { growLogs } from './grow-logs.ts';
import { feedFrame } from './open-feed.ts';
import {
  type Feed,
  feedEnv,
  ingestArguments,
  ingestOnce,
  shipArguments,
  shipOnce,
} from './ship-and-ingest.ts';

const seed = seedOfRun();
const random = seededRandom(seed);
const timeout = 180_000;
/** How often a member is started, or one of them killed. */
const storm = 8;

describe.skipIf(whyNoBrokers !== undefined)(
  brokerTitle('three brokers with three copies of each line'),
  () => {
    const frame = feedFrame({ nodes: 3, heapMb: 256 });

    test(`the leader is killed while lines are shipped and counted (seed ${seed})`, { timeout }, async () => {
      await whileGrowing('leader', async (feed) => {
        await using ingester = startIngester(feed);
        await reads(ingester);
        const leader = await leaderOf(feed);
        await frame.running.kill(leader);
        await untilAnotherLeads(feed, leader);
        await frame.running.restart(leader);
        await endAll(feed, [ingester]);
      });
    });

    test(`ingesters are started and killed in quick succession while lines flow (seed ${seed})`, {
      timeout,
    }, async () => {
      await whileGrowing('storm', async (feed) => {
        const members: RunningCli[] = Array.from({ length: 5 }, () => startIngester(feed));
        for (let time = 0; time < storm; time++) {
          await sleep(random.below(1_500));
          const index = random.below(members.length);
          members[index]!.kill('SIGKILL');
          if (random.below(2) === 0) await expireMembers(frame.running.brokers, feed.group);
          members[index] = startIngester(feed);
        }
        await endAll(feed, members);
      });
    });

    /** Ships logs while they grow and something happens; afterwards each line is counted once. */
    async function whileGrowing(name: string, happens: (feed: Feed) => Promise<void>): Promise<void> {
      const feed = await frame.openFeed(name);
      const { topics } = await frame.admin.fetchTopicMetadata({ topics: [name] });
      expect(topics[0]!.partitions.map(({ replicas }) => replicas.length)).toEqual([3, 3, 3]);
      const live = join(frame.folder, `live-${name}`);
      await mkdir(live);
      const logs = frame.makeLogs(name[0]!, random, 1_500);
      await using shipper = startCli(shipArguments(feed, [live]), { env: feedEnv(feed) });
      const growing = growLogs({ logs, folder: live, random, ms: 8_000 });
      await happens(feed);
      await growing;
      await endAll(feed, [shipper]);
      await shipOnce(feed, [live]);
      await ingestOnce(feed);
      expect(findMistakes(await readBooks({ data: feed.data }), [logs])).toEqual([]);
    }

    async function leaderOf({ topic }: Feed): Promise<number> {
      const { topics } = await frame.admin.fetchTopicMetadata({ topics: [topic] });
      return topics[0]!.partitions[0]!.leader;
    }

    async function untilAnotherLeads(feed: Feed, before: number): Promise<void> {
      for (;;) {
        const leader = await leaderOf(feed).catch(() => before);
        if (leader !== before && leader > 0) return;
        await sleep(100);
      }
    }
  },
);

function startIngester(feed: Feed): RunningCli {
  return startCli(ingestArguments(feed), { env: feedEnv(feed) });
}

async function reads({ stderr, ended }: RunningCli): Promise<void> {
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  while (!isOver && !stderr().includes('reading ')) await sleep(20);
}

/** Kills what is left, and lets the group know. */
async function endAll({ running, group }: Feed, members: readonly RunningCli[]): Promise<void> {
  for (const member of members) await member[Symbol.asyncDispose]();
  await expireMembers(running.brokers, group);
}
