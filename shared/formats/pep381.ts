import { asciiBytes } from './ascii-bytes.ts';
import { isoDay } from './days.ts';
import type { LineReader, LogFormat, ReaderOptions, ReadOutcome } from './log-format.ts';
import type { RequestView } from './request-view.ts';
import { withoutReturn } from './without-return.ts';

/**
 * A mirror's own statistics, the PyPI mirror protocol of 2009: one file a day, named like it, one line a file and user
 * agent, with the number of its downloads; no address. https://peps.python.org/pep-0381/#statistics-page
 */
export const pep381: LogFormat = {
  name: 'pep381',
  description:
    "A PyPI mirror's own daily statistics: project,filename,useragent,count, the day in the file's name.",
  sample: 'demo,demo-1.0.tar.gz,Python-urllib/2.6,142',
  fields: {
    project: 'path',
    filename: 'path',
    useragent: 'userAgent',
    count: 'downloads',
    "(the file's name)": 'time',
  },
  stateful: false,
  open: ({ fileName }: ReaderOptions) => new Pep381Reader(dayInName(fileName)),
};

/** UTC day written as `2008-11-06` in a file's name, -1 where there is none. */
export function dayInName(fileName: string): number {
  const date = /(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)/.exec(fileName)?.[0];
  return date === undefined ? -1 : isoDay(asciiBytes(date), 0, date.length);
}

const comma = 0x2c;
const quote = 0x22;

class Pep381Reader implements LineReader {
  private readonly day: number;

  constructor(day: number) {
    this.day = day;
  }

  read(bytes: Uint8Array, start: number, lineEnd: number, view: RequestView): ReadOutcome {
    view.reset(bytes);
    const end = withoutReturn(bytes, start, lineEnd);
    if (end === start || bytes[start] === 0x23) return 'directive';
    const project = nextComma(bytes, start, end);
    const file = nextComma(bytes, project + 1, end);
    const count = countStart(bytes, file + 1, end);
    view.downloads = countOf(bytes, count, end);
    if (project === start || file === project + 1 || count <= file + 1 || view.downloads < 0)
      return 'malformed_line';
    if (this.day < 0) return 'malformed_time';
    view.day = this.day;
    view.method = 'GET';
    view.status = 200;
    view.path.set(start, file, 'pep381');
    setUserAgent(view, file + 1, count - 1);
    return 'found';
  }
}

/** A user agent with a comma in it is quoted, as in any CSV. */
function setUserAgent(view: RequestView, start: number, end: number): void {
  const isQuoted = end - start >= 2 && view.bytes[start] === quote && view.bytes[end - 1] === quote;
  view.userAgent.set(isQuoted ? start + 1 : start, isQuoted ? end - 1 : end);
}

/** A day's downloads of one file by one client; more would be no count. */
const mostDigits = 9;

/** The number in `bytes[start, end)`, -1 where it is none. */
function countOf(bytes: Uint8Array, start: number, end: number): number {
  if (end <= start || end - start > mostDigits) return -1;
  let count = 0;
  for (let p = start; p < end; p++) {
    if (bytes[p] < 0x30 || bytes[p] > 0x39) return -1;
    count = count * 10 + bytes[p] - 0x30;
  }
  return count;
}

/** Behind the last comma, found from the end, since the user agent may hold some. */
function countStart(bytes: Uint8Array, from: number, end: number): number {
  let p = end;
  while (p > from && bytes[p - 1] !== comma) p--;
  return p;
}

/** Position of the next comma, `end` if there is none. */
function nextComma(bytes: Uint8Array, from: number, end: number): number {
  let p = from;
  while (p < end && bytes[p] !== comma) p++;
  return Math.min(p, end);
}
