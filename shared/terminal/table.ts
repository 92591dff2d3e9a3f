import { cutText, padText, textWidth } from './text-width.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/**
 * A table without rules: a line of titles where there are any, two spaces between columns, every line indented by two.
 * The first column is cut where the table would be wider than `width`.
 */
export function drawTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): string {
  const titled = columns.some(({ title }) => title !== '');
  const all = titled ? [columns.map(({ title }) => title), ...rows] : rows;
  const widths = columns.map((_, i) => Math.max(0, ...all.map((row) => textWidth(row[i] ?? ''))));
  const total = widths.reduce((sum, each) => sum + each + 2, 0);
  if (total > width) widths[0] = Math.max(8, widths[0] - (total - width));
  const line = (row: readonly string[]) =>
    columns
      .map(({ align }, i) => `  ${padText(cutText(row[i] ?? '', widths[i]), widths[i], align)}`)
      .join('')
      .trimEnd();
  return `${all.map(line).join('\n')}\n`;
}
