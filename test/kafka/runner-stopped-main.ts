/**
 * `runner-stopped-main.ts guarded|bare`: stops kafkajs' own runner between the end of its fetchers, of which one has found a broker gone, and
 * the making of new ones. Prints `left` where that ends.
 */

import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from 'kafkajs';
import { beginNothingMore } from '../../shared/kafka/begin-nothing-more.ts';

const Runner = createRequire(import.meta.url)('kafkajs/src/consumer/runner');
const silent = { namespace: () => silent, debug() {}, info() {}, warn() {}, error() {} };
let brokers = ['1', '2'];
let hasLeft = false;
const cluster = { getNodeIds: () => brokers, findGroupCoordinator: async () => undefined };
if (process.argv[2] === 'guarded') beginNothingMore(cluster as unknown as Cluster, () => hasLeft);
const runner = new Runner({
  logger: silent,
  instrumentationEmitter: { emit() {} },
  concurrency: 1,
  heartbeatInterval: 3_000,
  retry: { retries: 5 },
  onCrash() {},
  async eachBatch() {},
  consumerGroup: {
    async connect() {},
    async joinAndSync() {},
    getNodeIds: () => cluster.getNodeIds(),
    // The other broker's answer is waited for when the first fetcher ends.
    fetch: async (broker: string) => await sleep(broker === '1' ? 10 : 400, []),
    async heartbeat() {},
    async leave() {},
  },
});
await runner.start();
await sleep(100);
brokers = ['1'];
await sleep(100);
hasLeft = true;
await runner.stop();
console.log('left');
