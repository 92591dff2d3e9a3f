/**
 * `npx tsx test/faults/kafka/kill-kafka-main.ts ROUNDS SEED`: kills ingesters, shippers and the broker for as long as one likes; stops at the
 * first mistake. Every 20 rounds others go on with a store of their own; every fifth of these crews has ingesters that stand still for longer
 * than their session, or than their entry in the store is taken for a living one's.
 */

import { startBrokers } from '../../../infra/kafka/start-brokers.ts';
import { built } from '../../cli/run-cli.ts';
import { killKafka } from './kill-kafka.ts';

const [rounds = 100, first = 1] = process.argv.slice(2).map(Number);
const roundsOfCrew = 20;
await built();
await using running = await startBrokers({ heapMb: 384 });
const total = { ingester: 0, shipper: 0, broker: 0, zombie: 0, recovered: 0 };
let done = 0;
for (let seed = first; done < rounds; seed++) {
  const crew = { running, seed, rounds: Math.min(roundsOfCrew, rounds - done), lines: 2_000 };
  const { mistakes, ...counts } = await killKafka(seed % 5 === 0 ? { ...crew, freezeMs: 100_000 } : crew);
  for (const who of ['ingester', 'shipper', 'broker', 'zombie', 'recovered'] as const)
    total[who] += counts[who];
  if (mistakes.length > 0) {
    console.error(`seed ${seed}:\n${mistakes.join('\n')}`);
    process.exitCode = 1;
    break;
  }
  done += crew.rounds;
  console.log(`${done} rounds, no mistake: ${JSON.stringify(total)}`);
}
