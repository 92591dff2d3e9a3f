import type { FileSetup, Pins } from '../count/counted-batch.ts';
import type { SourceKey } from './own-row.ts';

/** Lines of a source that an intent is about, with all that is needed to find and check them again. */
export interface IntendedStretch extends SourceKey {
  readonly path: string;
  /** Index into the intent's setups. */
  readonly setup: number;
  readonly from: number;
  readonly to: number;
  /** Keyed digest of the last line of `[from, to)`. */
  readonly last: string;
}

/** A batch that somebody set out to write: recorded before its first insert, so that a retry forms the very same batch. */
export interface Intent {
  readonly batch: string;
  /** Who intended it. */
  readonly turn: string;
  readonly site: string;
  /** `YYYYMM`, ascending. */
  readonly months: readonly number[];
  readonly stretches: readonly IntendedStretch[];
  readonly setups: readonly FileSetup[];
  readonly pins: Pins;
}

/** A process that wants to write to the store, or does. */
export interface Announcement {
  /** Turns have an order, that of their names. */
  readonly turn: string;
  /** Label of the operator's. */
  readonly site: string;
  /** The process, see `Liveness`. */
  readonly holder: string;
  /** Of who feeds the store all the time: what from, as `announceFeeder` is told. A feeder and a turn exclude one another, feeders of one group do not. */
  readonly feeds?: string;
}

/** An announced turn that nobody has closed, with the store's time of its beginning and of its last sign of life, in ms. */
export interface OpenTurn extends Announcement {
  readonly since: number;
  readonly renewedAt: number;
}

export type LedgerEvent =
  | { readonly event: 'announced'; readonly announcement: Announcement }
  | { readonly event: 'renewed'; readonly turn: string }
  /**
   * By the turn itself, or by who found it dead. For ever, but for the entry of who feeds the store: closed by one that had been closed itself
   * before, it is open. That one had stood still, and somebody else has been finishing things since.
   */
  | { readonly event: 'closed'; readonly turn: string; readonly by: string }
  | { readonly event: 'intended'; readonly intent: Intent }
  /** All of the batch's parts are in the store, or are void. */
  | { readonly event: 'settled'; readonly batch: string };

/** Table `ledger`: events that are only ever added; equal ones are one. What was acknowledged is seen by all who look. */
export interface Ledger {
  /** Throws as `Counts.insert` does; harmless to repeat. */
  append(event: LedgerEvent): Promise<void>;
  /** The open turns and the store's time in ms. */
  openTurns(): Promise<{ readonly now: number; readonly turns: readonly OpenTurn[] }>;
  /** Whether anybody has closed it, be it somebody who was closed before. */
  isClosed(turn: string): Promise<boolean>;
  /** Batches that were intended and not settled, the oldest first. */
  pending(): Promise<readonly Intent[]>;
}
