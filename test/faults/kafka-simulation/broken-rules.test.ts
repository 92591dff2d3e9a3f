import { expect, test } from 'vitest';
import { brokenRules } from './broken-rules.ts';
import { simulate } from './simulate.ts';

const seeds = 5_000;

// A simulation that cannot find a bug proves nothing: each rule of the protocol is taken out once, and has to be missed.
test.each(Object.entries(brokenRules))(
  'the simulation of a topic sees when %s',
  { timeout: 600_000 },
  async (_, breakage) => {
    let seed = 1;
    while (seed <= seeds && (await simulate(seed, { breakage })).problems.length === 0) seed++;
    expect(seed).toBeLessThanOrEqual(seeds);
  },
);
