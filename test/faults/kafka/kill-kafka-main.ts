/**
 * `npx tsx test/faults/kafka/kill-kafka-main.ts ROUNDS SEED`: kills ingesters, shippers and the broker for as long as one likes; stops at the
 * first mistake. Every 25th round lets an ingester stand still for longer than its session.
 */

import { startBrokers } from '../../../infra/kafka/start-brokers.ts';
import { built } from '../../cli/run-cli.ts';
import { killKafka } from './kill-kafka.ts';

const [rounds = 100, first = 1] = process.argv.slice(2).map(Number);
await built();
await using running = await startBrokers({ heapMb: 384 });
const total = { ingester: 0, shipper: 0, broker: 0, zombie: 0, recovered: 0 };
for (let seed = first; seed < first + rounds; seed++) {
  const long = seed % 25 === 0 ? { freezeMs: 45_000 } : {};
  const { mistakes, ...counts } = await killKafka({ running, seed, faults: 6, lines: 3_000, ...long });
  for (const who of ['ingester', 'shipper', 'broker', 'zombie', 'recovered'] as const)
    total[who] += counts[who];
  if (mistakes.length > 0) {
    console.error(`seed ${seed}:\n${mistakes.join('\n')}`);
    process.exitCode = 1;
    break;
  }
  console.log(`${seed - first + 1} rounds, no mistake: ${JSON.stringify(total)}`);
}
