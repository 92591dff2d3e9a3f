import { monthStart, weekStart } from './calendar.ts';

/** How a range of days is cut; weeks are ISO weeks, named by their Monday. */
export const intervals = ['day', 'week', 'month', 'total'] as const;
export type Interval = (typeof intervals)[number];

/** First day of the piece that `day` falls in; `from` for `total`. */
export function intervalStart(day: number, interval: Interval, from: number): number {
  switch (interval) {
    case 'day':
      return day;
    case 'week':
      return weekStart(day);
    case 'month':
      return monthStart(day);
    case 'total':
      return from;
    default:
      return interval satisfies never;
  }
}

/** First days of all pieces of a range, ascending. */
export function intervalStarts(range: { from: number; to: number }, interval: Interval): readonly number[] {
  const starts: number[] = [];
  for (let day = range.from; day <= range.to; day++) {
    const start = intervalStart(day, interval, range.from);
    if (start !== starts.at(-1)) starts.push(start);
  }
  return starts;
}
