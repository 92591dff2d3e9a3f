import { describe, expect, test } from 'vitest';
import { brokerTitle, whyNoBrokers } from '../../kafka/brokers.ts';
import { runKafkaTool } from '../../kafka/kafka-tool.ts';
import { insertsMade } from '../inserts-made.ts';
import { findMistakes, readBooks } from '../read-books.ts';
import { seededRandom, seedOfRun } from '../seeded-random.ts';
import { startCli } from '../start-cli.ts';
import { expireMembers } from './expire-members.ts';
import { makeLines, produce } from './made-messages.ts';
import { feedFrame } from './open-feed.ts';
import { type Feed, feedEnv, ingestArguments, ingestOnce, shipOnce } from './ship-and-ingest.ts';

const seed = seedOfRun();
const random = seededRandom(seed);

/** How others send a line. */
const shapes = {
  plain: (line: string) => line,
  filebeat: (line: string) =>
    JSON.stringify({ '@timestamp': '2026-09-07T09:00:01Z', message: line, agent: { type: 'filebeat' } }),
  vector: (line: string) => JSON.stringify({ file: '/var/log/a.log', host: 'edge', message: line }),
  docker: (line: string) => JSON.stringify({ log: `${line}\n`, stream: 'stdout' }),
  rsyslog: (line: string) => `<134>1 2026-09-07T09:00:01.000Z edge nginx 1234 - - ${line}`,
};
const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

describe.skipIf(whyNoBrokers !== undefined)(brokerTitle('anybody’s shippers beside our own'), () => {
  const frame = feedFrame();

  test(`lines of all shapes and compressions in one topic, with crashes between (seed ${seed})`, {
    timeout: 180_000,
  }, async () => {
    const feed = await frame.openFeed('mixed');
    const ours = [frame.makeLogs('ours', random), frame.makeLogs('more', random)];
    const theirs = Object.keys(shapes).map((name) => makeLines(name, 60));
    const tools = codecs.map((codec) => makeLines(codec, 60));
    const shapeOf = Object.values(shapes);
    await shipOnce(feed, ours[0]!.paths);
    await produce(
      frame.running,
      feed.topic,
      mixed(theirs.map(({ lines }, index) => lines.map(shapeOf[index]!))),
    );
    await killWhileCounting(feed);
    for (const [index, codec] of codecs.entries()) {
      const to = ['--bootstrap-server', frame.running.brokers[0]!, '--topic', feed.topic];
      const how = ['--compression-codec', codec];
      await runKafkaTool(
        frame.running,
        ['ConsoleProducer', ...to, ...how],
        `${tools[index]!.lines.join('\n')}\n`,
      );
    }
    await killWhileCounting(feed);
    await shipOnce(feed, ours[1]!.paths);
    await ingestOnce(feed);
    const all = [...ours, ...[...theirs, ...tools].map(({ logs }) => logs)];
    expect(findMistakes(await readBooks({ data: feed.data }), all)).toEqual([]);
  });
});

/** Kills an ingester within one of its inserts. */
async function killWhileCounting(feed: Feed): Promise<void> {
  await using ingester = startCli(ingestArguments(feed), { env: feedEnv(feed) });
  await insertsMade(feed.data, { inserts: 1 + random.below(8), replay: ingester });
  ingester.kill('SIGKILL');
  await ingester.ended;
  await expireMembers(feed.running.brokers, feed.group);
}

/** One of each in turn. */
function mixed(lists: readonly (readonly string[])[]): string[] {
  return (lists[0] ?? []).flatMap((_, index) => lists.map((list) => list[index]!));
}
