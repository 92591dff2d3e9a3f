import type { RequestView } from './request-view.ts';

/**
 * What reading one line came to.
 * - `found`: the view holds the request
 * - `directive`: not a log line (`#Fields: …`); neither counted nor dropped
 * - `malformed_line`, `malformed_time`: the drop reason
 * - `unknown_version`: the *file* cannot be read (`#Version: 2.0`); nothing of it is counted
 */
export type ReadOutcome = 'found' | 'directive' | 'malformed_line' | 'malformed_time' | 'unknown_version';

/** Reads the lines of one file in order; may remember directives (`#Fields`) between them. */
export interface LineReader {
  /**
   * Finds the fields of the line `bytes[start, end)`, without its line end, and writes them to `view`.
   * Never throws, whatever the bytes; never makes a string of a personal field.
   */
  read(bytes: Uint8Array, start: number, end: number, view: RequestView): ReadOutcome;
}

/** What a reader may know besides the lines. */
export interface ReaderOptions {
  /** Name of the file without its folder and compression suffix; `pep381` takes the day from it. */
  readonly fileName: string;
  /** `json` only: field of the view → dotted path of its key, from the configuration. */
  readonly keys?: Readonly<Record<string, string>>;
}

/** Plug point: a log's line shape. One file each, one line in `registry.ts`, one folder in `test/fixtures/formats/`. */
export interface LogFormat {
  readonly name: string;
  /** One sentence for `tallymark formats`. */
  readonly description: string;
  /** A made-up line with documentation addresses, shown by `tallymark formats` and the contract suite's first case. */
  readonly sample: string;
  /** True where a line's meaning depends on directives before it: such a file is read in order by one reader. */
  readonly stateful: boolean;
  /** The time a reader needs per file is small: one is made for each of a hundred thousand files. */
  open(options: ReaderOptions): LineReader;
}
