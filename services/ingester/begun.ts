import { readNote } from '../../shared/kafka/offset-note.ts';
import type { Clock } from '../../shared/store/clock.ts';
import type { Committed } from './caught-up.ts';

const lookMs = 250;
const lookForMs = 2_000;

/**
 * Batches of this process that may be half in the store, over all of its sessions. Where a partition was lost meanwhile, whoever has it now
 * finishes them; but that one may have been taken for dead and not know it, so its entry keeps no replays off, and ours has to.
 */
export class Begun {
  /** Generation and first offset of the batch by partition. */
  readonly #batches = new Map<number, { readonly generation: number; readonly from: number }>();

  /** Inserts of a batch follow. */
  begin(partition: number, { generation, from }: { generation: number; from: number }): void {
    this.#batches.set(partition, { generation, from });
  }

  /** All that was begun in the partition is in the store and committed, by us or by who had it in between. */
  end(partition: number): void {
    this.#batches.delete(partition);
  }

  /**
   * Whether the group has passed all of them, now or in a moment, by the notes beside its offsets: an offset alone may have been set by somebody, or be
   * one of another topic of the name.
   */
  async isPassed(
    clock: Clock,
    fetchCommitted: () => Promise<ReadonlyMap<number, Committed>>,
  ): Promise<boolean> {
    for (const start = clock.now(); this.#batches.size > 0; ) {
      const committed = await fetchCommitted();
      for (const [partition, { generation, from }] of this.#batches) {
        const note = readNote(committed.get(partition)?.metadata);
        if (note === undefined || note === 'strange') continue;
        if (note.generation === generation && note.counted > from) this.end(partition);
      }
      if (this.#batches.size === 0) break;
      if (clock.now() - start >= lookForMs) return false;
      await clock.sleep(lookMs);
    }
    return true;
  }
}
