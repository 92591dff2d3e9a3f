import type { CountedBatch, CountedMonth, DayBooks } from '../../shared/count/counted-batch.ts';
import type { ByOutcome, Outcome } from '../../shared/count/outcome.ts';
import type { StretchToWrite } from '../../shared/store/write-batch.ts';
import type { CutBatch } from '../../shared/workers/lane.ts';

/** What the lanes of a batch have counted together. */
export interface MergedCounts {
  readonly months: CountedBatch['months'];
  readonly stretches: readonly MergedStretch[];
  /** Lines by what became of them. */
  readonly lines: ByOutcome;
}

/** A range of a source. */
export type MergedStretch = Pick<StretchToWrite, 'identity' | 'from' | 'to' | 'lastLine'>;

type Cut = Pick<CutBatch, 'counted' | 'stretches' | 'files' | 'covered'>;

/**
 * Puts the batches of several lanes together: blocks of rows one after the other (the engine sorts and sums them), books added up, and ranges
 * of a source that follow each other made one, so that a batch has few rows of coverage.
 */
export function mergeCounts(cuts: readonly Cut[]): MergedCounts {
  const { stretches, places } = mergeStretches(cuts);
  const months = new Map<number, CountedMonth[]>();
  for (const [lane, { counted }] of cuts.entries()) {
    for (const month of counted.months) {
      const placed = month.stretches.map((one) => ({ ...one, stretch: places[lane][one.stretch] }));
      months.set(month.month, [...(months.get(month.month) ?? []), { ...month, stretches: placed }]);
    }
  }
  return {
    months: [...months].sort(([a], [b]) => a - b).map(([, some]) => mergeMonth(some)),
    stretches,
    lines: sumOf(cuts.flatMap(({ counted }) => counted.totals.map(({ lines }) => lines))),
  };
}

/** The ranges in order, and for each lane's stretch which of them it is in. */
function mergeStretches(cuts: readonly Cut[]) {
  const all = cuts.flatMap(({ stretches, files, covered }, lane) =>
    stretches.map((stretch, index) => {
      return { ...stretch, lane, index, file: files[index], isCovered: covered[index] };
    }),
  );
  all.sort((a, b) => a.file - b.file || a.from - b.from || a.to - b.to);
  const stretches: MergedStretch[] = [];
  const places = cuts.map((): number[] => []);
  let before: (typeof all)[number] | undefined;
  for (const one of all) {
    const { identity, from, to, lastLine, file } = one;
    const open = stretches.at(-1);
    // What is counted of some months ends where it ended before, so that no two ranges of a month overlap.
    const follows = before?.file === file && before.to === from && !before.isCovered && !one.isCovered;
    // A last line that was not taken leaves a range without any.
    if (follows && open)
      stretches[stretches.length - 1] = { ...open, to, lastLine: from < to ? lastLine : open.lastLine };
    else stretches.push({ identity, from, to, lastLine });
    places[one.lane][one.index] = stretches.length - 1;
    before = one;
  }
  return { stretches, places };
}

function mergeMonth(months: readonly CountedMonth[]): CountedMonth {
  const [first] = months;
  const books = new Map<number, DayBooks[]>();
  for (const { days } of months)
    for (const day of days) books.set(day.day, [...(books.get(day.day) ?? []), day]);
  const lines = new Map<string, CountedMonth['stretches'][number]>();
  for (const one of months.flatMap(({ stretches }) => stretches)) {
    const name = `${one.stretch}/${one.day}`;
    lines.set(name, { ...one, lines: (lines.get(name)?.lines ?? 0) + one.lines });
  }
  return {
    month: first.month,
    rows: months.length === 1 ? first.rows : Buffer.concat(months.map(({ rows }) => rows)),
    rowCount: months.reduce((sum, { rowCount }) => sum + rowCount, 0),
    days: [...books].sort(([a], [b]) => a - b).map(([day, some]) => mergeDay(day, some)),
    stretches: [...lines.values()].sort((a, b) => a.stretch - b.stretch || a.day - b.day),
  };
}

function mergeDay(day: number, books: readonly DayBooks[]): DayBooks {
  return {
    day,
    lines: sumOf(books.map(({ lines }) => lines)),
    downloads: sumOf(books.map(({ downloads }) => downloads)),
  };
}

function sumOf(all: readonly ByOutcome[]): ByOutcome {
  const sums: Partial<Record<Outcome, number>> = {};
  for (const one of all) {
    for (const [outcome, count] of Object.entries(one) as [Outcome, number][])
      sums[outcome] = (sums[outcome] ?? 0) + count;
  }
  return sums;
}
