/**
 * `npx tsx test/faults/crash-points-main.ts`: kills a replay at each system call of its own, one after the other, each in a new store, and
 * replays again; stops at the first mistake. Needs strace. Takes some 200 × two replays.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { built } from '../cli/run-cli.ts';
import { type CrashPoint, crashCalls, replayToCrash, whyNoCrashPoints } from './crash-point.ts';
import { makeLogs } from './make-logs.ts';
import { findMistakes, readBooks } from './read-books.ts';
import { replayArguments } from './replay-arguments.ts';
import { seededRandom } from './seeded-random.ts';
import { startCli } from './start-cli.ts';

if (whyNoCrashPoints !== undefined) throw new Error(whyNoCrashPoints);
await built();
for (const call of crashCalls) {
  let time = 1;
  while (await crashAndRecover({ call, time })) time++;
  console.log(`${call}: each of ${time - 1} crash points is recovered from`);
}

/** False where the replay ended before it got there. */
async function crashAndRecover(point: CrashPoint): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'tallymark-crash-'));
  const data = join(folder, 'data');
  const logs = makeLogs({ folder, random: seededRandom(1), lines: 600, files: 2 });
  const crashed = await replayToCrash(logs.paths, data, point);
  await using replay = startCli(replayArguments(logs.paths, data));
  const { exit, stderr } = await replay.ended;
  const mistakes = exit === 0 ? findMistakes(await readBooks({ data }), [logs]) : [stderr];
  if (mistakes.length > 0) {
    console.error(`${point.call} ${point.time}, kept in ${folder}:\n${mistakes.join('\n')}`);
    process.exit(1);
  }
  await rm(folder, { recursive: true });
  return crashed.exit !== 0;
}
