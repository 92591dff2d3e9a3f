import type { CellRow, RowsDigest } from './cell-row.ts';
import type { Publication, Slot } from './publication.ts';

/** What a publisher enters to claim a slot. */
export type Entry = Omit<Publication, 'enteredAt'>;

/** Where rows of a release are kept and publications are entered; all that `publishOnce` knows of a store. */
export interface ReleaseStore {
  /**
   * Adds rows to a release that nobody sees. Throws `AmbiguousInsert` where it may or may not have happened; the same
   * token may then be sent again.
   */
  write(target: { slot: Slot; release: string; token: string }, rows: readonly CellRow[]): Promise<void>;
  /** What is really there of a release. */
  readBack(slot: Slot, release: string): Promise<RowsDigest>;
  /** All publications of a slot, of whatever attempt. */
  publications(slot: Slot): Promise<readonly Publication[]>;
  /** Claims the slot. Throws `AmbiguousInsert` as `write` does. */
  enter(entry: Entry, token: string): Promise<void>;
  /** Deletes the rows of a release that nobody sees and nobody will. */
  remove(slot: Slot, release: string): Promise<void>;
}
