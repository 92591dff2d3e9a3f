import { describeDrop } from '../../shared/count/describe-drop.ts';
import { type DropReason, dropReasons } from '../../shared/count/drop-reason.ts';
import {
  formatCount,
  formatCounted,
  formatDays,
  formatDuration,
  formatShare,
} from '../../shared/terminal/numbers.ts';
import { drawTable } from '../../shared/terminal/table.ts';
import type { ReplaySummary } from './replay-options.ts';

/** Failed files shown one by one; the others are counted, and `--json` lists all. */
const shownFailures = 10;

export interface SummaryView {
  readonly width: number;
  /** The command that shows the numbers. */
  readonly query: string;
  /** What is counted and not released, with the command. */
  readonly release: string | undefined;
}

/** What a replay came to, for a person: what was read, counted and dropped and why, what failed, what to type next. */
export function drawSummary(summary: ReplaySummary, view: SummaryView): string {
  const parts = [
    drawCounts(summary, view.width),
    drawDrops(summary, 'unwanted', view.width),
    drawDrops(summary, 'malformed', view.width),
    drawUnterminated(summary),
    drawFailures(summary),
    drawNext(summary, view),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function drawCounts(summary: ReplaySummary, width: number): string {
  const { lines, files } = summary;
  const dropped = sum(Object.values(summary.dropped));
  const rows = [
    [
      'read',
      formatCount(lines),
      `lines of ${formatCounted(files.length, 'file')} in ${formatDuration(summary.seconds)}, ${formatCount(summary.lines_per_second)} lines/s`,
    ],
    ['counted', formatCount(summary.counted), formatShare(summary.counted, lines)],
    ['counted before', formatCount(summary.already_counted), formatShare(summary.already_counted, lines)],
    ['dropped', formatCount(dropped), formatShare(dropped, lines)],
  ];
  const shown = summary.already_counted === 0 ? rows.filter(([label]) => label !== 'counted before') : rows;
  const table = drawTable([{ title: '' }, { title: '', align: 'right' }, { title: '' }], shown, width);
  const about = [`  ${formatDays(summary.days)}`, ...readAs(summary).map((kind) => `  ${kind}`)];
  return `${table}${lines === 0 ? '' : `${about.join('\n')}\n`}`;
}

/** `combined lines of pypi, rules default`, the most files first. */
function readAs({ files, rules }: ReplaySummary): string[] {
  const kinds = new Map<string, number>();
  for (const { format, layout, lines } of files) {
    if (lines === 0) continue;
    const kind = `read as ${format}, ${layout === null ? 'no artifact of any layout' : `layout ${layout}`}`;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  const byFiles = [...kinds].sort((a, b) => b[1] - a[1]);
  const counted =
    byFiles.length === 1
      ? byFiles.map(([kind]) => kind)
      : byFiles.map(([kind, count]) => `${kind}: ${formatCounted(count, 'file')}`);
  return counted.map((line, i) => (i === 0 ? `${line}, rules ${rules}` : line));
}

function drawDrops({ dropped, lines }: ReplaySummary, kind: 'malformed' | 'unwanted', width: number): string {
  const reasons = dropReasons.filter(
    (reason) => (dropped[reason] ?? 0) > 0 && describeDrop(reason).kind === kind,
  );
  if (reasons.length === 0) return '';
  reasons.sort((a, b) => (dropped[b] ?? 0) - (dropped[a] ?? 0));
  const row = (reason: DropReason) => {
    const count = dropped[reason] ?? 0;
    return [`  ${reason}`, formatCount(count), formatShare(count, lines), describeDrop(reason).words];
  };
  const right = { title: '', align: 'right' } as const;
  const title = kind === 'unwanted' ? 'Dropped, as the rules say' : 'Dropped, and worth a look';
  return `${title}\n${drawTable([{ title: '' }, right, right, { title: '' }], reasons.map(row), width)}`;
}

function drawUnterminated({ files }: ReplaySummary): string {
  const left = files.filter(({ unterminated }) => unterminated !== undefined);
  if (left.length === 0) return '';
  const where = left.length === 1 ? left[0].path : formatCounted(left.length, 'file');
  return `The last line of ${where} has no end and was left; it is counted when the file has grown.\n`;
}

function drawFailures({ files }: ReplaySummary): string {
  const failed = files.filter(({ error }) => error !== undefined);
  if (failed.length === 0) return '';
  const shown = failed.slice(0, shownFailures).map(({ error }) => `  ${error?.message}\n`);
  const more = failed.length - shown.length;
  const rest = more > 0 ? `  and ${formatCount(more)} more; --json lists all\n` : '';
  return `${formatCounted(failed.length, 'file')} could not be read to the end\n${shown.join('')}${rest}`;
}

function drawNext(summary: ReplaySummary, { query, release }: SummaryView): string {
  const { lines, counted, already_counted: before } = summary;
  if (lines === 0) return 'No line was read.\n';
  if (counted > 0) return `Next\n  ${query}\n${release === undefined ? '' : `  ${release}\n`}`;
  if (before > 0)
    return `Nothing new: these lines were counted before, and no number has changed.\n  ${query}\n`;
  const file = summary.files.find((each) => each.lines > 0)?.path ?? 'FILE';
  return `No line was a download. See how the lines are read:\n  tallymark formats test ${file}\n`;
}

function sum(values: readonly (number | undefined)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}
