import { describeDrop } from '../../shared/count/describe-drop.ts';
import { dropReasons } from '../../shared/count/drop-reason.ts';
import { formatCount, formatCounted, formatDuration, formatShare } from '../../shared/terminal/numbers.ts';
import { drawTable } from '../../shared/terminal/table.ts';
import type { IngestSummary } from './ingest-options.ts';

/** What an ingest came to, for a person. */
export function drawIngest(summary: IngestSummary, width: number): string {
  const { lines, counted, already_counted: before, messages, batches, seconds } = summary;
  if (messages === 0) return 'Nothing new was read of the topic.\n';
  const rate = `${formatCount(summary.lines_per_second)} lines/s`;
  const rows = [
    [
      'read',
      formatCount(lines),
      `lines of ${formatCount(messages)} messages in ${formatDuration(seconds)}, ${rate}`,
    ],
    [
      'counted',
      formatCount(counted),
      `${formatShare(counted, lines)}, in ${formatCounted(batches, 'batch', 'batches')}`,
    ],
    ...(before > 0 ? [['counted before', formatCount(before), formatShare(before, lines)]] : []),
    ...dropReasons.flatMap((reason) => {
      const count = summary.dropped[reason] ?? 0;
      return count > 0
        ? [
            [
              `dropped: ${reason}`,
              formatCount(count),
              `${formatShare(count, lines)}  ${describeDrop(reason).words}`,
            ],
          ]
        : [];
    }),
  ];
  return drawTable([{ title: '' }, { title: '', align: 'right' }, { title: '' }], rows, width);
}
