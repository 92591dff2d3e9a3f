import { simulate } from './simulate.ts';

/** `npx tsx test/faults/simulation/run.ts [SEEDS] [FIRST]`: many seeds, outside of the suite; `SEED=n` prints one history. */
const seed = process.env.SEED;
if (seed !== undefined) {
  const { trace, problems } = await simulate(Number(seed), { traced: true });
  console.log([...trace, ...problems].join('\n'));
} else {
  const [seeds = 100_000, first = 1] = process.argv.slice(2).map(Number);
  const started = Date.now();
  let failed = 0;
  for (let index = 0; index < seeds; index++) {
    const { problems } = await simulate(first + index);
    if (problems.length > 0 && ++failed <= 10) console.log(`SEED=${first + index}: ${problems.join('; ')}`);
  }
  console.log(`${seeds} seeds, ${failed} failed, ${Math.round((Date.now() - started) / 1000)} s`);
  process.exitCode = failed > 0 ? 1 : 0;
}
