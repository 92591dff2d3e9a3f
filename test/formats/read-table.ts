import { decodeSpan } from '../../shared/formats/decode-span.ts';
import type { LineReader } from '../../shared/formats/log-format.ts';
import { RequestView, type Span } from '../../shared/formats/request-view.ts';

/** One row a line of `log`: its outcome, and of a `found` one what the view holds, decoded; `-` is nothing. */
export function readTable(reader: LineReader, log: string): string[][] {
  const view = new RequestView();
  return log
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => {
      const bytes = Buffer.from(line);
      const outcome = reader.read(bytes, 0, bytes.length, view);
      return outcome === 'found' ? [outcome, ...cellsOf(view)] : [outcome];
    });
}

/** The columns of `readTable`; the address is left out on purpose. */
export const columns = [
  'outcome',
  'day',
  'method',
  'status',
  'path',
  'host',
  'country',
  'user agent',
  'notes',
] as const;

function cellsOf(view: RequestView): string[] {
  const day = new Date(view.day * 86_400_000).toISOString().slice(0, 10);
  const notes = [
    view.range === 'unknown' ? '' : view.range,
    view.internal ? 'internal' : '',
    view.downloads === 1 ? '' : `×${view.downloads}`,
    view.address.start === view.address.end ? 'no address' : '',
  ];
  const texts = [view.path, view.host, view.country, view.userAgent].map((span) => textOf(view, span));
  return [
    day,
    view.method,
    String(view.status),
    ...texts,
    notes.filter((note) => note !== '').join(' ') || '-',
  ];
}

/** A span's text, quoted where it has a blank or a control character in it. */
function textOf(view: RequestView, span: Span): string {
  if (span.start === span.end) return '-';
  const text = decodeSpan(view.bytes, span) ?? '(not UTF-8)';
  return /[\s"]/.test(text) ? JSON.stringify(text) : text;
}

/** Rows as text, columns aligned, sorted so that the reader finds his way. */
export function printTable(rows: readonly (readonly string[])[]): string {
  const all = [
    columns as readonly string[],
    ...[...rows].sort((a, b) => (a.join('\t') < b.join('\t') ? -1 : 1)),
  ];
  const widths = columns.map((_, i) => Math.max(...all.map((row) => (row[i] ?? '').length)));
  return `${all
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')}\n`;
}
