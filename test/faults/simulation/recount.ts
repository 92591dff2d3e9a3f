import { type Recount, recountDay } from '../../../shared/store/recount-day.ts';
import { countStretches, type StretchToCount, setupWith } from './count-stretches.ts';
import type { ReplayWorld } from './replay.ts';
import { candidateOf, type File, lastLineAt } from './world.ts';

/** `tallymark recount` of one day from all files there are, by the world's rules. */
export async function recount({ store, world, rules, busy }: ReplayWorld, day: number): Promise<Recount> {
  const files = [...world.files.values()];
  return await recountDay(store, {
    day,
    candidates: files.map(candidateOf),
    countAgain: async (stretches) => {
      await busy();
      const found = stretches.map(({ candidates, to, endsWith }) =>
        candidates
          .map((index) => files[index] as File)
          .find((file) => {
            const line = lastLineAt(file, to);
            return line !== undefined && endsWith(line);
          }),
      );
      if (found.some((file) => file === undefined)) return 'changed';
      const toCount = stretches.map(({ from, to }, index): StretchToCount => {
        return { log: (found[index] as File).log, from, to, coverage: undefined, rules };
      });
      return {
        counted: countStretches(toCount),
        setups: [setupWith(rules)],
        pins: { today: 20_500, geo: '' },
      };
    },
  });
}
