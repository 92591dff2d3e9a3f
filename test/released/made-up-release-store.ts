import { AmbiguousInsert } from '../../shared/clickhouse/database.ts';
import { addToDigest, type CellRow, emptyDigest } from '../../shared/store/released/cell-row.ts';
import { type Publication, type Slot, scopeOf } from '../../shared/store/released/publication.ts';
import type { Entry, ReleaseStore } from '../../shared/store/released/release-store.ts';

/**
 * What happens to one call of the store. `lost` is the engine's fault of `exactly-once.md`: it remembers the token and
 * acknowledges, but the part is gone. `crash` kills the publisher, before or after the call took effect.
 */
export type Fault = 'none' | 'unknown-done' | 'unknown-not-done' | 'lost' | 'crash-before' | 'crash-after';

/** The publisher's process is gone; nothing of it runs any more. */
export class Crash extends Error {}

interface World {
  readonly rows: Map<string, { slot: Slot; rows: CellRow[] }>;
  readonly publications: Publication[];
  readonly tokens: Set<string>;
  clock: number;
}

/** A store that deduplicates by token, with everything it ever held. */
export function makeWorld(): World {
  return { rows: new Map(), publications: [], tokens: new Set(), clock: 0 };
}

/** The store as one publisher sees it: `fault` says what befalls its next call, `step` waits for its turn. */
export function storeIn(
  world: World,
  { fault, step }: { fault: () => Fault; step: () => Promise<void> },
): ReleaseStore {
  const insert = async (token: string, effect: () => void): Promise<void> => {
    await step();
    const what = fault();
    if (what === 'crash-before') throw new Crash();
    if (what === 'unknown-not-done') throw new AmbiguousInsert('made up');
    if (!world.tokens.has(token)) {
      world.tokens.add(token);
      if (what !== 'lost') effect();
    }
    if (what === 'crash-after') throw new Crash();
    if (what === 'unknown-done') throw new AmbiguousInsert('made up');
  };
  const ask = async <T>(answer: () => T): Promise<T> => {
    await step();
    if (fault() === 'crash-before') throw new Crash();
    return answer();
  };
  return {
    write: ({ slot, release, token }, rows) => insert(token, () => addRows(world, { slot, release }, rows)),
    enter: (entry, token) => insert(token, () => addPublication(world, entry)),
    readBack: (_, release) =>
      ask(() => (world.rows.get(release)?.rows ?? []).reduce(addToDigest, emptyDigest)),
    publications: (slot) => ask(() => world.publications.filter((one) => isSame(one, slot))),
    remove: (_, release) =>
      ask(() => {
        world.rows.delete(release);
      }),
  };
}

function addRows(world: World, { slot, release }: { slot: Slot; release: string }, rows: readonly CellRow[]) {
  const known = world.rows.get(release);
  if (known === undefined) world.rows.set(release, { slot, rows: [...rows] });
  else known.rows.push(...rows);
}

function addPublication(world: World, entry: Entry) {
  world.publications.push({ ...entry, enteredAt: String(world.clock++).padStart(9, '0') });
}

function isSame(one: Slot, other: Slot): boolean {
  return scopeOf(one) === scopeOf(other) && one.period === other.period && one.revision === other.revision;
}
