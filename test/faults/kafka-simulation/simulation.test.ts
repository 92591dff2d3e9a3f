import { expect, test } from 'vitest';
import { simulate } from './simulate.ts';

/** `SEEDS=1000000 npx vitest run test/faults/kafka-simulation/simulation.test.ts` tries more, `FIRST=n` begins elsewhere. */
const seeds = Number(process.env.SEEDS ?? 5_000);
const first = Number(process.env.FIRST ?? 1);
/** `SEED=n npx vitest run …` prints one history. */
const only = process.env.SEED;

test.skipIf(only !== undefined)(
  `no line of a topic is lost or counted twice in ${seeds} histories of crashes, rebalances and zombies`,
  { timeout: 600_000 + seeds * 100 },
  async () => {
    for (let seed = first; seed < first + seeds; seed++) {
      const { problems } = await simulate(seed);
      if (problems.length > 0) await fail(seed);
    }
  },
);

test.runIf(only !== undefined)(`the history of seed ${only}`, async () => {
  const { problems, trace } = await simulate(Number(only), { traced: true });
  console.log(trace.join('\n'));
  expect(problems).toEqual([]);
});

test('one seed is one history', async () => {
  const [first, second] = [await simulate(7, { traced: true }), await simulate(7, { traced: true })];
  expect(first.trace.length).toBeGreaterThan(50);
  expect(second).toEqual(first);
});

async function fail(seed: number): Promise<never> {
  const { problems, trace } = await simulate(seed, { traced: true });
  throw new Error([`SEED=${seed}: ${problems.join('; ')}`, ...trace].join('\n'));
}
