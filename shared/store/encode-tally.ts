import type { CountedBatch, CountedMonth, DayBooks } from '../count/counted-batch.ts';
import { type ByOutcome, outcomes } from '../count/outcome.ts';
import type { Sums, Tally } from '../count/tally.ts';
import { monthOf } from '../days.ts';
import { encodeProjectDays } from './encode-project-days.ts';

/**
 * Turns the sums of a batch into what the store takes: per month the rows of `counts` as a sorted block, the books of its
 * days and the lines of its stretches. The same sums give the same bytes, whatever order they were added in.
 */
export function encodeTally(tally: Tally): CountedBatch {
  const rows = encodeProjectDays(tally);
  const days = booksByDay(tally);
  const months = new Set([...rows.keys(), ...[...days.keys()].map(monthOf)]);
  return {
    months: [...months].sort((a, b) => a - b).map((month) => countedMonth(month, { tally, rows, days })),
    totals: tally.stretches.map(totalsOf),
  };
}

interface Parts {
  readonly tally: Tally;
  readonly rows: ReturnType<typeof encodeProjectDays>;
  readonly days: ReadonlyMap<number, Sums>;
}

function countedMonth(month: number, { tally, rows, days }: Parts): CountedMonth {
  const books = [...days].filter(([day]) => monthOf(day) === month).sort(([a], [b]) => a - b);
  return {
    month,
    rows: rows.get(month)?.bytes ?? new Uint8Array(0),
    rowCount: rows.get(month)?.count ?? 0,
    days: books.map(([day, sums]): DayBooks => ({ day, ...booksOf(sums) })),
    stretches: tally.stretches.flatMap((byDay, stretch) =>
      [...byDay]
        .filter(([day, sums]) => monthOf(day) === month && newLines(sums) > 0)
        .sort(([a], [b]) => a - b)
        .map(([day, sums]) => ({ stretch, day, lines: newLines(sums) })),
    ),
  };
}

/** The books of a day over all stretches; days of which every line was counted before have none. */
function booksByDay(tally: Tally): ReadonlyMap<number, Sums> {
  const days = new Map<number, Sums>();
  for (const byDay of tally.stretches) {
    for (const [day, sums] of byDay) {
      if (newLines(sums) === 0) continue;
      const books = days.get(day);
      if (books) addTo(books, sums);
      else days.set(day, { lines: sums.lines.slice(), downloads: sums.downloads.slice() });
    }
  }
  return days;
}

function addTo(books: Sums, sums: Sums): void {
  for (let outcome = 0; outcome < outcomes.length; outcome++) {
    books.lines[outcome] += sums.lines[outcome];
    books.downloads[outcome] += sums.downloads[outcome];
  }
}

const alreadyCounted = outcomes.indexOf('already_counted');

function newLines(sums: Sums): number {
  return sums.lines.reduce((total, lines) => total + lines, 0) - sums.lines[alreadyCounted];
}

function booksOf(sums: Sums): { lines: ByOutcome; downloads: ByOutcome } {
  const { already_counted: _lines, ...lines } = byOutcome(sums.lines);
  const { already_counted: _downloads, ...downloads } = byOutcome(sums.downloads);
  return { lines, downloads };
}

function totalsOf(byDay: ReadonlyMap<number, Sums>): CountedBatch['totals'][number] {
  const total: Sums = {
    lines: new Float64Array(outcomes.length),
    downloads: new Float64Array(outcomes.length),
  };
  for (const sums of byDay.values()) addTo(total, sums);
  return { lines: byOutcome(total.lines), downloads: byOutcome(total.downloads) };
}

function byOutcome(sums: Float64Array): ByOutcome {
  return Object.fromEntries(
    outcomes.map((outcome, index) => [outcome, sums[index]]).filter(([, sum]) => sum !== 0),
  );
}
