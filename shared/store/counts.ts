import type { CountsRow } from './counts-row.ts';
import type { OwnRow } from './own-row.ts';

/** What `Counts.lastBatches` finds. */
export interface LastBatch {
  readonly name: string;
}

/** Table `counts` as the protocol needs it: a ClickHouse store, or the simulation's. */
export interface Counts {
  /** `replicated`: block id and part are one transaction, so what was acknowledged is there. */
  readonly engine: 'plain' | 'replicated';
  /**
   * Inserts blocks of rows (`counts-block.ts`) as one part, once a token. Throws `AmbiguousInsert` where it may or may
   * not have happened, `StoreUnavailable` where it has not.
   */
  insert(part: { readonly token: string; readonly rows: Uint8Array }): Promise<void>;
  /** Of a replicated table: waits until the replica that is asked has what the others have. */
  syncReplica(): Promise<void>;
  /** The markers of these batches, in all months. */
  markers(batches: readonly string[]): Promise<OwnRow[]>;
  /** Of the batches whose names begin with `prefix`, void ones included, the one whose name comes last. */
  lastBatches(prefix: string): Promise<LastBatch | undefined>;
  /** The covered ranges of sources with these keyed first lines, in all months. */
  coverage(firsts: readonly string[]): Promise<OwnRow[]>;
  /** All rows of a day, summed by registry and project, as one moment saw them. Maps hold no zeros. */
  day(day: number): Promise<CountsRow[]>;
}
