import { asciiBytes, matches } from './ascii-bytes.ts';

/** Whether `bytes[start, end)` is what servers and CDNs write for a missing value: nothing, `-` or `(null)`. */
export function isNothing(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length === 1) return bytes[start] === 0x2d;
  return length <= 0 || (length === nullWord.length && matches(bytes, start, nullWord));
}

const nullWord = asciiBytes('(null)');
