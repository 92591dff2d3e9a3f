import { monthOf } from '../days.ts';
import type { SourceIdentity } from '../source/source.ts';
import type { Counts } from './counts.ts';
import { groupBy } from './group-by.ts';
import { markersOf } from './insert-part.ts';
import { type CoverageRow, type Marker, readCoverage, type SourceKey } from './own-row.ts';
import { type Patience, persist } from './persist.ts';
import { type Keyed, keyLastLine, keySource, keyStart, shorterStart } from './source-key.ts';

/** A source whose coverage is asked for. */
export interface Candidate {
  readonly identity: SourceIdentity;
  /** SHA-256 (hex) of its shorter beginnings that end with a line, by their length: it may be met by one of them later. */
  readonly starts: ReadonlyMap<number, string>;
  /** SHA-256 (hex) of the first `length` bytes, for a `length` below `identity.startLength`: the source may have grown. */
  startDigest(length: number): string;
}

/** A range of a source that a batch covers. */
export interface CoveredRange {
  readonly from: number;
  readonly to: number;
  readonly batch: string;
  /** Keyed digest of the last line. */
  readonly last: string;
  /** Months in which it has lines, `YYYYMM`, ascending. */
  readonly months: readonly number[];
  /** Lines counted or dropped. */
  readonly lines: number;
  /** True where all months of the batch are in the store: nothing in the range is left to count, it need not be read. */
  readonly complete: boolean;
  /** How the batch was counted: `rules/…`, `layout/…` and so on. */
  readonly how: readonly string[];
}

/** What is counted of a source already. */
export interface Coverage {
  /** How the store knows the source: by the shortest beginning by which it was counted, so that a grown one stays the same. */
  readonly key: SourceKey;
  /** By `from`, then `to`; ranges of one month never overlap. */
  readonly ranges: readonly CoveredRange[];
  /**
   * True where a counted source with the same first line has a longer beginning than this one has bytes. Where there are no
   * `ranges` nobody can tell whether they are one, and this one is taken to be shorter than what was counted.
   */
  readonly longerKnown: boolean;
}

/** How many sources are asked for at a time: their digests travel in an URL parameter, of which servers take 128 KiB. */
const sourcesPerQuestion = 2000;

/** Coverage of each candidate, in their order. */
export async function lookUpCoverage(
  store: { readonly counts: Counts; readonly keyed: Keyed },
  candidates: readonly Candidate[],
  patience: Patience,
): Promise<Coverage[]> {
  const keys = candidates.map(({ identity, starts }) => keySource(store.keyed, identity, starts));
  const firsts = [...new Set(keys.map(({ first }) => first))];
  const found = await coverageRows(store.counts, firsts, patience);
  const markers = await lookUpMarkers(store.counts, found, patience);
  const rows = groupBy(found, ({ first }) => first);
  return candidates.map((candidate, index) => {
    const key = keys[index] as SourceKey;
    const known = rows.get(key.first) ?? [];
    const same = known.filter(isSource(store.keyed, candidate, key));
    const [shortest = key] = [...same].sort((a, b) => a.startLength - b.startLength);
    return {
      key: keyOf(shortest),
      ranges: toRanges(same, markers),
      longerKnown: known.some((row) => row.startLength > key.startLength),
    };
  });
}

function keyOf({ first, start, startLength, shorter }: SourceKey): SourceKey {
  return { first, start, startLength, shorter };
}

/**
 * Whether what the store knows is of the candidate, which may have grown since, or be met as it was before; first lines are compared before.
 */
export function isSource(
  keyed: Keyed,
  { startDigest }: Candidate,
  key: SourceKey,
): (row: SourceKey) => boolean {
  const { start, startLength } = key;
  const asShorter = shorterStart(key);
  const starts = new Map([[startLength, start]]);
  return (row) => {
    if (row.startLength > startLength) return row.shorter?.includes(asShorter) === true;
    if (!starts.has(row.startLength))
      starts.set(row.startLength, keyStart(keyed, startDigest(row.startLength)));
    return starts.get(row.startLength) === row.start;
  };
}

/** The covered ranges of all sources with these keyed first lines. */
export async function coverageRows(
  counts: Counts,
  firsts: readonly string[],
  patience: Patience,
): Promise<CoverageRow[]> {
  const rows: CoverageRow[] = [];
  // Sorted, each question is about a range of the primary key of its own.
  for (const some of inGroups([...firsts].sort())) {
    for (const row of await persist(patience, () => counts.coverage(some))) rows.push(readCoverage(row));
  }
  return rows;
}

/** The ranges that reach into a stretch: plain data, for the thread that counts it. Empty: nothing of it is counted yet. */
export function rangesWithin(
  { ranges }: Pick<Coverage, 'ranges'>,
  { from, to }: OpenStretch,
): CoveredRange[] {
  return ranges.filter((range) => range.to > from && (to === undefined || range.from < to));
}

/** Whether a line of a day (days since 1970-01-01) at a byte is counted already: by a range of its own month. */
export function isCoveredBy(
  ranges: readonly Pick<CoveredRange, 'from' | 'to' | 'months'>[],
): (day: number, position: number) => boolean {
  return (day, position) => {
    const month = monthOf(day);
    return ranges.some(({ from, to, months }) => from <= position && position < to && months.includes(month));
  };
}

/** A part of a source that is still to be read; `to` is undefined where it goes on to the end. */
export interface OpenStretch {
  readonly from: number;
  readonly to: number | undefined;
}

/**
 * What is to be read of a source: all but complete ranges, in order, cut where any range begins or ends, so that ranges
 * never overlap in a month. Lines in it may still be covered for their own month: ask `isCoveredBy`.
 */
export function openStretches({ ranges }: Pick<Coverage, 'ranges'>): OpenStretch[] {
  const borders = [...new Set([0, ...ranges.flatMap(({ from, to }) => [from, to])])].sort((a, b) => a - b);
  return borders
    .map((from, index): OpenStretch => ({ from, to: borders[index + 1] }))
    .filter(({ from }) => !ranges.some((range) => range.complete && range.from <= from && from < range.to));
}

/** Where a source was seen to end a line before. */
export interface Checkpoint {
  /** Byte after the line (and its line end). */
  readonly to: number;
  /** Whether a line's SHA-256 (hex, without its line end) is that of the line counted there. */
  matches(line: string): boolean;
}

/** The ends of covered ranges, ascending: a source that has another line there has the same beginning and other content. */
export function checkpoints(keyed: Keyed, { ranges }: Coverage): Checkpoint[] {
  const lasts = new Map(ranges.map(({ to, last }) => [to, last]));
  return [...lasts]
    .sort(([a], [b]) => a - b)
    .map(([to, last]) => ({ to, matches: (line) => keyLastLine(keyed, line) === last }));
}

/** Whether a source that ends at `length` ends before what was counted of it does, without a range's end to check. */
export function isShorter({ ranges, longerKnown }: Coverage, length: number): boolean {
  // What was counted under this beginning keeps it when it grows, so a longer one is another source's.
  if (ranges.length === 0) return longerKnown;
  return (
    !ranges.some(({ to }) => to === length) && ranges.some(({ from, to }) => from < length && length < to)
  );
}

function inGroups<T>(list: readonly T[]): T[][] {
  const groups: T[][] = [];
  for (let at = 0; at < list.length; at += sourcesPerQuestion)
    groups.push(list.slice(at, at + sourcesPerQuestion));
  return groups;
}

async function lookUpMarkers(
  counts: Counts,
  rows: readonly CoverageRow[],
  patience: Patience,
): Promise<Markers> {
  const markers: Marker[] = [];
  for (const some of inGroups([...new Set(rows.map(({ batch }) => batch))])) {
    markers.push(...(await markersOf(counts, some, patience)));
  }
  return groupBy(markers, ({ batch }) => batch);
}

type Markers = ReadonlyMap<string, readonly Marker[]>;

function toRanges(rows: readonly CoverageRow[], markers: Markers): CoveredRange[] {
  const byRange = groupBy(rows, ({ from, to, batch }) => `${from}-${to}/${batch}`);
  return [...byRange.values()]
    .map((days) => toRange(days, markers))
    .sort((a, b) => a.from - b.from || a.to - b.to);
}

function toRange(days: readonly CoverageRow[], markers: Markers): CoveredRange {
  const { from, to, batch, last } = days[0] as CoverageRow;
  const there = (markers.get(batch) ?? []).filter(({ isVoid }) => !isVoid);
  const months = new Set(there.map(({ month }) => month));
  return {
    from,
    to,
    batch,
    last,
    months: [...new Set(days.map(({ day }) => monthOf(day)))].sort((a, b) => a - b),
    lines: days.reduce((sum, { lines }) => sum + lines, 0),
    complete: there.length > 0 && there.every((marker) => marker.months.every((month) => months.has(month))),
    how: [...new Set(there.flatMap(({ how }) => how))].sort(),
  };
}
