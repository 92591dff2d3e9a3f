import { isoDay, parseDay } from '../../shared/days.ts';
import { type Bar, drawBars } from '../../shared/terminal/bars.ts';
import { drawColumns, type Point } from '../../shared/terminal/columns.ts';
import { formatCount } from '../../shared/terminal/numbers.ts';

/** What a question came to, as `query --json` prints it but for the name of the keys. */
export interface Answer {
  /** Null for the whole registry. */
  readonly project: string | null;
  readonly registry: string;
  /** First and last UTC day that were asked for, else of the numbers; null where there are none. */
  readonly from: string | null;
  readonly to: string | null;
  readonly by: string;
  /** Headline downloads of the range, rows that are not listed included. */
  readonly total: number;
  readonly rows: readonly AnswerRow[];
  /** Of released numbers: what no key has of the total. */
  readonly unattributed?: number;
  /** Of released numbers: how they are blurred. */
  readonly profile?: string;
}

export interface AnswerRow {
  readonly key: string;
  readonly downloads: number;
  /** Standard error of a released number. */
  readonly se?: number;
}

/** Up to so many days have a line each; more are drawn as columns. */
const daysAsBars = 14;

/** An answer as bars, the first `rows` of them, or as columns where it is a long series of days. */
export function drawAnswer(answer: Answer, { width, rows: limit }: { width: number; rows: number }): string {
  const { project, registry, from, to, by, total, rows, profile } = answer;
  const range = from === null ? 'no day' : from === to ? from : `${from} to ${to}`;
  const head = `${project ?? 'all projects'} (${registry})  ${formatCount(total)} downloads  ${range}  by ${by.replace('_', ' ')}\n`;
  const note = profile === 'exact' ? 'released with the profile exact: nothing is blurred\n' : '';
  if (rows.length === 0) return `${head}${note}`;
  if (by === 'day' && rows.length > daysAsBars) return `${head}\n${drawDays(rows, width)}`;
  return `${head}${note}\n${drawBars(barsOf(answer, by === 'day' ? daysAsBars : limit), { total, width })}`;
}

function barsOf({ by, rows, total, unattributed = 0 }: Answer, limit: number): Bar[] {
  const shown = rows.slice(0, limit);
  const bars: Bar[] = shown.map(({ key, downloads, se }) => ({
    label: labelOf(by, key),
    value: downloads,
    ...(se !== undefined && se > 0 && { note: `± ${formatCount(se)}` }),
  }));
  const rest = total - unattributed - shown.reduce((sum, { downloads }) => sum + downloads, 0);
  if (rest > 0) bars.push({ label: 'all others', value: rest, isRest: true });
  if (unattributed > 0) bars.push({ label: 'unattributed', value: unattributed, isRest: true });
  return bars;
}

/** An answer as CSV with a line of titles (RFC 4180). */
export function writeCsv({ by, rows }: Answer): string {
  const hasErrors = rows.some(({ se }) => se !== undefined);
  const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = rows.map(({ key, downloads, se }) =>
    [cell(key), downloads, ...(hasErrors ? [se ?? 0] : [])].join(','),
  );
  return [[by, 'downloads', ...(hasErrors ? ['se'] : [])].join(','), ...lines, ''].join('\n');
}

function drawDays(rows: readonly AnswerRow[], width: number): string {
  const points = everyDay(rows);
  const best = points.reduce((most, point) => (point.value > most.value ? point : most));
  const mean = points.reduce((sum, { value }) => sum + value, 0) / points.length;
  const summary = `  ${formatCount(mean)} a day, most on ${best.label}: ${formatCount(best.value)}\n`;
  return `${drawColumns(points, width)}\n${summary}`;
}

/** Days without downloads have no row, and are drawn as nothing. */
function everyDay(rows: readonly AnswerRow[]): Point[] {
  const downloads = new Map(rows.map(({ key, downloads }) => [parseDay(key) ?? 0, downloads]));
  const days = [...downloads.keys()];
  const first = Math.min(...days);
  const length = Math.max(...days) - first + 1;
  return Array.from({ length }, (_, i) => ({
    label: isoDay(first + i),
    value: downloads.get(first + i) ?? 0,
  }));
}

const regions = new Intl.DisplayNames('en', { type: 'region' });

/** `Germany DE`, `unknown ZZ`; a version that the file name does not tell is `(none)`. */
function labelOf(by: string, key: string): string {
  if (key === '') return '(none)';
  if (by !== 'country') return key;
  return key === 'ZZ' ? 'unknown ZZ' : `${regions.of(key) ?? ''} ${key}`.trim();
}
