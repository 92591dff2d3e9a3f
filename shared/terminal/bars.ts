import { formatCount, formatShare } from './numbers.ts';
import { cutText, padText, textWidth } from './text-width.ts';

/** One bar: its label, a number ≥ 0, and what may stand behind it (`± 40`). */
export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly note?: string;
  /** A rest or a sum: its number is shown, and no bar, since it would dwarf the others. */
  readonly isRest?: boolean;
}

/** Eighths of a character. */
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const longestBar = 40;
const longestLabel = 32;

/** Horizontal bars with number and share of `total`, as wide as the terminal lets them be; the longest is the largest value. */
export function drawBars(bars: readonly Bar[], options: { total: number; width: number }): string {
  const labelWidth = Math.min(longestLabel, Math.max(0, ...bars.map(({ label }) => textWidth(label))));
  const numbers = bars.map(({ value }) => formatCount(value));
  const numberWidth = Math.max(0, ...numbers.map(textWidth));
  const noteWidth = Math.max(0, ...bars.map(({ note }) => (note === undefined ? 0 : textWidth(note) + 2)));
  const space = Math.max(4, Math.min(longestBar, options.width - labelWidth - numberWidth - noteWidth - 15));
  const largest = Math.max(1, ...bars.map(({ value, isRest }) => (isRest === true ? 0 : value)));
  const lines = bars.map(({ label, value, note, isRest }, i) => {
    const head = `  ${padText(cutText(label, labelWidth), labelWidth)}  ${padText(numbers[i], numberWidth, 'right')}`;
    const tail = noteWidth === 0 ? '' : padText(note === undefined ? '' : `  ${note}`, noteWidth);
    const share = padText(formatShare(value, options.total), 7, 'right');
    return `${head}${tail}  ${share}  ${isRest === true ? '' : drawBar(value / largest, space)}`.trimEnd();
  });
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** A bar of `share` (0 to 1) of `space` columns, in eighths; something is always more than nothing. */
export function drawBar(share: number, space: number): string {
  const length = Math.max(share > 0 ? 1 : 0, Math.round(Math.min(1, Math.max(0, share)) * space * 8));
  return '█'.repeat(Math.floor(length / 8)) + eighths[length % 8];
}
