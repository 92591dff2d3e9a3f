import { hash } from 'node:crypto';
import type { Block } from './block.ts';

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** A line that is too long was not held: its digest says only that. */
const TOO_LONG = hash('sha256', 'too long');

/**
 * SHA-256 in hex of the line that ends at `position` of the source, `from < position <= to` of the block, without its line end. Kept with a
 * covered range, it tells a file that goes on differently from the one that was counted (`exactly-once.md`, "Identities").
 */
export function digestOfLastLine(block: Block, position: number = block.to): string {
  if (position <= block.from || position > block.to) throw new RangeError('The line ends in another block');
  if (block.tooLong) return TOO_LONG;
  const bytes = Buffer.from(block.bytes.buffer, block.bytes.byteOffset, position - block.from);
  const lines = bytes.at(-1) === NEWLINE ? bytes.subarray(0, -1) : bytes;
  const line = lines.subarray(lines.lastIndexOf(NEWLINE) + 1);
  return hash('sha256', line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line);
}
