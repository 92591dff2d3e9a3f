import type { CountedBatch, CountedMonth, FileSetup } from '../../../shared/count/counted-batch.ts';
import { monthOf } from '../../../shared/days.ts';
import { CountsBlock } from '../../../shared/store/counts-block.ts';
import { type CountsRow, emptyRow, writeRow } from '../../../shared/store/counts-row.ts';
import { type Coverage, isCoveredBy, rangesWithin } from '../../../shared/store/coverage.ts';
import { type Line, type Log, lineBytes } from './world.ts';

/** Lines of a log to count, and what is counted of them already. */
export interface StretchToCount {
  readonly log: Log;
  readonly from: number;
  readonly to: number;
  readonly coverage: Coverage | undefined;
  /** `new` rules take every third line for a mirror's. */
  readonly rules: string;
}

/** How the files of the made-up world are read. */
export function setupWith(rules: string): FileSetup {
  const registry = { name: 'r', layout: 'files', rules };
  return { format: 'combined', enveloped: false, fileName: 'x', registries: [registry], countryFrom: 'log' };
}

/** Whether a line is a mirror's under these rules. */
export function isMirror({ project }: Line, rules: string): boolean {
  return rules === 'new' && project.charCodeAt(1) % 3 === 0;
}

/** What the counting threads would make of these stretches. */
export function countStretches(stretches: readonly StretchToCount[]): CountedBatch {
  const months = new Map<number, OpenMonth>();
  const totals = stretches.map((stretch, index) => {
    const by = { counted: 0, already_counted: 0 };
    for (const { line, position } of linesOf(stretch)) {
      if (isCovered(stretch, line, position)) {
        by.already_counted++;
        continue;
      }
      by.counted++;
      const month: OpenMonth = months.get(monthOf(line.day)) ?? { rows: [], lines: new Map() };
      months.set(monthOf(line.day), month);
      month.rows.push(rowOf(line, stretch.rules));
      const name = `${index}/${line.day}`;
      month.lines.set(name, {
        stretch: index,
        day: line.day,
        lines: (month.lines.get(name)?.lines ?? 0) + 1,
      });
    }
    return { lines: by, downloads: by };
  });
  const sorted = [...months].sort(([a], [b]) => a - b);
  return {
    months: sorted.map(([month, { rows, lines }]) => countedMonth(month, rows, [...lines.values()])),
    totals,
  };
}

interface OpenMonth {
  readonly rows: CountsRow[];
  readonly lines: Map<string, { stretch: number; day: number; lines: number }>;
}

function* linesOf({ log, from, to }: StretchToCount): Generator<{ line: Line; position: number }> {
  for (let position = from; position < to; position += lineBytes) {
    yield { line: log.lines[position / lineBytes] as Line, position };
  }
}

function isCovered({ coverage, from, to }: StretchToCount, line: Line, position: number): boolean {
  return coverage !== undefined && isCoveredBy(rangesWithin(coverage, { from, to }))(line.day, position);
}

function rowOf(line: Line, rules: string): CountsRow {
  const row = emptyRow('r', line.project, line.day);
  if (isMirror(line, rules)) return { ...row, mirror: 1 };
  const exact = { downloads: 1, version: { '1.0': 1 }, file_type: { sdist: 1 } };
  return {
    ...row,
    ...exact,
    country: { ZZ: 1 },
    installer: { pip: 1 },
    runtime: { other: 1 },
    system: { other: 1 },
    ci: { unknown: 1 },
  };
}

/** Empty between months; its buffers are worth keeping. */
const block = new CountsBlock();

function countedMonth(
  month: number,
  rows: CountsRow[],
  stretches: { stretch: number; day: number; lines: number }[],
): CountedMonth {
  rows.sort((a, b) => (a.project < b.project ? -1 : 1));
  for (const row of rows) writeRow(block, row);
  const days = [...new Set(rows.map(({ day }) => day))].sort((a, b) => a - b);
  return {
    month,
    rows: block.take(),
    rowCount: rows.length,
    days: days.map((day) => {
      const counted = rows.filter((row) => row.day === day).length;
      return { day, lines: { counted }, downloads: { counted } };
    }),
    stretches: stretches.sort((a, b) => a.stretch - b.stretch || a.day - b.day),
  };
}
