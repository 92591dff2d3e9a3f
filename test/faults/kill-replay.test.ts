import { expect, test } from 'vitest';
import { built } from '../cli/run-cli.ts';
import { killReplay } from './kill-replay.ts';
import { seedOfRun } from './seeded-random.ts';

const seed = seedOfRun();

test(`a replay that is killed anywhere, again and again, has counted each line once in the end (seed ${seed})`, {
  timeout: 240_000,
}, async () => {
  await built();
  const { killed, mistakes } = await killReplay({ seed, kills: 3, lines: 3_000 });
  expect(mistakes).toEqual([]);
  expect(killed).toBeGreaterThan(0);
});
