import { matches } from './ascii-bytes.ts';

/**
 * Where the message begins in the syslog line `bytes[start, end)`: behind `<134>1 time host app pid id [data] `
 * (RFC 5424), `<134>Oct 11 22:14:15 host tag: ` (RFC 3164), either of its times also without `<134>` as syslog daemons
 * write to files, or with an RFC 3339 time as Fastly sends it. `start` where there is no such prefix.
 * https://www.rfc-editor.org/rfc/rfc5424#section-6 https://www.rfc-editor.org/rfc/rfc3164#section-4
 */
export function afterSyslogPrefix(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end) return start;
  const header = afterPriority(bytes, start, end);
  if (header > start && header + 1 < end && bytes[header] === 0x31 && bytes[header + 1] === 0x20) {
    return afterRfc5424(bytes, header + 2, end) ?? start;
  }
  const time = afterTime(bytes, header, end);
  return time < 0 ? start : afterTag(bytes, time, end);
}

/** Behind `<134>`, or `start`. */
function afterPriority(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] !== 0x3c) return start;
  let p = start + 1;
  while (p < end && p < start + 4 && isDigit(bytes[p])) p++;
  return p > start + 1 && p < end && bytes[p] === 0x3e ? p + 1 : start;
}

/** Behind time, host, app, process, message id and structured data. */
function afterRfc5424(bytes: Uint8Array, start: number, end: number): number | undefined {
  let p = start;
  for (let token = 0; token < 5; token++) p = afterToken(bytes, p, end);
  if (p < end && bytes[p] === 0x2d) p++;
  else p = afterStructuredData(bytes, p, end);
  if (p > end || (p < end && bytes[p] !== 0x20)) return undefined;
  if (p + 4 <= end && matches(bytes, p + 1, byteOrderMark)) p += 3;
  return Math.min(p + 1, end);
}

const byteOrderMark = Uint8Array.of(0xef, 0xbb, 0xbf);

/** Behind `[id name="value"][…]`; a value may hold `\"` and `\]`. */
function afterStructuredData(bytes: Uint8Array, start: number, end: number): number {
  let inValue = false;
  let p = start;
  for (; p < end; p++) {
    const byte = bytes[p];
    if (inValue && byte === 0x5c) p++;
    else if (byte === 0x22) inValue = !inValue;
    else if (!inValue && byte === 0x5d && (p + 1 >= end || bytes[p + 1] !== 0x5b)) return p + 1;
    else if (p === start && byte !== 0x5b) return end + 1;
  }
  return end + 1;
}

/** Behind `Oct 11 22:14:15 ` or an RFC 3339 time and its space, -1 where neither stands there. */
function afterTime(bytes: Uint8Array, start: number, end: number): number {
  if (start + 16 >= end) return -1;
  if (isDigit(bytes[start])) {
    if (bytes[start + 4] !== 0x2d || bytes[start + 7] !== 0x2d || bytes[start + 10] !== 0x54) return -1;
    return afterToken(bytes, start, end);
  }
  const isDate = isCapital(bytes[start]) && bytes[start + 3] === 0x20;
  const isTime = bytes[start + 6] === 0x20 && bytes[start + 9] === 0x3a && bytes[start + 12] === 0x3a;
  return isDate && isTime && bytes[start + 15] === 0x20 ? start + 16 : -1;
}

function isCapital(byte: number): boolean {
  return byte >= 0x41 && byte <= 0x5a;
}

/** Behind `host tag: ` or `tag: `; behind the host alone where no tag follows. */
function afterTag(bytes: Uint8Array, start: number, end: number): number {
  const first = afterToken(bytes, start, end);
  if (first - 2 >= start && bytes[first - 2] === 0x3a) return first;
  const second = afterToken(bytes, first, end);
  return second - 2 > first && bytes[second - 2] === 0x3a ? second : first;
}

/** Behind the token at `p` and its space, or `end`. */
function afterToken(bytes: Uint8Array, p: number, end: number): number {
  let at = p;
  while (at < end && bytes[at] !== 0x20) at++;
  return at < end ? at + 1 : end;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
