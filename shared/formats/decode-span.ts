import type { Span } from './request-view.ts';

/**
 * The text of a span of `bytes`, decoded as its encoding says, once: of a path, the percent-encoding a URL has anyway
 * stays. Undefined where it is not valid UTF-8, or a JSON string with an escape that JSON does not know.
 */
export function decodeSpan(bytes: Uint8Array, span: Span): string | undefined {
  const raw = bytes.subarray(span.start, span.end);
  switch (span.encoding) {
    case 'plain':
      return decodeUtf8(raw);
    case 'json':
      return raw.includes(backslash) ? decodeJson(raw) : decodeUtf8(raw);
    case 'apache':
      return decodeUtf8(raw.includes(backslash) ? unescapeApache(raw) : raw);
    case 'percent':
    case 'percent2':
      return decodeUtf8(raw.includes(percent) ? unescapePercent(raw) : raw);
    case 'pep381':
      return decodePep381(raw);
  }
}

const backslash = 0x5c;
const percent = 0x25;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * Takes the escapes out of the inside of a JSON string, writes its UTF-8 to `into` (as long as `raw` at least) and gives
 * its length; -1 where an escape is none or half of a surrogate pair stands alone.
 */
export function unescapeJson(raw: Uint8Array, into: Uint8Array): number {
  let length = 0;
  for (let p = 0; p < raw.length; p++) {
    if (raw[p] !== backslash) {
      into[length++] = raw[p];
      continue;
    }
    const escaped = raw[++p];
    if (escaped !== 0x75) {
      const byte = jsonEscape(escaped);
      if (byte < 0) return -1;
      into[length++] = byte;
      continue;
    }
    let code = hexAt(raw, p + 1, 4);
    p += 4;
    if (code >= 0xd800 && code <= 0xdbff && raw[p + 1] === backslash && raw[p + 2] === 0x75) {
      const low = hexAt(raw, p + 3, 4);
      if (low < 0xdc00 || low > 0xdfff) return -1;
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      p += 6;
    }
    if (code < 0 || (code >= 0xd800 && code <= 0xdfff)) return -1;
    length = writeUtf8(code, into, length);
  }
  return length;
}

/** What `"`, `\`, `/`, b, f, n, r, t stand for, -1 for all else. https://www.rfc-editor.org/rfc/rfc8259#section-7 */
function jsonEscape(byte: number): number {
  if (byte === 0x22 || byte === backslash || byte === 0x2f) return byte;
  if (byte === 0x6e) return 0x0a;
  if (byte === 0x74) return 0x09;
  if (byte === 0x72) return 0x0d;
  if (byte === 0x62) return 0x08;
  return byte === 0x66 ? 0x0c : -1;
}

function decodeJson(raw: Uint8Array): string | undefined {
  const into = new Uint8Array(raw.length);
  const length = unescapeJson(raw, into);
  return length < 0 ? undefined : decodeUtf8(into.subarray(0, length));
}

/** Writes a code point at `at`, gives the position behind it. */
function writeUtf8(code: number, into: Uint8Array, at: number): number {
  if (code < 0x80) {
    into[at] = code;
    return at + 1;
  }
  const tail = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  into[at] = (0xff00 >> (tail + 1)) | (code >> (6 * tail));
  for (let i = 1; i <= tail; i++) into[at + i] = 0x80 | ((code >> (6 * (tail - i))) & 0x3f);
  return at + tail + 1;
}

/** Apache's and nginx' escapes are bytes, so UTF-8 is put together again; what is no escape of theirs stays as it is. */
function unescapeApache(raw: Uint8Array): Uint8Array {
  const into = new Uint8Array(raw.length);
  let length = 0;
  for (let p = 0; p < raw.length; p++) {
    into[length++] = raw[p];
    if (raw[p] !== backslash || p + 1 === raw.length) continue;
    const byte = raw[p + 1] === 0x78 ? hexAt(raw, p + 2, 2) : (apacheEscapes.get(raw[p + 1]) ?? -1);
    if (byte < 0) continue;
    into[length - 1] = byte;
    p += raw[p + 1] === 0x78 ? 3 : 1;
  }
  return into.subarray(0, length);
}

/** `\"`, `\\`, `\b`, `\n`, `\r`, `\t`, `\v`, as Apache's `ap_escape_logitem` writes them. */
const apacheEscapes = new Map([
  [0x22, 0x22],
  [0x5c, 0x5c],
  [0x62, 0x08],
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x09],
  [0x76, 0x0b],
]);

/** One level of percent-encoding; `%zz` and a `%` at the end stay as they are. */
function unescapePercent(raw: Uint8Array): Uint8Array {
  const into = new Uint8Array(raw.length);
  let length = 0;
  for (let p = 0; p < raw.length; p++) {
    const byte = raw[p] === percent ? hexAt(raw, p + 1, 2) : -1;
    into[length++] = byte < 0 ? raw[p] : byte;
    if (byte >= 0) p += 2;
  }
  return into.subarray(0, length);
}

function decodePep381(raw: Uint8Array): string | undefined {
  const text = decodeUtf8(raw);
  const comma = text?.indexOf(',') ?? -1;
  if (text === undefined || comma < 1) return undefined;
  const project = encodeURIComponent(text.slice(0, comma));
  return `/packages/any/${encodeURIComponent(String.fromCodePoint(text.codePointAt(0)!))}/${project}/${encodeURIComponent(text.slice(comma + 1))}`;
}

/** The number written in `digits` hexadecimal digits at `p`, -1 where they are not there. */
function hexAt(bytes: Uint8Array, p: number, digits: number): number {
  if (p + digits > bytes.length) return -1;
  let value = 0;
  for (let i = p; i < p + digits; i++) {
    const byte = bytes[i];
    const digit =
      byte >= 0x30 && byte <= 0x39
        ? byte - 0x30
        : (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66
          ? (byte | 0x20) - 0x57
          : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}
