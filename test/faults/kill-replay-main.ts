/** `npx tsx test/faults/kill-replay-main.ts ROUNDS SEED`: kills replays for as long as one likes; stops at the first mistake. */

import { built } from '../cli/run-cli.ts';
import { killReplay } from './kill-replay.ts';

const [rounds = 1_000, first = 1] = process.argv.slice(2).map(Number);
await built();
let killed = 0;
let recovered = 0;
for (let seed = first; seed < first + rounds; seed++) {
  const result = await killReplay({ seed, kills: 4, lines: 4_000 });
  killed += result.killed;
  recovered += result.recovered;
  if (result.mistakes.length > 0) {
    console.error(`seed ${seed}:\n${result.mistakes.join('\n')}`);
    process.exit(1);
  }
  if ((seed - first + 1) % 10 === 0)
    console.log(`${seed - first + 1} rounds, ${killed} killed, ${recovered} recovered, no mistake`);
}
