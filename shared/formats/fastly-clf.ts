import { closingQuote } from './closing-quote.ts';
import { anyDay } from './days.ts';
import { isNothing } from './is-nothing.ts';
import type { LineReader, LogFormat, ReadOutcome } from './log-format.ts';
import { methodOf, readRequestLine, statusOf } from './request-line.ts';
import type { RequestView } from './request-view.ts';
import { afterSyslogPrefix } from './syslog-prefix.ts';
import { tokenEnd } from './token-end.ts';
import { withoutReturn } from './without-return.ts';

/**
 * Fastly's plain lines behind its syslog prefix: an address, a time as in HTTP headers or the common log format, a
 * request, a status, and a user agent, each quoted (hex) or not (RubyGems). Without quotes the user agent is the rest of
 * the line, and a request without a method is a `GET`.
 * https://www.fastly.com/documentation/guides/integrations/streaming-logs/custom-log-formats/
 */
export const fastlyClf: LogFormat = {
  name: 'fastly-clf',
  description:
    'Fastly syslog lines of RubyGems and hex: address, time, request, status, user agent, quoted or not.',
  sample:
    '<134>2015-11-30T21:00:15Z cache-atl6231 downloads[191209]: 192.0.2.1 Mon, 30 Nov 2015 21:00:05 GMT ' +
    '/gems/demo-1.10.6.gem 200 Ruby, RubyGems/1.8.23 x86_64-linux',
  fields: {
    'syslog prefix': 'stepped-over',
    address: 'address',
    'identity, user': 'stepped-over',
    time: 'time',
    method: 'method',
    path: 'path',
    status: 'status',
    size: 'stepped-over',
    referer: 'stepped-over',
    'user agent': 'userAgent',
  },
  stateful: false,
  open: ({ clientAddress = 'first' }) => (clientAddress === 'first' ? withAddress : withoutAddress),
};

/** They remember nothing, so all files share them. */
const withAddress = reader(true);
const withoutAddress = reader(false);

const space = 0x20;
const quote = 0x22;

function reader(isClient: boolean): LineReader {
  return {
    read(bytes, start, lineEnd, view) {
      view.reset(bytes);
      const end = withoutReturn(bytes, start, lineEnd);
      if (end === start || bytes[start] === 0x23) return 'directive';
      const address = afterSyslogPrefix(bytes, start, end);
      if (address === start) return 'malformed_line';
      const addressEnd = tokenEnd(bytes, address, end);
      if (isClient) view.address.set(address, addressEnd);
      const time = afterDashes(bytes, addressEnd + 1, end);
      const timeEnd = endOfTime(bytes, time, end);
      // `- - [time]` is the combined or common log format behind a syslog prefix: an envelope.
      const isCommon = bytes[addressEnd + 1] === 0x2d && bytes[time] === 0x5b;
      if (timeEnd < 0 || isCommon) return 'malformed_line';
      const isBare = timeEnd - time === httpTimeLength && bytes[time] !== quote;
      view.day = isBare ? anyDay(bytes, time, timeEnd) : anyDay(bytes, time + 1, timeEnd - 1);
      if (view.day < 0) return 'malformed_time';
      return readRequest(timeEnd + 1, end, view);
    },
  };
}

/** Length of `Mon, 30 Nov 2015 21:00:05 GMT`. */
const httpTimeLength = 29;

/** Behind the time at `p`: `"…"`, `[…]` or 29 bytes; -1 where none is followed by a space. */
function endOfTime(bytes: Uint8Array, p: number, end: number): number {
  let after = p + httpTimeLength;
  if (p < end && bytes[p] === quote) after = closingQuote(bytes, p + 1, end) + 1;
  else if (p < end && bytes[p] === 0x5b) {
    after = p;
    while (after < end && bytes[after] !== 0x5d) after++;
    after++;
  }
  return after > p && after < end && bytes[after] === space ? after : -1;
}

/** `"GET /path HTTP/1.1" 200 …`, `GET /path 200 …` or `/path 200 …`. */
function readRequest(start: number, end: number, view: RequestView): ReadOutcome {
  const { bytes } = view;
  if (start < end && bytes[start] === quote) {
    const close = closingQuote(bytes, start + 1, end);
    if (close < 0) return 'malformed_line';
    readRequestLine(bytes, start + 1, close, view);
    return readStatus(close + 2, end, view);
  }
  let path = start;
  view.method = 'GET';
  if (start < end && bytes[start] !== 0x2f) {
    path = tokenEnd(bytes, start, end) + 1;
    view.method = methodOf(bytes, start, path - 1);
  }
  const pathEnd = tokenEnd(bytes, path, end);
  if (pathEnd >= end) return 'malformed_line';
  view.path.set(path, pathEnd, 'apache');
  return readStatus(pathEnd + 1, end, view);
}

function readStatus(start: number, end: number, view: RequestView): ReadOutcome {
  const { bytes } = view;
  const statusEnd = tokenEnd(bytes, start, end);
  view.status = statusOf(bytes, start, statusEnd);
  if (view.status < 0) return 'malformed_line';
  return readUserAgent(statusEnd + 1, end, view);
}

/** The rest of the line, or its only quoted field, or the second of two (the first is the referer). */
function readUserAgent(start: number, end: number, view: RequestView): ReadOutcome {
  const { bytes } = view;
  let from = start;
  const size = tokenEnd(bytes, start, end);
  if (isSize(bytes, start, size)) from = size + 1;
  if (from >= end) return 'found';
  if (bytes[from] !== quote) return setUserAgent(from, end, view);
  const close = closingQuote(bytes, from + 1, end);
  if (close < 0) return 'malformed_line';
  if (close + 2 >= end || bytes[close + 2] !== quote) return setUserAgent(from + 1, close, view);
  const second = closingQuote(bytes, close + 3, end);
  return second < 0 ? 'malformed_line' : setUserAgent(close + 3, second, view);
}

function setUserAgent(start: number, end: number, view: RequestView): ReadOutcome {
  if (!isNothing(view.bytes, start, end)) view.userAgent.set(start, end, 'apache');
  return 'found';
}

/** Digits, `-` or `(null)`: bytes sent, before the quoted fields. */
function isSize(bytes: Uint8Array, start: number, end: number): boolean {
  if (isNothing(bytes, start, end)) return true;
  let p = start;
  while (p < end && bytes[p] >= 0x30 && bytes[p] <= 0x39) p++;
  return p === end;
}

/** Behind `- - ` or `"-" "-" `: identity and user, which Fastly leaves empty. */
function afterDashes(bytes: Uint8Array, start: number, end: number): number {
  let p = start;
  for (let field = 0; field < 2; field++) {
    if (p + 1 < end && bytes[p] === 0x2d && bytes[p + 1] === space) p += 2;
    else if (p + 3 < end && bytes[p] === quote && bytes[p + 1] === 0x2d && bytes[p + 2] === quote) p += 4;
  }
  return p;
}
