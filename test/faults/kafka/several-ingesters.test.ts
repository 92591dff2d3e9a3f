import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type Fault, startTestServer } from '../../clickhouse/http-server.ts';
import { brokerTitle, whyNoBrokers } from '../../kafka/brokers.ts';
import { findMistakes, readBooks } from '../read-books.ts';
import { seededRandom, seedOfRun } from '../seeded-random.ts';
import { startCli } from '../start-cli.ts';
import { expireMembers, untilMembers } from './expire-members.ts';
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
/** Long enough for a statement on a busy machine, short enough to wait for. */
const requestTimeoutSeconds = 3;

describe.skipIf(whyNoBrokers !== undefined)(brokerTitle('several ingesters on one store'), () => {
  const frame = feedFrame();

  test(`three on an embedded one join and die, and the totals are exact (seed ${seed})`, {
    timeout,
  }, async () => {
    const feed = await frame.openFeed('embedded');
    const logs = await joinAndDie(feed);
    expect(findMistakes(await readBooks({ data: feed.data }), [logs])).toEqual([]);
  });

  test(`three on a server join and die, and the totals are exact (seed ${seed})`, { timeout }, async () => {
    await using server = await startTestServer({ folder: join(frame.folder, 'server') });
    const feed = await frame.openFeed('served', storeFlags(server.url));
    const logs = await joinAndDie(feed);
    expect(findMistakes(await readBooks(address(server.url)), [logs])).toEqual([]);
  });

  test(`a network that loses answers, breaks, hangs and is late loses and doubles nothing (seed ${seed})`, {
    timeout,
  }, async () => {
    await using server = await startTestServer({ folder: join(frame.folder, 'far-server') });
    const feed = await frame.openFeed('far', storeFlags(server.url));
    const [first, rest] = [frame.makeLogs('f', random), frame.makeLogs('g', random, 2_000)];
    await shipOnce(feed, first.paths);
    // Makes the tables: what fails before is told at once.
    await ingestOnce(feed);
    await shipOnce(feed, rest.paths);
    const faults: readonly Fault[] = [
      { kind: 'drop', on: 'counts', times: 2 },
      { kind: 'reset', on: 'counts', times: 2 },
      { kind: 'hang', on: 'counts', times: 1 },
      { kind: requestTimeoutSeconds * 1_000 + 500, on: 'counts', times: 1 },
    ];
    const given = [first, rest];
    for (const fault of faults) {
      const more = frame.makeLogs(`m${String(fault.kind)}`, random, 200);
      await shipOnce(feed, more.paths);
      await server.fail(fault);
      await ingestOnce(feed);
      given.push(more);
    }
    await server.fail({ kind: 'reset', on: 'any', times: 0 });
    expect(findMistakes(await readBooks(address(server.url)), given)).toEqual([]);
  });

  function address(url: string) {
    return { url, storeKeyFile: join(frame.folder, 'store.key') };
  }

  function storeFlags(url: string): Pick<Feed, 'flags' | 'env'> {
    return {
      flags: ['--clickhouse', url, '--store-key-file', address(url).storeKeyFile],
      env: { TALLYMARK_CLICKHOUSE_REQUEST_TIMEOUT_SECONDS: String(requestTimeoutSeconds) },
    };
  }

  /** One after another joins while logs grow; one is killed, one ends in order, one stays to the end. */
  async function joinAndDie(feed: Feed) {
    const live = join(frame.folder, `live-${feed.topic}`);
    await mkdir(live);
    const logs = frame.makeLogs(feed.topic, random, 1_500);
    const start = (args: readonly string[]) => startCli(args, { env: feedEnv(feed) });
    await using shipper = start(shipArguments(feed, [live]));
    const growing = growLogs({ logs, folder: live, random, ms: 6_000 });
    await using first = start(ingestArguments(feed));
    await untilMembers(frame.running.brokers, feed.group, 1);
    await using second = start(ingestArguments(feed));
    await using third = start(ingestArguments(feed));
    await untilMembers(frame.running.brokers, feed.group, 3);
    await sleep(random.below(1_000));
    first.kill('SIGKILL');
    await expireMembers(frame.running.brokers, feed.group);
    await untilMembers(frame.running.brokers, feed.group, 2);
    await sleep(random.below(1_000));
    second.kill('SIGTERM');
    expect(await second.ended).toMatchObject({ exit: 0 });
    await growing;
    for (const one of [third, shipper]) one.kill('SIGTERM');
    for (const one of [third, shipper]) expect(await one.ended).toMatchObject({ exit: 0 });
    await shipOnce(feed, [live]);
    await ingestOnce(feed);
    return logs;
  }
});
