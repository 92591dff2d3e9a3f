import { asciiBytes, startsWith } from './ascii-bytes.ts';
import { httpDay } from './days.ts';
import { isNothing } from './is-nothing.ts';
import type { LineReader, LogFormat, ReadOutcome } from './log-format.ts';
import { methodOf, rangeOf, statusOf } from './request-line.ts';
import type { RequestView } from './request-view.ts';
import { afterSyslogPrefix } from './syslog-prefix.ts';
import { withoutReturn } from './without-return.ts';

/**
 * PyPI's own line, written by its CDN for linehaul: `download|` or `simple|`, time, country, path, TLS protocol and
 * cipher, project, version, type, since 2026 also method, status, bytes and range, then the user agent, which is the
 * rest of the line. Before 2018 `2@` stood for `download|`, and before that nothing, and no TLS fields. Only 200s were
 * logged before the status was. https://github.com/pypi/linehaul-cloud-function
 */
export const pypi: LogFormat = {
  name: 'pypi',
  description: "PyPI's download and simple lines, fields separated by |, also behind a syslog prefix.",
  sample:
    'download|Thu, 07 Jan 2021 20:54:54 GMT|US|/packages/any/d/demo/demo-1.0.tar.gz|TLSv1.2|' +
    'ECDHE-RSA-AES128-GCM-SHA256|demo|1.0|sdist|pip/20.3.3',
  fields: {
    event: 'stepped-over',
    time: 'time',
    country: 'country',
    path: 'path',
    'TLS protocol': 'stepped-over',
    'TLS cipher': 'stepped-over',
    project: 'stepped-over',
    version: 'stepped-over',
    type: 'stepped-over',
    method: 'method',
    status: 'status',
    'bytes served': 'stepped-over',
    range: 'range',
    'user agent': 'userAgent',
  },
  stateful: false,
  open: () => pypiReader,
};

const pipe = 0x7c;

/** Remembers nothing, so all files share it. */
const pypiReader: LineReader = {
  read(bytes, start, lineEnd, view) {
    view.reset(bytes);
    const end = withoutReturn(bytes, start, lineEnd);
    if (end === start || bytes[start] === 0x23) return 'directive';
    const message = afterSyslogPrefix(bytes, start, end);
    const event = afterVersion(bytes, message, end);
    const isSimple = startsWith(bytes, event, end, simple);
    const isDownload = startsWith(bytes, event, end, download);
    const time = event + (isSimple ? simple.length : isDownload ? download.length : 0);
    const timeEnd = nextPipe(bytes, time, end);
    const countryEnd = nextPipe(bytes, timeEnd + 1, end);
    const pathEnd = nextPipe(bytes, countryEnd + 1, end);
    if (pathEnd >= end) return 'malformed_line';
    setUnlessNothing(view, 'country', timeEnd + 1, countryEnd);
    setUnlessNothing(view, 'path', countryEnd + 1, pathEnd);
    view.day = httpDay(bytes, time, timeEnd);
    if (view.day < 0) return 'malformed_time';
    const hasTls = time > message || startsWith(bytes, pathEnd + 1, end, tls);
    const project = hasTls ? nextPipe(bytes, nextPipe(bytes, pathEnd + 1, end) + 1, end) + 1 : pathEnd + 1;
    return readFile(project, end, isSimple, view);
  },
};

/** Project, version and type (a download without one of them is not PyPI's), method to range, user agent. */
function readFile(start: number, end: number, isSimple: boolean, view: RequestView): ReadOutcome {
  const { bytes } = view;
  let from = start;
  for (let column = 0; column < 3; column++) {
    const to = nextPipe(bytes, from, end);
    if (to >= end || (!isSimple && isNothing(bytes, from, to))) return 'malformed_line';
    from = to + 1;
  }
  view.method = 'GET';
  view.status = 200;
  setUnlessNothing(view, 'userAgent', isSimple ? from : afterRequest(from, end, view), end);
  return 'found';
}

/** Where the user agent begins: behind method, status, bytes and range where they are there, and at `start` if not. */
function afterRequest(start: number, end: number, view: RequestView): number {
  const { bytes } = view;
  const method = nextPipe(bytes, start, end);
  const status = nextPipe(bytes, method + 1, end);
  const served = nextPipe(bytes, status + 1, end);
  const range = nextPipe(bytes, served + 1, end);
  if (range >= end || !isDigits(bytes, method + 1, status) || !isDigits(bytes, status + 1, served))
    return start;
  const code = statusOf(bytes, method + 1, status);
  if (code < 0) return start;
  view.method = methodOf(bytes, start, method);
  view.status = code;
  view.range = rangeOf(bytes, served + 1, range);
  return range + 1;
}

/** Behind `2@` or `3@`; at `start` where no version stands there. */
function afterVersion(bytes: Uint8Array, start: number, end: number): number {
  return start + 1 < end && bytes[start] >= 0x31 && bytes[start] <= 0x39 && bytes[start + 1] === 0x40
    ? start + 2
    : start;
}

const download = asciiBytes('download|');
const simple = asciiBytes('simple|');
const tls = asciiBytes('TLS');

function setUnlessNothing(
  view: RequestView,
  name: 'country' | 'path' | 'userAgent',
  start: number,
  end: number,
): void {
  if (!isNothing(view.bytes, start, end)) view[name].set(start, end);
}

function isDigits(bytes: Uint8Array, start: number, end: number): boolean {
  let p = start;
  while (p < end && bytes[p] >= 0x30 && bytes[p] <= 0x39) p++;
  return p === end && end > start;
}

/** Position of the next pipe, `end` if there is none. */
function nextPipe(bytes: Uint8Array, from: number, end: number): number {
  let p = from;
  while (p < end && bytes[p] !== pipe) p++;
  return Math.min(p, end);
}
