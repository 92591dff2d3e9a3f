import { asciiBytes, matches } from './ascii-bytes.ts';
import type { Method, Range, RequestView } from './request-view.ts';

/**
 * Reads `GET /path HTTP/1.1` from `bytes[start, end)` into the view. The protocol is looked for from the end, so the
 * path is stepped over without a look at it, and one with a space in it stays whole. Garbage (`\x16\x03\x01`, `-`)
 * leaves the method `other` and the path empty.
 */
export function readRequestLine(bytes: Uint8Array, start: number, end: number, view: RequestView): void {
  let space = start;
  while (space < end && bytes[space] !== 0x20) space++;
  if (space === end) return;
  view.method = methodOf(bytes, start, space);
  const last = protocolStart(bytes, space + 1, end);
  view.path.set(space + 1, last, 'apache');
}

/** Where the path ends: before ` HTTP/1.1` or ` HTTP/2`, or at the end where there is no protocol (HTTP/0.9). */
function protocolStart(bytes: Uint8Array, start: number, end: number): number {
  if (end - 9 >= start && bytes[end - 9] === 0x20 && bytes[end - 8] === 0x48 && bytes[end - 4] === 0x2f)
    return end - 9;
  if (end - 7 >= start && bytes[end - 7] === 0x20 && bytes[end - 6] === 0x48 && bytes[end - 2] === 0x2f)
    return end - 7;
  return end;
}

/** The method named by `bytes[start, end)`; methods are case-sensitive (RFC 9110, 9.1). */
export function methodOf(bytes: Uint8Array, start: number, end: number): Method {
  const length = end - start;
  if (length === 3 && bytes[start] === 0x47 && bytes[start + 1] === 0x45 && bytes[start + 2] === 0x54)
    return 'GET';
  if (length === 4 && matches(bytes, start, head)) return 'HEAD';
  if (length === 4 && matches(bytes, start, post)) return 'POST';
  return length === 7 && matches(bytes, start, options) ? 'OPTIONS' : 'other';
}

const head = asciiBytes('HEAD');
const post = asciiBytes('POST');
const options = asciiBytes('OPTIONS');

/** The status in `bytes[start, end)`: three digits, 0 for `000` and `-` (the client left), -1 for anything else. */
export function statusOf(bytes: Uint8Array, start: number, end: number): number {
  if (end - start === 1 && bytes[start] === 0x2d) return 0;
  if (end - start !== 3) return -1;
  const hundreds = bytes[start] - 0x30;
  const tens = bytes[start + 1] - 0x30;
  const ones = bytes[start + 2] - 0x30;
  if (hundreds < 0 || hundreds > 9 || tens < 0 || tens > 9 || ones < 0 || ones > 9) return -1;
  return hundreds * 100 + tens * 10 + ones;
}

/** What a `Range` header asks for: `bytes=0-` is from the start, `bytes=500-` and `bytes=-500` are not. */
export function rangeOf(bytes: Uint8Array, start: number, end: number): Range {
  const from = start + bytesUnit.length;
  if (from >= end || !matches(bytes, start, bytesUnit)) return 'unknown';
  return bytes[from] === 0x30 && (from + 1 === end || bytes[from + 1] === 0x2d) ? 'from-start' : 'later';
}

const bytesUnit = asciiBytes('bytes=');
