const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `1,234,567`. */
export function formatCount(value: number): string {
  return grouped.format(value);
}

/** `1 line`, `2,000 lines`. */
export function formatCounted(value: number, word: string, words = `${word}s`): string {
  return `${formatCount(value)} ${value === 1 ? word : words}`;
}

/** Decimal units: `532 B`, `1.4 MB`, `12 GB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 9.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** `0.4 s`, `12 s`, `3 min 20 s`, `2 h 05 min`. */
export function formatDuration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (value: number) => String(value).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** `38.1 %`, `0.02 %`, `<0.01 %`; a dash where the whole is 0. */
export function formatShare(part: number, whole: number): string {
  if (whole === 0) return '–';
  const percent = (100 * part) / whole;
  if (percent === 0) return '0 %';
  if (percent < 0.01) return '<0.01 %';
  return `${percent.toFixed(percent < 0.1 ? 2 : 1)} %`;
}

/** `48 days, 2026-09-24 to 2026-11-22`; the days need not be without gaps. */
export function formatDays(days: readonly string[]): string {
  if (days.length === 0) return 'no days';
  if (days.length === 1) return days[0];
  return `${formatCount(days.length)} days, ${days[0]} to ${days[days.length - 1]}`;
}
