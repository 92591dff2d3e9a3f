import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { built } from '../cli/run-cli.ts';
import { crashCalls, replayToCrash, whyNoCrashPoints } from './crash-point.ts';
import { makeLogs } from './make-logs.ts';
import { findMistakes, readBooks } from './read-books.ts';
import { replayArguments } from './replay-arguments.ts';
import { seededRandom, seedOfRun } from './seeded-random.ts';
import { startCli } from './start-cli.ts';

const seed = seedOfRun();
const title = 'a replay that is killed at the very system calls of its inserts has counted each line once';
const missing = whyNoCrashPoints === undefined ? `seed ${seed}` : `skipped: ${whyNoCrashPoints}`;
/** How often a thread makes such a call in a small replay into a new store, more or less; the first is reached for sure. */
const mostTimes = { rename: 3, renameat2: 3, fdatasync: 30, fsync: 2, unlink: 14 };

test.skipIf(whyNoCrashPoints !== undefined)(`${title} (${missing})`, { timeout: 240_000 }, async () => {
  await built();
  const random = seededRandom(seed);
  const folder = await mkdtemp(join(tmpdir(), 'tallymark-crash-'));
  const data = join(folder, 'data');
  const logs = makeLogs({ folder, random, lines: 600, files: 2 });
  let killed = 0;
  // One store for all: each restart has to put right what the crash before left.
  for (const call of crashCalls) {
    const time = 1 + random.below(mostTimes[call]);
    const { exit } = await replayToCrash(logs.paths, data, { call, time });
    if (exit !== 0) killed++;
  }
  expect(killed).toBeGreaterThan(0);
  await using replay = startCli(replayArguments(logs.paths, data));
  const { exit, stderr } = await replay.ended;
  expect(exit, stderr).toBe(0);
  expect(findMistakes(await readBooks({ data }), [logs])).toEqual([]);
  await rm(folder, { recursive: true });
});
