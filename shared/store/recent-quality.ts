import type { Database } from '../clickhouse/database.ts';
import type { Outcome } from '../count/outcome.ts';
import { summedMap } from './summed-map.ts';

/** How well lines are understood. */
export interface RecentQuality {
  /** Headline downloads of the newest days that are counted. */
  readonly downloads: number;
  /** Those of them without a country. */
  readonly unknownCountry: number;
  /** Lines of these days by outcome. */
  readonly lines: Readonly<Partial<Record<Outcome, number>>>;
  /** Lines whose day cannot be told, of all time, by outcome; the books have no day for them. */
  readonly undated: Readonly<Partial<Record<Outcome, number>>>;
  /** All lines of all time. */
  readonly allLines: number;
}

/** Reads of the newest `days` days that have counts, whenever they were. Throws `StoreError`. */
export async function readRecentQuality(database: Database, days: number): Promise<RecentQuality> {
  const [countries] = await database.query<{ downloads: number; unknownCountry: number }>(countriesQuery, {
    days,
  });
  const books = await database.query<Books>(booksQuery, { days });
  const sumOf = (lines: Books['lines'] = {}) => Object.values(lines).reduce((sum, count) => sum + count, 0);
  return {
    ...countries!,
    lines: books.find(({ when }) => when === 'newest')?.lines ?? {},
    undated: books.find(({ when }) => when === 'never')?.lines ?? {},
    allLines: books.reduce((sum, { lines }) => sum + sumOf(lines), 0),
  };
}

interface Books {
  readonly when: 'never' | 'newest' | 'before';
  readonly lines: Readonly<Partial<Record<Outcome, number>>>;
}

const newestDays = `
  SELECT DISTINCT day FROM counts WHERE registry != '' ORDER BY day DESC LIMIT {days:UInt32}`;

const countriesQuery = `
  SELECT sum(counts.downloads) AS downloads, ${summedMap('counts.country')}['ZZ'] AS unknownCountry
  FROM counts WHERE registry != '' AND day IN (${newestDays})`;

/** Project '' has the books; those of lines without a day are on the first day there is. */
const booksQuery = `
  SELECT multiIf(day = toDate(0), 'never', day IN (${newestDays}), 'newest', 'before') AS when,
    ${summedMap('counts.lines_by')} AS lines
  FROM counts WHERE registry = '' AND project = '' GROUP BY when`;
