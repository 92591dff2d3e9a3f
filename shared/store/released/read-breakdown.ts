import type { Database } from '../../clickhouse/database.ts';
import { isSettled } from './calendar.ts';
import { coverageOf } from './coverage.ts';
import { intervalStart, intervalStarts } from './interval.ts';
import { readCells } from './read-cells.ts';
import { readDayKeys, readDays } from './read-exact.ts';
import { countedRange, type SeriesQuestion } from './read-series.ts';
import { type ExactDimension, exactDimensions, type PersonDimension } from './vocabularies.ts';

export type Dimension = ExactDimension | PersonDimension;

/** A range of downloads by the keys of one dimension, piece by piece. */
export interface Breakdown {
  /** What the range was snapped to; null where nothing in it can be answered. Days since 1970-01-01. */
  readonly coveredFrom: number | null;
  readonly coveredThrough: number | null;
  /** Ascending; none outside what is covered. */
  readonly pieces: readonly BreakdownPiece[];
}

export interface BreakdownPiece {
  /** First day of the piece, as in a series. */
  readonly date: number;
  /** Exact headline downloads. */
  readonly total: number;
  /** What is shown, most downloads first, then by key. */
  readonly keys: readonly { readonly key: string; readonly downloads: number }[];
  /** Standard error of each of `keys`; 0 where they are exact. */
  readonly se: number;
  /** `total` − Σ `keys`: late, in no vocabulary, or too few to tell from noise. May be negative where there is noise. */
  readonly unattributed: number;
  readonly provisional: boolean;
}

/**
 * A series by the keys of a dimension: versions and file types from the exact side, everything else from published cells
 * alone. One piece with `interval` `total` is a ranking.
 */
export async function readBreakdown(
  database: Database,
  question: SeriesQuestion & { readonly dimension: Dimension },
): Promise<Breakdown> {
  const { dimension } = question;
  return isExact(dimension)
    ? await exactBreakdown(database, question, dimension)
    : await personBreakdown(database, question, dimension);
}

/** Whether a dimension is of the project's side, which is published as it is. */
export function isExact(dimension: Dimension): dimension is ExactDimension {
  return (exactDimensions as readonly string[]).includes(dimension);
}

const nothing: Breakdown = { coveredFrom: null, coveredThrough: null, pieces: [] };

async function exactBreakdown(
  database: Database,
  question: SeriesQuestion,
  dimension: ExactDimension,
): Promise<Breakdown> {
  const range = countedRange(question.registry, question);
  if (range === undefined) return nothing;
  const exact = { registry: question.registry.name, project: question.project, ...range };
  const [totals, days] = await Promise.all([
    readDays(database, exact),
    readDayKeys(database, exact, dimension),
  ]);
  const sums = new Sums(question, range, totals);
  for (const [day, keys] of days) sums.add(day, Object.entries(keys), 0);
  return { coveredFrom: range.from, coveredThrough: range.to, pieces: sums.pieces() };
}

async function personBreakdown(
  database: Database,
  question: SeriesQuestion,
  dimension: PersonDimension,
): Promise<Breakdown> {
  const { registry, project, interval } = question;
  const coverage = coverageOf(registry, question, { months: interval === 'month' || interval === 'total' });
  if (coverage === undefined) return nothing;
  const range = { from: coverage.from, to: coverage.through };
  const [totals, cells] = await Promise.all([
    readDays(database, { registry: registry.name, project, ...range }),
    readCells(database, { registry, project, dimension, periods: coverage.periods }),
  ]);
  const sums = new Sums(question, range, totals);
  for (const one of cells) sums.add(Math.max(one.period, range.from), one.cells, one.sigma);
  return { coveredFrom: range.from, coveredThrough: range.to, pieces: sums.pieces() };
}

/** A cell below so many standard errors is not told from nothing. */
const visibleFrom = 5;

/** Adds up cells piece by piece. */
class Sums {
  readonly #question: SeriesQuestion;
  readonly #pieces = new Map<
    number,
    { total: number; last: number; cells: Map<string, number>; variance: number }
  >();

  constructor(
    question: SeriesQuestion,
    range: { readonly from: number; readonly to: number },
    totals: ReadonlyMap<number, number>,
  ) {
    this.#question = question;
    for (const start of intervalStarts({ from: question.from, to: range.to }, question.interval))
      this.#pieces.set(start, { total: 0, last: -1, cells: new Map(), variance: 0 });
    for (let day = range.from; day <= range.to; day++) {
      const piece = this.#at(day);
      piece.total += totals.get(day) ?? 0;
      piece.last = day;
    }
  }

  add(day: number, cells: Iterable<readonly [string, number]>, sigma: number): void {
    const piece = this.#at(day);
    piece.variance += sigma ** 2;
    for (const [key, downloads] of cells) piece.cells.set(key, (piece.cells.get(key) ?? 0) + downloads);
  }

  /** Those with a covered day. */
  pieces(): readonly BreakdownPiece[] {
    return [...this.#pieces].flatMap(([date, { total, last, cells, variance }]) => {
      if (last < 0) return [];
      const se = Math.sqrt(variance);
      const keys = [...cells]
        .map(([key, downloads]) => ({ key, downloads }))
        .filter(({ downloads }) => downloads > 0 && downloads >= visibleFrom * se)
        .sort((a, b) => b.downloads - a.downloads || (a.key < b.key ? -1 : 1));
      const unattributed = total - keys.reduce((sum, { downloads }) => sum + downloads, 0);
      return [{ date, total, keys, se, unattributed, provisional: !isSettled(last, this.#question.today) }];
    });
  }

  #at(day: number) {
    const { interval, from } = this.#question;
    const piece = this.#pieces.get(intervalStart(day, interval, from));
    if (piece === undefined) throw new Error(`day ${day} is outside the range that was asked for`);
    return piece;
  }
}
