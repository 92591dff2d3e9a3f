import type { ReaderOptions } from '../formats/log-format.ts';
import type { ByOutcome } from './outcome.ts';

/** One registry of the configuration, or the one that was detected. */
export interface Registry {
  readonly name: string;
  /** Name of a layout. */
  readonly layout: string;
  /** Name of a rule set (or `pypi`, which picks by the line's day). */
  readonly rules: string;
  /** Only requests for this host, lower case. */
  readonly host?: string;
  /** Only paths below this prefix, which is cut off before the layout sees the path. */
  readonly prefix?: string;
  /** Of layout `files`: its URL pattern, as `filesLayout` takes it; its default where absent. */
  readonly pattern?: string;
}

/** How the lines of one file are to be read; plain data, part of an intent. */
export interface FileSetup extends ReaderOptions {
  /** `auto` for a stream of several formats; a file's is always detected. */
  readonly format: string;
  /** Whether lines come in a shipper's envelope. */
  readonly enveloped: boolean;
  /** In order; the first that takes a line has it. Empty: layout unknown. */
  readonly registries: readonly Registry[];
  readonly countryFrom: 'log' | 'database';
}

/** What else decides the outcome of a batch; recorded with its intent. */
export interface Pins {
  /** UTC day of the cut, days since 1970-01-01; later lines than the day after are `future`. */
  readonly today: number;
  /** SHA-256 of the country database, hex; empty without one. */
  readonly geo: string;
}

/** The books of one day. */
export interface DayBooks {
  /** Days since 1970-01-01; 0 for lines without a readable day. */
  readonly day: number;
  /** Without `already_counted`. */
  readonly lines: ByOutcome;
  /** Downloads by outcome (a `pep381` line stands for many). */
  readonly downloads: ByOutcome;
}

/** One month of a counted batch: what becomes a part. */
export interface CountedMonth {
  /** `YYYYMM`. */
  readonly month: number;
  /** Rows of `counts` as the store takes them (a block of ClickHouse's Native format), sorted by registry, project, day; none with registry ''. */
  readonly rows: Uint8Array;
  readonly rowCount: number;
  /** Ascending. */
  readonly days: readonly DayBooks[];
  /** Lines of each stretch (a range of one source's bytes; index into the batch's list) on each day, not counted before; ascending by stretch, day. */
  readonly stretches: readonly { readonly stretch: number; readonly day: number; readonly lines: number }[];
}

/**
 * What counting a list of stretches gives; byte-identical whenever the same stretches are counted under the same setups
 * and pins. Nothing in it comes from a line but project, version and file type as the layout accepted them.
 */
export interface CountedBatch {
  /** Ascending. */
  readonly months: readonly CountedMonth[];
  /** Parallel to the batch's stretches: lines by outcome, for the summary. */
  readonly totals: readonly { readonly lines: ByOutcome; readonly downloads: ByOutcome }[];
}
