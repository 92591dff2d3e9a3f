/** An address as numbers. One is made and filled again and again: no line costs an object. */
export interface Address {
  /** 0 where the bytes are no address. */
  version: 0 | 4 | 6;
  /** IPv4: the address as one number. */
  v4: number;
  /** IPv6: its eight groups. */
  readonly words: Uint16Array;
}

/** An `Address` to be filled by `parseAddress`. */
export function createAddress(): Address {
  return { version: 0, v4: 0, words: new Uint16Array(WORDS) };
}

const WORDS = 8;
const NOT_AN_ADDRESS = -1;

/**
 * Reads an address as logged: `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1`, `[2001:db8::1]:443`, `fe80::1%eth0`. Strict as `net.isIP`; port, brackets and
 * zone are stripped, `::ffff:192.0.2.1` is the IPv4 address in it. A bare `2001:db8::1:443` has no port.
 */
export function parseAddress(bytes: Uint8Array, start: number, end: number, into: Address): void {
  const v4 = ipv4(bytes, start, end, true);
  if (v4 !== NOT_AN_ADDRESS) {
    into.version = 4;
    into.v4 = v4;
  } else parseIpv6(bytes, start, end, into);
}

const DOT = 0x2e;
const COLON = 0x3a;
const PERCENT = 0x25;
const OPEN = 0x5b;
const CLOSE = 0x5d;

/** Checks an octet where it ends and not at each digit: a third faster, and each line comes here. */
function ipv4(bytes: Uint8Array, start: number, end: number, mayHavePort: boolean): number {
  let address = 0;
  let octet = 0;
  let first = start;
  let dots = 0;
  let at = start;
  for (; at < end; at++) {
    const digit = bytes[at] - 0x30;
    if (digit >= 0 && digit <= 9) {
      octet = octet * 10 + digit;
      continue;
    }
    if (bytes[at] !== DOT || dots === 3) break;
    if (!isOctet(octet, bytes[first], at - first)) return NOT_AN_ADDRESS;
    address = (address << 8) | octet;
    octet = 0;
    first = at + 1;
    dots++;
  }
  if (dots < 3 || !isOctet(octet, bytes[first], at - first)) return NOT_AN_ADDRESS;
  if (at < end && !(mayHavePort && bytes[at] === COLON && isPort(bytes, at + 1, end))) return NOT_AN_ADDRESS;
  return ((address << 8) | octet) >>> 0;
}

/** A leading zero may mean octal: refused, as by net.isIP. */
function isOctet(value: number, firstDigit: number, length: number): boolean {
  return value <= 255 && (length === 1 || (firstDigit !== 0x30 && length > 0 && length <= 3));
}

function parseIpv6(bytes: Uint8Array, start: number, end: number, into: Address): void {
  into.version = 0;
  let from = start;
  let to = end;
  if (bytes[start] === OPEN) {
    const close = find(bytes, CLOSE, start, end);
    const hasPort = close + 1 < end;
    if (close === end || (hasPort && !(bytes[close + 1] === COLON && isPort(bytes, close + 2, end)))) return;
    from = start + 1;
    to = close;
  }
  const zone = find(bytes, PERCENT, from, to);
  if (zone < to && !isZone(bytes, zone + 1, to)) return;
  if (!readGroups(bytes, from, zone, into.words)) return;
  into.version = 6;
  unwrap(into);
}

/** The groups of RFC 4291, 2.2; false where they are no address. */
function readGroups(bytes: Uint8Array, start: number, end: number, words: Uint16Array): boolean {
  let count = 0;
  let gap = -1;
  let at = start;
  if (bytes[at] === COLON && at + 1 < end && bytes[at + 1] === COLON) {
    gap = 0;
    at += 2;
  }
  while (at < end) {
    const stop = find(bytes, COLON, at, end);
    if (stop === end && find(bytes, DOT, at, end) < end) {
      const v4 = ipv4(bytes, at, end, false);
      if (v4 === NOT_AN_ADDRESS || count > WORDS - 2) return false;
      words[count++] = v4 >>> 16;
      words[count++] = v4 & 0xffff;
      break;
    }
    const word = group(bytes, at, stop);
    if (word < 0 || count === WORDS) return false;
    words[count++] = word;
    if (stop === end) break;
    at = stop + 1;
    if (at === end) return false;
    if (bytes[at] !== COLON) continue;
    if (gap >= 0) return false;
    gap = count;
    at++;
  }
  return gap < 0 ? count === WORDS : fillGap(words, gap, count);
}

/** Moves the groups after `::` to the end; it stands for one group at least. */
function fillGap(words: Uint16Array, gap: number, count: number): boolean {
  if (count === WORDS) return false;
  words.copyWithin(WORDS - (count - gap), gap, count);
  words.fill(0, gap, WORDS - (count - gap));
  return true;
}

/** One to four hexadecimal digits; -1 where they are none. */
function group(bytes: Uint8Array, start: number, end: number): number {
  if (end === start || end - start > 4) return -1;
  let word = 0;
  for (let at = start; at < end; at++) {
    const digit = hexDigit(bytes[at]);
    if (digit < 0) return -1;
    word = word * 16 + digit;
  }
  return word;
}

/** `::ffff:0:0/96` holds IPv4 addresses (RFC 4291, 2.5.5.2). */
function unwrap(address: Address): void {
  const { words } = address;
  if ((words[0] | words[1] | words[2] | words[3] | words[4]) !== 0 || words[5] !== 0xffff) return;
  address.version = 4;
  address.v4 = words[6] * 0x10000 + words[7];
}

function isPort(bytes: Uint8Array, start: number, end: number): boolean {
  if (end === start || end - start > 5) return false;
  for (let at = start; at < end; at++) if (!isDigit(bytes[at])) return false;
  return true;
}

/** The zones that net.isIP knows: letters, digits, `-`, `.` and `:`. */
function isZone(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const lower = bytes[at] | 0x20;
    const isLetter = lower >= 0x61 && lower <= 0x7a;
    if (!isLetter && !isDigit(bytes[at]) && bytes[at] !== 0x2d && bytes[at] !== DOT && bytes[at] !== COLON)
      return false;
  }
  return end > start;
}

function find(bytes: Uint8Array, byte: number, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== byte) at++;
  return at;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function hexDigit(byte: number): number {
  if (isDigit(byte)) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
