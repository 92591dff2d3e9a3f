import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addToDigest, type CellRow, emptyDigest } from '../../shared/store/released/cell-row.ts';
import { type Publication, type Slot, shown, winner } from '../../shared/store/released/publication.ts';
import { PublishError, publishOnce } from '../../shared/store/released/publish.ts';
import { Crash, type Fault, makeWorld, storeIn } from './made-up-release-store.ts';

const slot: Slot = { registry: 'pypi', grain: 'day', period: 20_000, revision: 0 };
const faults: readonly Fault[] = [
  'none',
  'unknown-done',
  'unknown-not-done',
  'lost',
  'crash-before',
  'crash-after',
];
const quiet = { fault: (): Fault => 'none', step: async () => {} };

/** Two chunks; every draw gives other cells, as a draw with noise would. */
function publisher(world: ReturnType<typeof makeWorld>, name: string) {
  let draws = 0;
  let releases = 0;
  return (options: Parameters<typeof storeIn>[1], of: Slot = slot) =>
    publishOnce(of, {
      store: storeIn(world, options),
      body: (drawn) => JSON.stringify(drawn),
      newRelease: () => `${name}-${++releases}`,
      retryDelayMs: 0,
      draw: async function* () {
        draws++;
        for (const project of ['numpy', 'scipy']) yield [row(project, draws)];
      },
    });
}

function row(project: string, draw: number): CellRow {
  return { project, dim: 'country', vocabulary: 'country/1', sigma: 0, cells: [draw, 2, 3] };
}

/** What a reader sees: the winner's rows. */
function visible(world: ReturnType<typeof makeWorld>): string | undefined {
  const won = shown(world.publications).get(slot.period);
  return won && JSON.stringify([won.release, world.rows.get(won.release)?.rows]);
}

describe('publishOnce', () => {
  test('of two publishers one wins, both name it, and the loser leaves nothing', async () => {
    const world = makeWorld();
    const both = await Promise.all([publisher(world, 'a')(quiet), publisher(world, 'b')(quiet)]);
    expect(new Set(both.map(({ publication }) => publication.release)).size).toBe(1);
    expect(both.filter(({ byUs }) => byUs)).toHaveLength(1);
    expect(world.rows.size).toBe(1);
  });

  test('an acknowledged publication that is gone is entered again under the next attempt', async () => {
    const world = makeWorld();
    const plan: Fault[] = ['none', 'none', 'none', 'none', 'none', 'lost'];
    const { publication } = await publisher(world, 'a')({ ...quiet, fault: () => plan.shift() ?? 'none' });
    expect(publication.attempt).toBe(2);
  });

  test('rows that are gone are drawn again under another release, and nobody saw the first', async () => {
    const world = makeWorld();
    const plan: Fault[] = ['none', 'lost'];
    const { publication } = await publisher(world, 'a')({ ...quiet, fault: () => plan.shift() ?? 'none' });
    expect([publication.release, [...world.rows.keys()]]).toEqual(['a-2', ['a-2']]);
  });

  test('a store that loses everything stops the run and nothing is visible', async () => {
    const world = makeWorld();
    const run = publisher(world, 'a')({ ...quiet, fault: () => 'lost' });
    await expect(run).rejects.toThrow(PublishError);
    expect(visible(world)).toBeUndefined();
  });

  test('a correction needs a visible predecessor', async () => {
    const world = makeWorld();
    const correct = () => publisher(world, 'c')(quiet, { ...slot, revision: 1 });
    await expect(correct()).rejects.toThrow(PublishError);
    await publisher(world, 'a')(quiet);
    await correct();
    expect(visible(world)).toContain('c-1');
  });

  test('one draw is ever seen, whatever the order, crashes, lost acknowledgements and lost parts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.array(fc.constantFrom(...faults), { maxLength: 12 }), { minLength: 2, maxLength: 4 }),
        async (scheduler, plans) => {
          const world = makeWorld();
          const seen = new Set<string>();
          const runs = plans.map(async (plan, index) => {
            const publish = publisher(world, `p${index}`);
            const faultsLeft = [...plan];
            const options = {
              fault: () => faultsLeft.shift() ?? ('none' as const),
              step: async () => {
                await scheduler.schedule(Promise.resolve());
                const now = visible(world);
                if (now !== undefined) seen.add(now);
              },
            };
            try {
              return await publish(options);
            } catch (error) {
              if (!(error instanceof Crash || error instanceof PublishError)) throw error;
              return await publish({ ...options, fault: () => 'none' });
            }
          });
          await scheduler.waitFor(Promise.all(runs));
          seen.add(visible(world) ?? 'nothing');
          expect(seen.size).toBe(1);
          const won = winner(world.publications);
          const rows = world.rows.get(won?.release ?? '')?.rows ?? [];
          expect(rows.map(({ project }) => project)).toEqual(['numpy', 'scipy']);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('winner', () => {
  const at = (enteredAt: string, release: string, revision = 0): Publication => ({
    ...slot,
    revision,
    attempt: 1,
    release,
    enteredAt,
    body: '',
  });

  test('is the earliest by the store’s clock, then the smallest release, in any order', () => {
    const all = [at('2', 'a'), at('1', 'c'), at('1', 'b')];
    expect(winner(all)?.release).toBe('b');
    expect(winner([...all].reverse())?.release).toBe('b');
    expect(winner([])).toBeUndefined();
  });

  test('a revision is shown once all before it are there', () => {
    expect(shown([at('3', 'c', 2), at('1', 'a')]).get(slot.period)?.release).toBe('a');
    expect(shown([at('3', 'c', 2), at('2', 'b', 1), at('1', 'a')]).get(slot.period)?.release).toBe('c');
    expect(shown([at('3', 'c', 2)]).size).toBe(0);
  });
});

test('the digest does not mind the order of rows, and minds everything else', () => {
  const digest = (...rows: CellRow[]) => rows.reduce(addToDigest, emptyDigest);
  expect(digest(row('a', 1), row('b', 1))).toEqual(digest(row('b', 1), row('a', 1)));
  expect(digest(row('a', 1), row('b', 1))).not.toEqual(digest(row('a', 1), row('b', 2)));
  expect(digest(row('a', 1))).not.toEqual(digest(row('a', 1), row('a', 1)));
});
