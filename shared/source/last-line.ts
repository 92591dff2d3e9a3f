import { hash } from 'node:crypto';
import type { Block } from './block.ts';

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * SHA-256 (hex) of the line that ends at byte `to` of the source, without its line end; `to` is in the block or its end. Of a line over
 * 64 KiB, whose bytes are not held, the digest of nothing.
 */
export function digestOfLastLine({ bytes, from, tooLong }: Block, to: number): string {
  if (tooLong) return hash('sha256', '');
  let end = to - from;
  if (bytes[end - 1] === NEWLINE) end--;
  const before = end === 0 ? -1 : bytes.lastIndexOf(NEWLINE, end - 1);
  if (bytes[end - 1] === CARRIAGE_RETURN) end--;
  return hash('sha256', bytes.subarray(before + 1, Math.max(end, before + 1)));
}
