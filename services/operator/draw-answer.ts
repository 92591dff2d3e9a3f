import { drawBars } from '../../shared/terminal/bars.ts';
import { drawColumns } from '../../shared/terminal/columns.ts';
import { formatCount } from '../../shared/terminal/numbers.ts';

/** What a question came to, as `query --json` prints it but for the name of the keys. */
export interface Answer {
  /** Null for the whole registry. */
  readonly project: string | null;
  readonly registry: string;
  /** First and last UTC day that were added up, `YYYY-MM-DD`. */
  readonly from: string;
  readonly to: string;
  readonly by: string;
  /** Headline downloads of the range, rows that were not asked for included. */
  readonly total: number;
  readonly rows: readonly AnswerRow[];
  /** Of released numbers: what no row shows of the total. */
  readonly unattributed?: number;
}

export interface AnswerRow {
  readonly key: string;
  readonly downloads: number;
  /** Standard error of a released number. */
  readonly se?: number;
}

/** Up to so many days have a line each; more are drawn as columns. */
const daysAsBars = 14;

/** An answer as bars, or as columns where it is a long series of days. */
export function drawAnswer(answer: Answer, width: number): string {
  const { project, registry, from, to, by, total, rows, unattributed } = answer;
  const range = from === to ? from : `${from} to ${to}`;
  const head = `${project ?? 'all projects'} (${registry})  ${formatCount(total)} downloads  ${range}  by ${by.replace('_', ' ')}\n\n`;
  if (by === 'day' && rows.length > daysAsBars) return head + drawDays(rows, width);
  const bars = rows.map(({ key, downloads, se }) => ({
    label: labelOf(by, key),
    value: downloads,
    ...(se !== undefined && se > 0 && { note: `± ${formatCount(se)}` }),
  }));
  const shown = rows.reduce((sum, { downloads }) => sum + downloads, 0);
  const rest = total - shown - (unattributed ?? 0);
  if (rest > 0) bars.push({ label: 'other rows', value: rest });
  if (unattributed !== undefined && unattributed > 0)
    bars.push({ label: 'unattributed', value: unattributed });
  return head + drawBars(bars, { total, width });
}

function drawDays(rows: readonly AnswerRow[], width: number): string {
  const best = rows.reduce((most, row) => (row.downloads > most.downloads ? row : most));
  const mean = rows.reduce((sum, { downloads }) => sum + downloads, 0) / rows.length;
  const points = rows.map(({ key, downloads }) => ({ label: key, value: downloads }));
  const summary = `  ${formatCount(mean)} a day, most on ${best.key}: ${formatCount(best.downloads)}\n`;
  return `${drawColumns(points, width)}\n${summary}`;
}

const regions = new Intl.DisplayNames('en', { type: 'region' });

/** `Germany DE`, `unknown ZZ`; a version that the file name does not tell is `(none)`. */
function labelOf(by: string, key: string): string {
  if (key === '') return '(none)';
  if (by !== 'country') return key;
  return key === 'ZZ' ? 'unknown ZZ' : `${regions.of(key) ?? ''} ${key}`.trim();
}
