/**
 * What must not leave a log line: a word that is in every field of the canary lines, addresses, and digests of addresses and lines; each in the
 * forms in which it could be written down.
 */

import { createHash } from 'node:crypto';

/** In every field of a canary line but its project and version; nobody else's word. */
export const mark = 'zq7canaryk';

/** Addresses of the documentation's ranges; `prefix` is what is left of one that was cut. */
export const addresses = {
  v4: ['203.0.113.77', '198.51.100.78'],
  v6: ['2001:db8:7a71:6b::77'],
  prefix: ['203.0.113.', '198.51.100.', '2001:db8:7a71'],
} as const;

/** Bytes to look for, and what it means to find them. */
export interface Needle {
  /** `mark as hex`; names no value. */
  readonly name: string;
  readonly bytes: Buffer;
  /** Short bytes, which are in any compressed file by chance. */
  readonly isShort: boolean;
}

/** All forms of the mark and of the addresses. */
export function needlesOfMarks(): Needle[] {
  const texts = [...addresses.v4, ...addresses.v6.flatMap(spellings)];
  return distinct([
    ...textForms('mark', mark),
    ...addresses.prefix.flatMap((prefix) => textForms('address prefix', prefix)),
    ...texts.flatMap((text) => textForms('address', text)),
    ...[...addresses.v4, ...addresses.v6].flatMap(numberForms),
    ...texts.flatMap((text) => digestForms('address', Buffer.from(text))),
    ...[...addresses.v4, ...addresses.v6].flatMap((text) =>
      digestForms('address bytes', Buffer.from(bytesOf(text))),
    ),
  ]);
}

/** Unkeyed digests of whole lines, of a file's beginning, of a file. */
export function needlesOfLines(pieces: readonly Buffer[]): Needle[] {
  return distinct(pieces.flatMap((piece) => digestForms('line', piece)));
}

function textForms(name: string, text: string): Needle[] {
  const bytes = Buffer.from(text);
  const escaped = (prefix: string, width: number, upper: boolean) =>
    [...bytes]
      .map((byte) => byte.toString(16).padStart(width, '0'))
      .map((hex) => prefix + (upper ? hex.toUpperCase() : hex))
      .join('');
  const forms: [string, string | Buffer][] = [
    ['raw', text],
    ['upper case', text.toUpperCase()],
    ['hex', bytes.toString('hex')],
    ['upper-case hex', bytes.toString('hex').toUpperCase()],
    ['percent-encoded', encodeURIComponent(text)],
    ['percent-encoded throughout', escaped('%', 2, false)],
    ['upper-case percent-encoded throughout', escaped('%', 2, true)],
    ['JSON-escaped', escaped('\\u', 4, false)],
    ['upper-case JSON-escaped', escaped('\\u', 4, true)],
    ['UTF-16LE', Buffer.from(text, 'utf16le')],
    ['UTF-16BE', Buffer.from(text, 'utf16le').swap16()],
    ...[0, 1, 2].map((before): [string, string] => [`base64 at ${before}`, base64Core(bytes, before)]),
  ];
  return forms.map(([form, needle]) => toNeedle(`${name} as ${form}`, needle));
}

/** What base64 makes of bytes wherever `before` other bytes (modulo 3) stand before them. */
function base64Core(bytes: Buffer, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64url');
  return text.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
}

function numberForms(address: string): Needle[] {
  const bytes = bytesOf(address);
  const number = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  const reversed = BigInt(`0x${Buffer.from(bytes.toReversed()).toString('hex')}`);
  const hex = Buffer.from(bytes).toString('hex');
  return [
    toNeedle('address as bytes', Buffer.from(bytes)),
    toNeedle('address as bytes, reversed', Buffer.from(bytes.toReversed())),
    toNeedle('address as integer', String(number)),
    toNeedle('address as integer, reversed', String(reversed)),
    toNeedle('address as signed integer', String(BigInt.asIntN(bytes.length * 8, number))),
    toNeedle('address in hex', hex),
    toNeedle('address in upper-case hex', hex.toUpperCase()),
  ];
}

function digestForms(name: string, bytes: Buffer): Needle[] {
  return ['md5', 'sha1', 'sha256'].flatMap((algorithm) => {
    const digest = createHash(algorithm).update(bytes).digest();
    // A part of a digest tells as much as all of it, and the store keeps 64 bits of some.
    const [hex, base64] = [digest.toString('hex', 0, 8), digest.toString('base64', 0, 6)];
    return [
      toNeedle(`${algorithm} of ${name}`, digest.subarray(0, 8)),
      toNeedle(`${algorithm} of ${name} in hex`, hex),
      toNeedle(`${algorithm} of ${name} in upper-case hex`, hex.toUpperCase()),
      toNeedle(`${algorithm} of ${name} in base64`, base64),
      toNeedle(`${algorithm} of ${name} in base64url`, digest.toString('base64url', 0, 6)),
    ];
  });
}

/** `2001:db8::1`, in capitals and with all of its zeros. */
function spellings(v6: string): string[] {
  const groups = Buffer.from(bytesOf(v6)).toString('hex').match(/.{4}/g)!;
  return [v6, groups.join(':'), groups.map((group) => group.replace(/^0+(?=.)/, '')).join(':')];
}

function bytesOf(address: string): number[] {
  if (address.includes('.')) return address.split('.').map(Number);
  const [before, after = ''] = address.split('::').map((half) => half.split(':').filter(Boolean)) as [
    string[],
    string[],
  ];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 255];
  });
}

const shortest = 6;

function toNeedle(name: string, needle: string | Buffer): Needle {
  const bytes = Buffer.from(needle as string);
  return { name, bytes, isShort: bytes.length < shortest };
}

/** One needle for equal bytes, by its first name. */
function distinct(needles: readonly Needle[]): Needle[] {
  const byBytes = new Map<string, Needle>();
  for (const needle of needles) {
    const bytes = needle.bytes.toString('latin1');
    if (!byBytes.has(bytes)) byBytes.set(bytes, needle);
  }
  return [...byBytes.values()];
}
