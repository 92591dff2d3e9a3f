import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningBrokers, startBrokers } from '../../infra/kafka/start-brokers.ts';
import type { ChunkSink } from '../../shared/kafka/chunk-message.ts';
import { connectKafka } from '../../shared/kafka/connect-kafka.ts';
import { openChunkTopic } from '../../shared/kafka/open-chunk-topic.ts';
import { brokerTitle, whyNoBrokers } from '../kafka/brokers.ts';
import { scratchFolder } from '../source/scratch-folder.ts';
import { textsOf } from './gathering-sink.ts';
import { madeLines } from './made-lines.ts';
import { openShip } from './open-ship.ts';
import { readTopic } from './read-topic.ts';

const scratch = scratchFolder();
const over = new AbortController();

/** The node that leads a partition. */
async function leaderOf(brokers: readonly string[], topic: string, partition: number): Promise<number> {
  const admin = connectKafka({ brokers }).admin();
  await admin.connect();
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics[0]!.partitions.find(({ partitionId }) => partitionId === partition)!.leader;
  } finally {
    await admin.disconnect();
  }
}

describe.skipIf(whyNoBrokers !== undefined)(brokerTitle('shipping to three brokers'), () => {
  let cluster: RunningBrokers;
  beforeAll(async () => {
    cluster = await startBrokers({ nodes: 3, heapMb: 256, patienceMs: 150_000 });
  }, 240_000);
  afterAll(async () => {
    over.abort();
    await cluster?.stop();
  });

  test('a leader that is killed while a large file is on its way loses no byte of it and turns nothing round', async () => {
    const folder = mkdtempSync(join(scratch.folder, 'leader-'));
    const wanted = { topic: 'three', partitions: 3, replicationFactor: 3, rawRetentionHours: 24 };
    await using opened = await openChunkTopic(wanted, {
      kafka: { brokers: cluster.brokers },
      giveUpAfterMs: 120_000,
      opening: over.signal,
      signal: over.signal,
      onNotice() {},
    });
    let killed: number | undefined;
    let sends = 0;
    let sendsAfter = 0;
    const sink: ChunkSink = {
      async send(partition, chunks) {
        // With the third handful of chunks on its way.
        const killing = ++sends === 3 ? kill(partition) : undefined;
        if (killed !== undefined) sendsAfter++;
        await opened.sink.send(partition, chunks);
        await killing;
      },
    };
    async function kill(partition: number): Promise<void> {
      killed = await leaderOf(cluster.brokers, wanted.topic, partition);
      await cluster.kill(killed);
    }
    const path = join(folder, 'access.log');
    const text = madeLines(0, 400_000);
    writeFileSync(path, text);
    const summary = await openShip({ folder, sink, partitions: 3 }).once(path);
    expect(summary).toMatchObject({ lines: 400_000, bytes: text.length });
    expect(killed).toBeDefined();
    expect(sendsAfter).toBeGreaterThan(0);
    const others = cluster.brokers.filter((_, index) => index + 1 !== killed);
    const chunks = (await readTopic(others, wanted.topic)).map(({ chunk }) => chunk);
    // Throws where a chunk comes before the one that it goes on from.
    const [shipped] = textsOf(chunks);
    expect(shipped === text).toBe(true);
  }, 240_000);
});
