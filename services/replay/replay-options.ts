import type { Registry } from '../../shared/count/counted-batch.ts';
import type { ClientAddress, ReaderOptions } from '../../shared/formats/log-format.ts';
import type { Store } from '../../shared/store/store.ts';

/** What to replay, where to, and whom to tell. */
export interface ReplayOptions {
  /** Files, folders, globs, `-`. */
  readonly paths: readonly string[];
  /** A file with one path a line. */
  readonly filesFrom?: string | undefined;
  /** Name of a format; detected for each file where absent. */
  readonly format?: string | undefined;
  /** Name of a layout; detected for each file where absent. */
  readonly layout?: string | undefined;
  /** Name of a rule set; `default` where absent. */
  readonly rules?: string | undefined;
  /** Name of the registry; the layout's where absent. */
  readonly registry?: string | undefined;
  /** Several registries in one log, from the configuration; then `layout`, `rules` and `registry` are absent. */
  readonly registries?: readonly Registry[] | undefined;
  /** Label of where the logs come from. */
  readonly site?: string | undefined;
  readonly countryFrom: 'log' | 'database';
  /** A country database in place of the one that is shipped. */
  readonly geoDb?: string | undefined;
  readonly clientAddress?: ClientAddress | undefined;
  /** Keys of the `json` format. */
  readonly keys?: ReaderOptions['keys'] | undefined;
  /** Counting threads; one a core where absent, 0 counts on the caller's own. */
  readonly workers?: number | undefined;
  /** How long the store may be silent. */
  readonly timeoutMs?: number | undefined;
  readonly store: Store;
  readonly signal: AbortSignal;
  onProgress(progress: Progress): void;
  /** Something the operator should know, in words; nothing of a line. */
  onNotice(text: string): void;
}

/** How far a replay is. */
export interface Progress {
  /** On disk, so compressed bytes of archives. */
  readonly bytesRead: number;
  /** Undefined while standard input is among the files. */
  readonly bytesTotal: number | undefined;
  readonly lines: number;
  readonly files: number;
  readonly filesTotal: number;
}

/** What became of one file. */
export interface ReplayedFile {
  readonly path: string;
  /** Null where it could not be told, or the file is empty. */
  readonly format: string | null;
  /** Null where no line of the file names an artifact; several of the configuration's are joined by commas. */
  readonly layout: string | null;
  readonly lines: number;
  readonly counted: number;
  readonly already_counted: number;
  readonly dropped: Readonly<Record<string, number>>;
  /** Bytes of its last line, where that has no line end and was left: it is counted when the file has grown. */
  readonly unterminated?: number;
  /** Why it was not read to its end. */
  readonly error?: { readonly code: ReplayErrorCode; readonly message: string };
}

/** Why a file was not read, or not to its end. */
export type ReplayErrorCode =
  | 'missing'
  | 'unreadable'
  | 'truncated'
  | 'corrupt'
  | 'changed'
  | 'unknown_format'
  | 'unknown_version'
  | 'unknown_layout'
  | 'other_content'
  | 'shorter'
  | 'no_match'
  | 'no_logs';

/** What a replay came to: `tallymark replay --json`. */
export interface ReplaySummary {
  readonly files: readonly ReplayedFile[];
  /** lines = counted + already_counted + Σ dropped */
  readonly lines: number;
  readonly counted: number;
  readonly already_counted: number;
  readonly dropped: Readonly<Record<string, number>>;
  /** `YYYY-MM-DD` of which lines were counted, ascending. */
  readonly days: readonly string[];
  /** Rule set, or rule sets by registry where there are several. */
  readonly rules: string;
  readonly seconds: number;
  readonly lines_per_second: number;
}
