import { nthForwarded, setForwardedAddress } from './client-address.ts';
import { closingQuote } from './closing-quote.ts';
import { ClfDays, clfTimeLength } from './days.ts';
import type { LineReader, LogFormat, ReaderOptions, ReadOutcome } from './log-format.ts';
import { readRequestLine, statusOf } from './request-line.ts';
import type { RequestView } from './request-view.ts';
import { tokenEnd } from './token-end.ts';
import { withoutReturn } from './without-return.ts';

/**
 * The combined log format of Apache, nginx and Varnish, with or without a vhost before it, and the common one (no
 * referer, no user agent). More fields may follow the user agent, as in nginx' `main`.
 * https://httpd.apache.org/docs/current/mod/mod_log_config.html#formats
 * https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format
 */
export const combined: LogFormat = {
  name: 'combined',
  description: 'nginx, Apache and Varnish: combined and common log format, also with a leading vhost.',
  sample:
    '192.0.2.1 - - [17/May/2015:10:05:03 +0000] "GET /packages/any/d/demo/demo-1.0.tar.gz HTTP/1.1" 200 2326 ' +
    '"-" "pip/23.1 {\\"installer\\":{\\"name\\":\\"pip\\"}}"',
  fields: {
    vhost: 'host',
    'remote address': 'address',
    'remote user': 'stepped-over',
    time: 'time',
    method: 'method',
    'request target': 'path',
    protocol: 'stepped-over',
    status: 'status',
    'bytes sent': 'stepped-over',
    referer: 'stepped-over',
    'user agent': 'userAgent',
    'first quoted field after it': 'forwarded',
  },
  stateful: false,
  open: (options) => new CombinedReader(options),
};

const quote = 0x22;
const space = 0x20;
const dash = 0x2d;

class CombinedReader implements LineReader {
  private readonly days = new ClfDays();
  private readonly first: boolean;
  private readonly nthForwarded: number;

  constructor({ clientAddress = 'first' }: ReaderOptions) {
    this.first = clientAddress === 'first';
    this.nthForwarded = nthForwarded(clientAddress);
  }

  read(bytes: Uint8Array, start: number, lineEnd: number, view: RequestView): ReadOutcome {
    view.reset(bytes);
    const end = withoutReturn(bytes, start, lineEnd);
    if (end === start || bytes[start] === 0x23) return 'directive';
    const bracket = timeBracket(bytes, start, end);
    if (bracket < 0) return 'malformed_line';
    view.day = this.days.read(bytes, bracket + 1);
    if (view.day < 0) return 'malformed_time';
    if (!readClient(bytes, start, bracket, view)) return 'malformed_line';
    if (!this.first) view.address.set(0, 0);
    const request = bracket + clfTimeLength + 4;
    if (request > end || bytes[request - 1] !== quote || bytes[request - 2] !== space)
      return 'malformed_line';
    const requestEnd = closingQuote(bytes, request, end);
    if (requestEnd < 0) return 'malformed_line';
    readRequestLine(bytes, request, requestEnd, view);
    return this.readRest(bytes, requestEnd + 1, end, view);
  }

  /** With the quote of the user agent, or of the forwarded field where that is read: a common line may be a part of a combined one. */
  showsItsEnd(bytes: Uint8Array, start: number, lineEnd: number): boolean {
    const end = withoutReturn(bytes, start, lineEnd);
    let fields = 0;
    let p = start;
    while (p < end) {
      const close = bytes[p] === quote ? closingQuote(bytes, p + 1, end) : p;
      if (close < 0) return false;
      if (close > p) fields++;
      p = close + 1;
    }
    return bytes[end - 1] === quote && fields >= (this.nthForwarded > 0 ? 4 : 3);
  }

  /** ` 200 2326 "referer" "user agent" …`, from the space on. */
  private readRest(bytes: Uint8Array, start: number, end: number, view: RequestView): ReadOutcome {
    let p = start + 1;
    while (p < end && bytes[p] !== space) p++;
    view.status = p > start + 1 && bytes[start] === space ? statusOf(bytes, start + 1, p) : -1;
    if (view.status < 0) return 'malformed_line';
    p++;
    while (p < end && bytes[p] !== space) p++;
    if (p + 1 >= end || bytes[p + 1] !== quote) return 'found';
    const refererEnd = closingQuote(bytes, p + 2, end);
    if (refererEnd < 0) return 'malformed_line';
    if (refererEnd + 2 >= end || bytes[refererEnd + 2] !== quote) return 'found';
    const agent = refererEnd + 3;
    const agentEnd = closingQuote(bytes, agent, end);
    if (agentEnd < 0) return 'malformed_line';
    if (!isDash(bytes, agent, agentEnd)) view.userAgent.set(agent, agentEnd, 'apache');
    if (this.nthForwarded > 0) this.readForwarded(bytes, agentEnd + 1, end, view);
    return 'found';
  }

  private readForwarded(bytes: Uint8Array, start: number, end: number, view: RequestView): void {
    let open = start;
    while (open < end && bytes[open] !== quote) open++;
    const close = closingQuote(bytes, open + 1, end);
    if (close < 0) return;
    setForwardedAddress(view, { start: open + 1, end: close, nth: this.nthForwarded, encoding: 'apache' });
  }
}

/** Position of the `[` of ` [17/May/2015:10:05:03 +0000]`, -1 if there is none; a user's name may hold brackets too. */
function timeBracket(bytes: Uint8Array, start: number, end: number): number {
  const last = end - clfTimeLength - 2;
  for (let p = start + 1; p <= last; p++) {
    if (
      bytes[p] === 0x5b &&
      bytes[p - 1] === space &&
      bytes[p + 1 + clfTimeLength] === 0x5d &&
      bytes[p + 3] === 0x2f &&
      bytes[p + 12] === 0x3a
    ) {
      return p;
    }
  }
  return -1;
}

/**
 * `192.0.2.1 - - `, `example.org:443 192.0.2.1 - - ` or `192.0.2.1, 198.51.100.1 - - ` before the time. A user may have
 * spaces in it, so a vhost is told by the `-` of the identity. False where it is neither: a syslog prefix.
 */
function readClient(bytes: Uint8Array, start: number, end: number, view: RequestView): boolean {
  if (bytes[start] === 0x3c) return false;
  const first = tokenEnd(bytes, start, end);
  if (first > start && bytes[first - 1] === 0x2c) {
    view.address.set(start, first - 1);
    return true;
  }
  const second = tokenEnd(bytes, first + 1, end);
  const third = tokenEnd(bytes, second + 1, end);
  if (isDash(bytes, first + 1, second) || third >= end - 1) {
    view.address.set(start, first);
    return true;
  }
  if (!isDash(bytes, second + 1, third)) return false;
  setHost(bytes, start, first, view);
  view.address.set(first + 1, second);
  return true;
}

function isDash(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start === 1 && bytes[start] === dash;
}

/** The vhost without its port. */
function setHost(bytes: Uint8Array, start: number, end: number, view: RequestView): void {
  let p = end;
  while (p > start && bytes[p - 1] >= 0x30 && bytes[p - 1] <= 0x39) p--;
  view.host.set(start, p > start && p < end && bytes[p - 1] === 0x3a ? p - 1 : end);
}
