/** The calendar of UTC days, which are numbers: days since 1970-01-01. */

import { dayAt } from '../../days.ts';

/** First day of the month `day` is in, or of the month `months` later. */
export function monthStart(day: number, months = 0): number {
  const date = new Date(day * millisecondsPerDay);
  return dayAt(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1));
}

/** Last day of the month `day` is in. */
export function monthEnd(day: number): number {
  return monthStart(day, 1) - 1;
}

/** First day of the year `day` is in, or of the year `years` later. */
export function yearStart(day: number, years = 0): number {
  return dayAt(Date.UTC(new Date(day * millisecondsPerDay).getUTCFullYear() + years, 0, 1));
}

/** Monday of the ISO week `day` is in; 1970-01-01 was a Thursday. */
export function weekStart(day: number): number {
  return day - ((day + 3) % 7);
}

/** Whether the month of `day` has settled on the day `today`; until then its numbers are provisional. */
export function isSettled(day: number, today: number): boolean {
  return today > monthEnd(day) + settlingDays;
}

/** Lines may come this many days past the end of their month before it settles (architecture.md, "Words"). */
const settlingDays = 5;
const millisecondsPerDay = 86_400_000;
