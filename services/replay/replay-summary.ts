import type { DropReason } from '../../shared/count/drop-reason.ts';

/** Lines by drop reason; reasons without lines are absent. */
export type Dropped = Readonly<Partial<Record<DropReason, number>>>;

/** What became of one file's lines: `lines = counted + already_counted + Σ dropped`. */
export interface FileSummary {
  readonly path: string;
  /** Empty where it could not be told. */
  readonly format: string;
  readonly layout: string;
  readonly lines: number;
  readonly counted: number;
  readonly already_counted: number;
  readonly dropped: Dropped;
  /** Present where the file could not be read to its end: what, where and what to do; nothing of a line. */
  readonly error?: { readonly code: string; readonly message: string };
}

/** What a replay came to; printed by `replay --json` as it is (interface.md, "Fixed for scripts"). */
export interface ReplaySummary {
  readonly files: readonly FileSummary[];
  readonly lines: number;
  readonly counted: number;
  readonly already_counted: number;
  readonly dropped: Dropped;
  /** UTC days with counted lines, `YYYY-MM-DD`, ascending. */
  readonly days: readonly string[];
  readonly rules: string;
  readonly seconds: number;
  readonly lines_per_second: number;
}
