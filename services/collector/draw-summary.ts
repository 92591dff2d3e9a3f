import { formatBytes, formatCount, formatCounted, formatDuration } from '../../shared/terminal/numbers.ts';
import type { ShipSummary } from './ship-options.ts';

/** Failed files shown one by one; the others are counted, and `--json` lists all. */
const SHOWN_FAILURES = 10;

/** The command that counts what was shipped, with the topic and group that were named on the command line and may be in no configuration. */
export function commandToCount(
  brokers: readonly string[],
  named: { readonly topic?: string; readonly group?: string },
): string {
  const flags = Object.entries({ brokers: brokers.join(','), topic: named.topic, group: named.group });
  const given = flags.flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${value}`]));
  return ['tallymark ingest', ...given].join(' ');
}

/** What a run came to, for a person; `next` is the command that counts what was shipped. */
export function drawSummary(summary: ShipSummary, next: string): string {
  return [drawShipped(summary), drawTooLong(summary), drawFailures(summary), drawNext(summary, next)].join(
    '',
  );
}

function drawShipped({ lines, bytes, sources, seconds, lines_per_second }: ShipSummary): string {
  if (lines === 0) return 'Nothing new to ship.\n';
  const what = `${formatCounted(lines, 'line')} (${formatBytes(bytes)}) of ${formatCounted(sources, 'log')}`;
  return `Shipped ${what} in ${formatDuration(seconds)}, ${formatCount(lines_per_second)} lines/s\n`;
}

function drawTooLong({ too_long: count }: ShipSummary): string {
  if (count === 0) return '';
  return `Left out ${formatCounted(count, 'line')} over 64 KiB: no log line is so long.\n`;
}

function drawFailures({ files }: ShipSummary): string {
  const failed = files.filter(({ error }) => error !== undefined);
  if (failed.length === 0) return '';
  const shown = failed.slice(0, SHOWN_FAILURES).map(({ error }) => `  ${error?.message}\n`);
  const more = failed.length - shown.length;
  const rest = more > 0 ? `  and ${formatCount(more)} more; --json lists all\n` : '';
  return `${formatCounted(failed.length, 'file')} could not be shipped to the end\n${shown.join('')}${rest}`;
}

function drawNext({ lines }: ShipSummary, next: string): string {
  return lines === 0 ? '' : `Next\n  ${next}\n`;
}
