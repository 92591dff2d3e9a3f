import type { RequestView } from './request-view.ts';

/**
 * What reading one line came to.
 * - `found`: the view holds the request
 * - `directive`: not a log line (`#Fields: …`, a blank line); neither counted nor dropped
 * - `malformed_line`, `malformed_time`: the drop reason
 * - `unknown_version`: the *file* cannot be read (`#Version: 2.0`); nothing of it is counted
 */
export type ReadOutcome = 'found' | 'directive' | 'malformed_line' | 'malformed_time' | 'unknown_version';

/** Reads the lines of one file in order; may remember directives (`#Fields`) between them. */
export interface LineReader {
  /**
   * Finds the fields of the line `bytes[start, end)`, without its line end, and writes them to `view`.
   * Never throws, whatever the bytes; never makes a string of a personal field. Fastest where `bytes` is a Buffer,
   * whose `indexOf` is the machine's own memchr.
   */
  read(bytes: Uint8Array, start: number, end: number, view: RequestView): ReadOutcome;
  /**
   * Whether a line that reads as `found` shows by how it ends that nothing of it was cut off, a `}` or a closed quote: only
   * then it is counted without a line end. Absent where the last field has no end of its own, and any part of it reads like one.
   */
  showsItsEnd?(bytes: Uint8Array, start: number, end: number): boolean;
}

/**
 * Where the client's address stands behind a balancer:
 * - `first`: where the format has it (the default)
 * - `xForwardedFor`: the nth entry from the right of the X-Forwarded-For list, 1 the one the nearest proxy wrote
 * - `field`: a named field (`RequestHeaders.cf-connecting-ip`, `x-real-ip`) of a format with named fields
 * A line of a format without such a field, or with a shorter list, has no address (country `ZZ`): the balancer's own
 * is never taken for the client's.
 */
export type ClientAddress = 'first' | { readonly xForwardedFor: number } | { readonly field: string };

/** What a reader may know besides the lines. */
export interface ReaderOptions {
  /** Name of the file without its folder and compression suffix; `pep381` takes the day from it. */
  readonly fileName: string;
  /** `json` only: use of the field → dotted path of its key, from the configuration. */
  readonly keys?: Readonly<Partial<Record<FieldUse, string>>>;
  /** Default `first`. */
  readonly clientAddress?: ClientAddress;
}

/**
 * What a format does with a field. All but `stepped-over` reach the `RequestView`: `time` as its UTC day, `edge` and
 * `internal` as `internal`, `forwarded` as the address where `clientAddress` asks for it, `version` not at all.
 */
export const fieldUses = [
  'address',
  'userAgent',
  'path',
  'host',
  'country',
  'time',
  'method',
  'status',
  'range',
  'internal',
  'edge',
  'forwarded',
  'version',
  'downloads',
  'stepped-over',
] as const;
export type FieldUse = (typeof fieldUses)[number];

/** Plug point: a log's line shape. One file each, one line in `registry.ts`, one folder in `test/fixtures/formats/`. */
export interface LogFormat {
  readonly name: string;
  /** One sentence for `tallymark formats`. */
  readonly description: string;
  /** A made-up line with documentation addresses, shown by `tallymark formats` and the contract suite's first case. */
  readonly sample: string;
  /**
   * The log's own field names and what becomes of them, in the line's order or, where several name the same thing, the
   * most wanted first. A field that is not listed is stepped over too. Shown by `tallymark formats test`.
   */
  readonly fields: Readonly<Record<string, FieldUse>>;
  /** How a file of this format begins, where it begins with a line of its own (`#Version:`). */
  readonly header?: string;
  /** True where a line's meaning depends on directives before it: such a file is read in order by one reader. */
  readonly stateful: boolean;
  /**
   * The time a reader needs per file is small: one is made for each of a hundred thousand files.
   * Throws where the options cannot be right (`json` without keys).
   */
  open(options: ReaderOptions): LineReader;
}
