import { statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningBrokers, startBrokers } from '../../infra/kafka/start-brokers.ts';
import { connectKafka } from '../../shared/kafka/connect-kafka.ts';
import { brokerTitle, whyNoBrokers } from './brokers.ts';

describe.skipIf(whyNoBrokers !== undefined)(brokerTitle('a broker for tests'), { timeout: 60_000 }, () => {
  let running: RunningBrokers;

  beforeAll(async () => {
    running = await startBrokers();
  }, 120_000);
  afterAll(async () => await running?.stop());

  test('keeps its classes for the next one', () => {
    expect(statSync(`${running.jars}.jsa`).size).toBeGreaterThan(10_000_000);
  });

  test('comes back after kill -9 where it was, with what it had', async () => {
    const made = async (topic: string): Promise<string[]> => {
      const admin = connectKafka({ brokers: running.brokers }).admin();
      await admin.connect();
      await admin.createTopics({ topics: [{ topic }] });
      const topics = await admin.listTopics();
      await admin.disconnect();
      return topics;
    };
    const first = running.pid(1);
    await made('before');
    await running.kill(1);
    expect(running.isRunning(1)).toBe(false);
    await running.restart(1);
    expect(running.pid(1)).not.toBe(first);
    expect(await made('after')).toEqual(expect.arrayContaining(['before', 'after']));
  });
});
