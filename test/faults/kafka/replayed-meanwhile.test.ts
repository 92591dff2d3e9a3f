import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { brokerTitle, whyNoBrokers } from '../../kafka/brokers.ts';
import { findMistakes, readBooks } from '../read-books.ts';
import { replayArguments, summaryOf } from '../replay-arguments.ts';
import { seededRandom, seedOfRun } from '../seeded-random.ts';
import { startCli } from '../start-cli.ts';
import { expireMembers } from './expire-members.ts';
import { feedFrame } from './open-feed.ts';
import { feedEnv, ingestArguments, ingestOnce, shipOnce } from './ship-and-ingest.ts';

const seed = seedOfRun();

describe.skipIf(whyNoBrokers !== undefined)(brokerTitle('replays beside a topic'), () => {
  const frame = feedFrame();

  test('are refused after an ingester was killed, and taken when another has found nothing new', {
    timeout: 120_000,
  }, async () => {
    const feed = await frame.openFeed('killed');
    const logs = frame.makeLogs('killed', seededRandom(seed));
    const replayed = async () => {
      await using replay = startCli(replayArguments(logs.paths, feed.data));
      return await replay.ended;
    };
    await using ingester = startCli(ingestArguments(feed), { env: feedEnv(feed) });
    while (!ingester.stderr().includes('partitions')) await sleep(50);
    ingester.kill('SIGKILL');
    await ingester.ended;
    expect(await replayed()).toMatchObject({ exit: 1, stderr: expect.stringContaining('tallymark ingest') });
    await expireMembers(feed.running.brokers, feed.group);
    expect(await ingestOnce(feed)).toMatchObject({ lines: 0, refused: [] });
    expect(await replayed()).toMatchObject({ exit: 0 });
  });

  test(`count lines once whose chunks come after them, though they were shipped since they had two lines (seed ${seed})`, {
    timeout: 120_000,
  }, async () => {
    const feed = await frame.openFeed('replayed');
    const logs = frame.makeLogs('replayed', seededRandom(seed));
    const [path] = logs.paths;
    const whole = readFileSync(path!);
    const twoLines = whole.indexOf('\n', whole.indexOf('\n') + 1) + 1;
    for (const end of [twoLines, whole.length]) {
      writeFileSync(path!, whole.subarray(0, end));
      await shipOnce(feed, [path!]);
    }
    await using replay = startCli(replayArguments(logs.paths, feed.data));
    const { exit, stdout, stderr } = await replay.ended;
    expect(exit, stderr).toBe(0);
    const shipped = summaryOf(stdout).files[0]!.lines;
    expect(await ingestOnce(feed)).toMatchObject({ lines: shipped, already_counted: shipped });
    expect(findMistakes(await readBooks({ data: feed.data }), [logs])).toEqual([]);
  });
});
