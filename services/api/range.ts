import { dayAt, isoDay, parseDay } from '../../shared/days.ts';
import { monthStart, weekStart, yearStart } from '../../shared/store/released/calendar.ts';
import type { RegistryCatalog } from '../../shared/store/released/catalog.ts';
import { wrongParameter } from './problem.ts';

/** Ranges that have a name. They end on the last counted day, so that an archive's last month is its last. */
export const periods = [
  'last-day',
  'last-7d',
  'last-30d',
  'last-90d',
  'last-365d',
  'last-week',
  'last-month',
  'last-year',
  'all',
] as const;
export type Period = (typeof periods)[number];

/** Days since 1970-01-01, both ends included. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** As given in a query. */
export interface RangeQuery {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly period?: Period | undefined;
}

const defaultPeriod: Period = 'last-30d';
/** `to` alone, or `from` after it. */
const defaultDays = 30;
/** What ClickHouse's `Date` ends with. */
const lastDay = 65_535;

/** The days a query asks for, never today nor later. Throws `validation`. */
export function rangeOf(query: RangeQuery, registry: RegistryCatalog | undefined, today: number): Range {
  const yesterday = today - 1;
  if (query.from === undefined && query.to === undefined) {
    const range = periodRange(query.period ?? defaultPeriod, registry, yesterday);
    return { from: Math.max(range.from, 0), to: range.to };
  }
  if (query.period !== undefined) throw wrongParameter('period', 'give either period, or from and to');
  const to = query.to === undefined ? yesterday : Math.min(dayOf('to', query.to), yesterday);
  const from = query.from === undefined ? Math.max(to - defaultDays + 1, 0) : dayOf('from', query.from);
  if (from > yesterday)
    throw wrongParameter('from', `the last whole day is ${isoDay(yesterday)} (UTC); today is not answered`);
  if (from > to) throw wrongParameter('from', 'is after to; ranges include both ends');
  return { from, to };
}

function periodRange(period: Period, registry: RegistryCatalog | undefined, yesterday: number): Range {
  const end = registry?.dataThrough ?? yesterday;
  const last = (days: number) => ({ from: end - days + 1, to: end });
  switch (period) {
    case 'last-day':
      return last(1);
    case 'last-7d':
      return last(7);
    case 'last-30d':
      return last(30);
    case 'last-90d':
      return last(90);
    case 'last-365d':
      return last(365);
    case 'last-week':
      return { from: weekStart(end + 1) - 7, to: weekStart(end + 1) - 1 };
    case 'last-month':
      return { from: monthStart(end + 1, -1), to: monthStart(end + 1) - 1 };
    case 'last-year':
      return { from: yearStart(end + 1, -1), to: yearStart(end + 1) - 1 };
    case 'all':
      return { from: registry?.dataFrom ?? end, to: end };
    default:
      return period satisfies never;
  }
}

const instant = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:\d{2})$/;

/** The UTC day of a day, an RFC 3339 instant (https://www.rfc-editor.org/rfc/rfc3339) or epoch milliseconds. */
function dayOf(parameter: 'from' | 'to', text: string): number {
  const day = parseDay(text) ?? dayAt(instant.test(text) ? Date.parse(text) : epochMs(text));
  if (Number.isFinite(day) && day >= 0 && day <= lastDay) return day;
  throw wrongParameter(
    parameter,
    'give a UTC day (2026-01-31), an RFC 3339 time or epoch milliseconds, from 1970 on',
  );
}

function epochMs(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
}
