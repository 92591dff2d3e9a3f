import type { CountedBatch } from '../count/counted-batch.ts';
import type { SourceKey } from './own-row.ts';
import type { StretchToWrite } from './write-batch.ts';

/** Ranges of which this turn has written lines, by source and month. */
export type Written = Map<string, { from: number; to: number }[]>;

/** Whoever looked up a source before its lines were written would count them twice: stop instead. */
export function refuseOverlap(
  written: Written,
  stretches: readonly (SourceKey & Pick<StretchToWrite, 'from' | 'to' | 'path'>)[],
  { months }: CountedBatch,
): void {
  for (const { month, stretches: days } of months) {
    for (const index of new Set(days.map(({ stretch }) => stretch))) {
      const { first, start, from, to, path } = stretches[index]!;
      const source = `${first}/${start}/${month}`;
      const ranges = written.get(source) ?? [];
      if (ranges.some((range) => range.from < to && from < range.to)) {
        throw new Error(
          `${path} holds lines that this run has counted already; its coverage was looked up too early.`,
        );
      }
      ranges.push({ from, to });
      written.set(source, ranges);
    }
  }
}
