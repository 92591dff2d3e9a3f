import type { CountedBatch, FileSetup, Pins } from '../count/counted-batch.ts';
import { isoDay } from '../days.ts';
import { CountsBlock } from './counts-block.ts';
import { type CountsRow, emptyRow, writeRow } from './counts-row.ts';
import { type Candidate, isSource } from './coverage.ts';
import { dayDifference, isPersonSideCleared, sumDownloads } from './day-difference.ts';
import { describeSetups } from './encode-part.ts';
import { insertOnce } from './insert-part.ts';
import { type CoverageRow, readCoverage, recountPrefix, sourcePrefix } from './own-row.ts';
import { type Patience, persist } from './persist.ts';
import { isPartition, keyLastLine, keySource } from './source-key.ts';
import type { Store } from './store.ts';

/** A covered range of the day, to be counted again. */
export interface StretchToRecount {
  /** Candidates (by index) that are its source; any that is long enough will do. */
  readonly candidates: readonly number[];
  readonly from: number;
  readonly to: number;
  /** Whether a line's SHA-256 (hex, without its line end) is that of the last line. */
  endsWith(lastLine: string): boolean;
}

/** Ranges counted again, all of their lines; those of other days are left aside. */
export interface CountedAgain {
  readonly counted: CountedBatch;
  readonly setups: readonly FileSetup[];
  readonly pins: Pins;
}

export interface RecountOptions {
  /** Days since 1970-01-01. */
  readonly day: number;
  /** The files that are given. */
  readonly candidates: readonly Candidate[];
  /** Counts ranges by other rules; `changed` where a file ends before or has another last line. */
  countAgain(stretches: readonly StretchToRecount[], signal?: AbortSignal): Promise<CountedAgain | 'changed'>;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** What came of a recount. */
export type Recount =
  | {
      readonly outcome: 'entered';
      readonly before: number;
      readonly after: number;
      readonly personSide: boolean;
    }
  | { readonly outcome: 'unchanged' }
  /** `lines` of the day are in ranges that no file given covers. */
  | { readonly outcome: 'refused'; readonly reason: 'missing'; readonly lines: number }
  /**
   * `not_counted`: nothing is counted on that day; `kafka`: lines that somebody else's shipper sent through Kafka are in no file; `changed`: the
   * files are not what was counted, or other lines would be of this day now.
   */
  | { readonly outcome: 'refused'; readonly reason: 'not_counted' | 'kafka' | 'changed' };

/**
 * Counts a day again and enters the difference as one more part, under a token and a marker that number the day's recounts:
 * of two at a time one is entered, and the other starts again from what is there then. It needs no turn, nor minds who feeds the
 * store: a difference is between two counts of the very ranges that one SELECT saw, and what is counted later adds to it. Person-side maps that have been
 * cleared stay so (`personSide` false). Throws `StoreTimeout`; nothing or all of it has happened then.
 */
export async function recountDay(store: Store, options: RecountOptions): Promise<Recount> {
  const patience: Patience = {
    clock: store.clock,
    timeoutMs: options.timeoutMs ?? 300_000,
    signal: options.signal,
  };
  for (;;) {
    const rows = await persist(patience, () => store.counts.day(options.day));
    const again = await countCovered(store, rows, options);
    if ('outcome' in again) return again;
    const isCleared = isPersonSideCleared(rows);
    const difference = dayDifference(options.day, rows, again.counted);
    if (difference.length === 0) return { outcome: 'unchanged' };
    if (await enter(store, { ...options, rows, again, difference, patience })) {
      const before = sumDownloads(rows);
      return { outcome: 'entered', before, after: before + sumDownloads(difference), personSide: !isCleared };
    }
  }
}

type Refused = Extract<Recount, { outcome: 'refused' }>;

/** Counts the day's covered ranges again, all of them or none. */
async function countCovered(
  { keyed }: Store,
  rows: readonly CountsRow[],
  { day, candidates, countAgain, signal }: RecountOptions,
): Promise<CountedAgain | Refused> {
  const own = rows.filter(({ registry }) => registry === '');
  const covered = own
    .filter(({ project }) => project.startsWith(sourcePrefix))
    .map(({ project, lines_by }) =>
      readCoverage({ project, day, downloads: 0, linesBy: lines_by, downloadsBy: {} }),
    );
  if (covered.some(isPartition)) return { outcome: 'refused', reason: 'kafka' };
  if (covered.length === 0) return { outcome: 'refused', reason: 'not_counted' };
  const known = candidates.map((candidate) => {
    const key = keySource(keyed, candidate.identity);
    return { first: key.first, is: isSource(keyed, candidate, key) };
  });
  const stretches = covered.map(
    (row): StretchToRecount => ({
      candidates: known.flatMap(({ first, is }, index) => (first === row.first && is(row) ? [index] : [])),
      from: row.from,
      to: row.to,
      endsWith: (lastLine) => keyLastLine(keyed, lastLine) === row.last,
    }),
  );
  const missing = covered.filter((_, index) => stretches[index]?.candidates.length === 0);
  if (missing.length > 0) {
    return {
      outcome: 'refused',
      reason: 'missing',
      lines: missing.reduce((sum, { lines }) => sum + lines, 0),
    };
  }
  const again = await countAgain(stretches, signal);
  if (again === 'changed' || !hasSameLines(again.counted, day, covered))
    return { outcome: 'refused', reason: 'changed' };
  return again;
}

/** Whether each range has as many lines on the day as were kept for it. */
function hasSameLines({ months }: CountedBatch, day: number, covered: readonly CoverageRow[]): boolean {
  const lines = new Map<number, number>();
  for (const month of months) {
    for (const found of month.stretches) if (found.day === day) lines.set(found.stretch, found.lines);
  }
  return covered.every((row, stretch) => row.lines === lines.get(stretch));
}

interface Entry {
  readonly day: number;
  readonly rows: readonly CountsRow[];
  readonly again: CountedAgain;
  readonly difference: readonly CountsRow[];
  readonly patience: Patience;
}

/** Enters a difference as the day's next recount; false where another one has become that. */
async function enter(store: Store, { day, rows, again, difference, patience }: Entry): Promise<boolean> {
  const prefix = `${recountPrefix}${isoDay(day)}/`;
  const project = `${prefix}${1 + rows.filter((row) => row.project.startsWith(prefix)).length}`;
  const mine = `by/${store.random.id()}`;
  const how = [mine, ...describeSetups(again.setups, again.pins)];
  const marker = {
    ...emptyRow('', project, day),
    downloads: 1,
    lines_by: Object.fromEntries(how.map((key) => [key, 1])),
  };
  const writer = new CountsBlock();
  const isBooks = ({ registry }: CountsRow) => registry === '';
  for (const row of difference.filter(isBooks)) writeRow(writer, row);
  writeRow(writer, marker);
  for (const row of difference.filter((one) => !isBooks(one))) writeRow(writer, row);
  const readBack = async () => (await persist(patience, () => store.counts.markers([project])))[0];
  const there = await insertOnce(store.counts, { token: project, rows: writer.take(), readBack }, patience);
  return mine in there.linesBy;
}
