import type { Compression } from './source.ts';

/** The beginnings of archives: RFC 1952 (deflate only), RFC 8878 (3.1.1 and 3.1.2), bzip2's `BZh1` to `BZh9`. */
const BEGINNINGS: readonly {
  compression: Compression;
  begins: readonly (readonly [from: number, to: number])[];
}[] = [
  { compression: 'gzip', begins: bytes(0x1f, 0x8b, 0x08) },
  { compression: 'zstd', begins: bytes(0x28, 0xb5, 0x2f, 0xfd) },
  { compression: 'zstd', begins: [[0x50, 0x5f], ...bytes(0x2a, 0x4d, 0x18)] },
  { compression: 'bzip2', begins: [...bytes(0x42, 0x5a, 0x68), [0x31, 0x39]] },
];

/** Bytes that `compressionOf` wants to see. */
export const LONGEST_BEGINNING = 4;

/**
 * How a file is compressed, by its first bytes, since suffixes lie. A file so short that it is no more than the beginning of
 * an archive's beginning is a cut archive, not a log of one letter.
 */
export function compressionOf(head: Uint8Array): Compression {
  if (head.length === 0) return 'none';
  const found = BEGINNINGS.find(({ begins }) =>
    begins.every(([from, to], i) => i >= head.length || (head[i] >= from && head[i] <= to)),
  );
  return found?.compression ?? 'none';
}

function bytes(...values: number[]): (readonly [number, number])[] {
  return values.map((value) => [value, value]);
}
