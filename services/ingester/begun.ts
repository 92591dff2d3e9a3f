import type { Clock } from '../../shared/store/clock.ts';

const lookMs = 250;
const lookForMs = 2_000;

/**
 * Batches of this process that may be half in the store, over all of its sessions. Where a partition was lost meanwhile, whoever has it now
 * finishes them; but that one may have been taken for dead and not know it, so its entry keeps no replays off, and ours has to.
 */
export class Begun {
  /** First offset of the batch by partition. */
  readonly #batches = new Map<number, number>();

  /** Inserts of a batch follow. */
  begin(partition: number, from: number): void {
    this.#batches.set(partition, from);
  }

  /** All that was begun in the partition is in the store and committed, by us or by who had it in between. */
  end(partition: number): void {
    this.#batches.delete(partition);
  }

  /** Whether the group has passed all of them, now or in a moment. `fetchCommitted` gives its offsets by partition, -1 or nothing where there is none. */
  async isPassed(clock: Clock, fetchCommitted: () => Promise<ReadonlyMap<number, number>>): Promise<boolean> {
    for (const start = clock.now(); this.#batches.size > 0; ) {
      const committed = await fetchCommitted();
      for (const [partition, from] of this.#batches)
        if ((committed.get(partition) ?? -1) > from) this.end(partition);
      if (this.#batches.size === 0) break;
      if (clock.now() - start >= lookForMs) return false;
      await clock.sleep(lookMs);
    }
    return true;
  }
}
