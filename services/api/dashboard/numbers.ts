import { isoDay } from '../../../shared/days.ts';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });
const percent = new Intl.NumberFormat('en', {
  style: 'percent',
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});
const change = new Intl.NumberFormat('en', {
  style: 'percent',
  maximumFractionDigits: 1,
  signDisplay: 'exceptZero',
});
const dayMonth = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const fullDay = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeZone: 'UTC' });
const regions = new Intl.DisplayNames('en', { type: 'region' });

/** `1,234,567` */
export const count = (value: number): string => whole.format(value);

/** `1.23M` */
export const compact = (value: number): string => short.format(value);

/** `12.3%` */
export const share = (value: number): string => percent.format(value);

/** `+12.3%` against what was before. */
export const changeOf = (now: number, before: number): string => change.format(now / before - 1);

/** `Nov 22`; days since 1970-01-01. */
export const shortDay = (day: number): string => dayMonth.format(dateOf(day));

/** `Nov 22, 2026` */
export const longDay = (day: number): string => fullDay.format(dateOf(day));

/** English name of an ISO 3166-1 code; `Unknown` for `ZZ`. */
export function countryName(code: string): string {
  if (code === 'ZZ') return 'Unknown';
  return regions.of(code) ?? code;
}

function dateOf(day: number): Date {
  return new Date(`${isoDay(day)}T00:00:00Z`);
}
