/** `YYYYMM` of a UTC day (days since 1970-01-01). */
export function monthOf(day: number): number {
  const date = new Date(day * millisecondsPerDay);
  return date.getUTCFullYear() * 100 + date.getUTCMonth() + 1;
}

/** `YYYY-MM-DD` of a UTC day (days since 1970-01-01). */
export function isoDay(day: number): string {
  return new Date(day * millisecondsPerDay).toISOString().slice(0, 10);
}

/** Days since 1970-01-01 at an instant (milliseconds since then). */
export function dayAt(milliseconds: number): number {
  return Math.floor(milliseconds / millisecondsPerDay);
}

/** Days since 1970-01-01 of `YYYY-MM-DD`, or undefined where that is no day of the calendar. */
export function parseDay(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const day = dayAt(Date.parse(`${text}T00:00:00Z`));
  return Number.isFinite(day) && isoDay(day) === text ? day : undefined;
}

const millisecondsPerDay = 86_400_000;
