import { formatCount } from './numbers.ts';

/** One value of a series; the label is drawn for the first and the last only. */
export interface Point {
  readonly label: string;
  readonly value: number;
}

const rows = 6;
const heights = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** A series as upright columns, the largest value on top; neighbors are added up where there are more points than space. */
export function drawColumns(points: readonly Point[], width: number): string {
  if (points.length === 0) return '';
  const axisWidth = formatCount(Math.max(...points.map(({ value }) => value))).length;
  const columns = groupPoints(points, Math.max(10, width - axisWidth - 4));
  const largest = Math.max(1, ...columns);
  const repeat = columns.length * 2 <= Math.min(80, width - axisWidth - 4) ? 2 : 1;
  const lines: string[] = [];
  for (let row = rows - 1; row >= 0; row--) {
    const axis = row === rows - 1 ? formatCount(largest) : '';
    const cells = columns.map((value) => {
      const height = Math.max(value > 0 ? 1 : 0, Math.round((value / largest) * rows * 8));
      return heights[Math.max(0, Math.min(8, height - row * 8))].repeat(repeat);
    });
    lines.push(`  ${axis.padStart(axisWidth)} ${cells.join('')}`.trimEnd());
  }
  const first = points[0].label;
  const last = points[points.length - 1].label;
  const gap = Math.max(1, columns.length * repeat - first.length - last.length);
  lines.push(`  ${' '.repeat(axisWidth)} ${first}${points.length > 1 ? ' '.repeat(gap) + last : ''}`);
  return `${lines.join('\n')}\n`;
}

function groupPoints(points: readonly Point[], space: number): number[] {
  const size = Math.ceil(points.length / space);
  const columns: number[] = [];
  points.forEach(({ value }, i) => {
    const column = Math.floor(i / size);
    columns[column] = (columns[column] ?? 0) + value;
  });
  return columns;
}
