import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Admin } from 'kafkajs';
import { afterAll, beforeAll } from 'vitest';
import { type BrokerOptions, type RunningBrokers, startBrokers } from '../../../infra/kafka/start-brokers.ts';
import { connectKafka } from '../../../shared/kafka/connect-kafka.ts';
import { openTopic } from '../../../shared/kafka/topic.ts';
import { built } from '../../cli/run-cli.ts';
import { type MadeLogs, makeLogs } from '../make-logs.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { Feed } from './ship-and-ingest.ts';

/** Brokers of a test file, and feeds to them. Its hooks start and stop them. */
export interface FeedFrame {
  readonly running: RunningBrokers;
  readonly folder: string;
  readonly admin: Admin;
  /** A topic of its own with a group and a store of its own; the topic is made. */
  openFeed(name: string, more?: Partial<Feed>): Promise<Feed>;
  /** Makes, or makes again, the topic of a feed. */
  makeTopic(feed: Feed): Promise<void>;
  /** Logs in files. */
  makeLogs(name: string, random: SeededRandom, lines?: number): MadeLogs;
}

/** To be called within the `describe` of a file's tests; what it gives is there when the first of them runs. */
export function feedFrame(options: BrokerOptions = {}): FeedFrame {
  const frame = {} as { -readonly [key in keyof FeedFrame]: FeedFrame[key] };
  beforeAll(async () => {
    await built();
    frame.folder = await mkdtemp(join(tmpdir(), 'tallymark-kafka-faults-'));
    frame.running = await startBrokers({ heapMb: 384, ...options });
    frame.admin = connectKafka({ brokers: frame.running.brokers }).admin();
    await frame.admin.connect();
  }, 120_000);
  afterAll(async () => {
    await frame.admin?.disconnect();
    await frame.running?.stop();
    await rm(frame.folder, { recursive: true, force: true });
  });
  frame.makeTopic = async ({ topic, partitions = 3 }) => {
    await openTopic(frame.admin, { topic, partitions, replicationFactor: -1, rawRetentionHours: 24 });
  };
  frame.openFeed = async (name, more = {}) => {
    const { running, folder } = frame;
    const feed = { running, topic: name, group: name, data: join(folder, name), ...more };
    await frame.makeTopic(feed);
    return feed;
  };
  frame.makeLogs = (name, random, lines = 300) =>
    makeLogs({ folder: frame.folder, random, lines, files: 2, name });
  return frame;
}
