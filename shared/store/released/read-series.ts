import type { Database } from '../../clickhouse/database.ts';
import { isSettled } from './calendar.ts';
import type { RegistryCatalog } from './catalog.ts';
import { type Interval, intervalStart, intervalStarts } from './interval.ts';
import { readDays } from './read-exact.ts';

/** What to add up: days since 1970-01-01, both ends included; a project of `undefined` is the whole registry. */
export interface SeriesQuestion {
  readonly registry: RegistryCatalog;
  readonly project: string | undefined;
  readonly from: number;
  readonly to: number;
  readonly interval: Interval;
  readonly today: number;
}

export interface SeriesPoint {
  /** First day of the piece; of a week its Monday, though it may lie before `from`. */
  readonly date: number;
  /** Null where nothing is counted yet, or was not yet; 0 where nobody downloaded. */
  readonly downloads: number | null;
  /** Lines for it may still come. */
  readonly provisional: boolean;
}

/** Headline downloads piece by piece, ascending, none left out. */
export async function readSeries(
  database: Database,
  question: SeriesQuestion,
): Promise<readonly SeriesPoint[]> {
  const { registry, project, interval, today, ...range } = question;
  const points = new Map<number, { downloads: number | null; provisional: boolean }>();
  for (const start of intervalStarts(range, interval))
    points.set(start, { downloads: null, provisional: false });
  const counted = countedRange(registry, range);
  if (counted !== undefined) {
    const days = await readDays(database, { registry: registry.name, project, ...counted });
    for (let day = counted.from; day <= counted.to; day++) {
      const point = points.get(intervalStart(day, interval, range.from));
      if (point === undefined) continue;
      point.downloads = (point.downloads ?? 0) + (days.get(day) ?? 0);
      point.provisional ||= !isSettled(day, today);
    }
  }
  return [...points].map(([date, point]) => ({ date, ...point }));
}

/** The part of a range that is counted; undefined where none is. */
export function countedRange(
  { dataFrom, dataThrough }: RegistryCatalog,
  range: { readonly from: number; readonly to: number },
): { readonly from: number; readonly to: number } | undefined {
  if (dataFrom === null || dataThrough === null) return undefined;
  const from = Math.max(range.from, dataFrom);
  const to = Math.min(range.to, dataThrough);
  return from <= to ? { from, to } : undefined;
}
