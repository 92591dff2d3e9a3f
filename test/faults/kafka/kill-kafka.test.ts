import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningBrokers, startBrokers } from '../../../infra/kafka/start-brokers.ts';
import { built } from '../../cli/run-cli.ts';
import { brokerTitle, whyNoBrokers } from '../../kafka/brokers.ts';
import { seedOfRun } from '../seeded-random.ts';
import { killKafka } from './kill-kafka.ts';

const seed = seedOfRun();

describe.skipIf(whyNoBrokers !== undefined)(
  brokerTitle('ingesters, shippers and the broker, killed again and again'),
  () => {
    let running: RunningBrokers;

    beforeAll(async () => {
      await built();
      running = await startBrokers({ heapMb: 384 });
    }, 120_000);
    afterAll(() => running?.stop());

    test(`each line of logs that grow is counted once, after each of them (seed ${seed})`, {
      timeout: 240_000,
    }, async () => {
      const { mistakes, ingester, shipper, broker, zombie } = await killKafka({
        running,
        seed,
        rounds: 2,
        lines: 500,
      });
      expect(mistakes).toEqual([]);
      expect(ingester + shipper + broker + zombie).toBeGreaterThanOrEqual(2);
    });
  },
);
