import { monthOf } from '../days.ts';

/**
 * A row with registry '': the store's own, in the same part as the counts it speaks of. Its project says which:
 *
 *     ''                                                                  the books of a day
 *     batch/<batch>                                                       a marker, on the first day of its month
 *     recount/<YYYY-MM-DD>/<n>                                            a recount's marker, on its day
 *     source/<first>/<start>.<start length>/<from>-<to>/<last>/<batch>    a covered range and its lines on a day
 *
 * `first`, `start` and `last` are digests under the store's key: of the source's first line, of its beginning, and of the
 * range's last line. `linesBy` has the `lines` of a covered range on the day, and `start/<start>.<start length>` (1) for each shorter beginning of
 * its source.
 */
export interface OwnRow {
  readonly project: string;
  /** Days since 1970-01-01. */
  readonly day: number;
  /** Of a marker: 1. */
  readonly downloads: number;
  readonly linesBy: Readonly<Record<string, number>>;
  readonly downloadsBy: Readonly<Record<string, number>>;
}

/** A marker says that a batch is in a month, all of it. */
export interface Marker {
  readonly batch: string;
  /** `YYYYMM` of the part it is in. */
  readonly month: number;
  /** All months of the batch. */
  readonly months: readonly number[];
  /** True where the batch was given up, and nothing of it is in this month nor ever will be. */
  readonly isVoid: boolean;
  /** How it was counted: `registry/<name>/<layout>`, `layout/…`, `rules/…`, `format/…`, `geo/…`, `today/…`; sorted. */
  readonly how: readonly string[];
}

/** A source as the store knows it, under its key. */
export interface SourceKey {
  readonly first: string;
  readonly start: string;
  readonly startLength: number;
  /**
   * Its shorter beginnings, `<start>.<start length>`: who met the source earlier knows it by one of them. Missing in intents of versions that did not
   * keep them.
   */
  readonly shorter?: readonly string[] | undefined;
}

/** Lines of a source on one day that a batch covers; of that day's month, all lines in `[from, to)`. */
export interface CoverageRow extends SourceKey {
  readonly from: number;
  readonly to: number;
  /** Keyed digest of the range's last line. */
  readonly last: string;
  readonly batch: string;
  readonly day: number;
  readonly lines: number;
}

/** Prefix of what a marker's project begins with. */
export const batchPrefix = 'batch/';
/** Prefix of what a recount's marker's project begins with. */
export const recountPrefix = 'recount/';
/** Prefix of what a covered range's project begins with. */
export const sourcePrefix = 'source/';

const startPrefix = 'start/';

/** The marker of a batch in one of its months. */
export function markerRow(marker: Marker): OwnRow {
  const keys = [
    ...marker.how,
    ...marker.months.map((month) => `month/${month}`),
    ...(marker.isVoid ? ['void'] : []),
  ];
  return {
    project: batchPrefix + marker.batch,
    day: firstDay(marker.month),
    downloads: 1,
    linesBy: Object.fromEntries(keys.map((key) => [key, 1])),
    downloadsBy: {},
  };
}

/** The marker that a row with prefix `batch/` is. */
export function readMarker(row: OwnRow): Marker {
  const keys = Object.keys(row.linesBy).sort();
  return {
    batch: row.project.slice(batchPrefix.length),
    month: monthOf(row.day),
    months: keys.filter((key) => key.startsWith('month/')).map((key) => Number(key.slice('month/'.length))),
    isVoid: keys.includes('void'),
    how: keys.filter((key) => key !== 'void' && !key.startsWith('month/')),
  };
}

/** A covered range's row of one day. */
export function coverageRow(row: CoverageRow): OwnRow {
  const source = `${row.first}/${row.start}.${row.startLength}`;
  return {
    project: `${sourcePrefix}${source}/${row.from}-${row.to}/${row.last}/${row.batch}`,
    day: row.day,
    downloads: 0,
    linesBy: {
      lines: row.lines,
      ...Object.fromEntries((row.shorter ?? []).map((start) => [startPrefix + start, 1])),
    },
    downloadsBy: {},
  };
}

/** The covered range that a row with prefix `source/` is; throws where a newer version wrote it otherwise. */
export function readCoverage(row: OwnRow): CoverageRow {
  const found = coverageName.exec(row.project);
  if (!found) throw new Error('A covered range in the store is written in a way this version does not know.');
  const [, first, start, startLength, from, to, last, batch] = found as unknown as [string, ...string[]];
  return {
    first: first as string,
    start: start as string,
    startLength: Number(startLength),
    shorter: Object.keys(row.linesBy)
      .filter((key) => key.startsWith(startPrefix))
      .map((key) => key.slice(startPrefix.length)),
    from: Number(from),
    to: Number(to),
    last: last as string,
    batch: batch as string,
    day: row.day,
    lines: row.linesBy.lines ?? 0,
  };
}

const coverageName = /^source\/([^/]+)\/([^/.]+)\.(\d+)\/(\d+)-(\d+)\/([^/]+)\/([^/]+)$/;

/** First day of a month `YYYYMM`, days since 1970-01-01. */
export function firstDay(month: number): number {
  return Date.UTC(Math.floor(month / 100), (month % 100) - 1) / 86_400_000;
}
