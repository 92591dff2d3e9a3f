import { expect, test } from 'vitest';
import { built } from '../cli/run-cli.ts';
import { killReplay } from './kill-replay.ts';
import { seedOfRun } from './seeded-random.ts';

const rounds = 2;
const seed = seedOfRun();

test(`a replay that is killed anywhere, again and again, has counted each line once in the end (seed ${seed})`, {
  timeout: 240_000,
}, async () => {
  await built();
  let killed = 0;
  for (let round = 0; round < rounds; round++) {
    const result = await killReplay({ seed: seed + round, kills: 3, lines: 3_000 });
    expect(result.mistakes, `seed ${seed + round}`).toEqual([]);
    killed += result.killed;
  }
  expect(killed).toBeGreaterThan(0);
});
