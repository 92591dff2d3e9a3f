import type { Block } from '../../shared/source/block.ts';
import type { BlockPool } from '../../shared/source/block-pool.ts';
import { copyInto } from '../../shared/source/copy-into.ts';
import { cutLines } from '../../shared/source/cut-lines.ts';

const newline = 0x0a;

/** Copies lines into blocks of the pool, from byte `from` of their source on, and hands each on; waits while all blocks are out. */
export async function feedLines(
  lines: Uint8Array,
  from: number,
  { pool, signal }: { readonly pool: BlockPool; readonly signal: AbortSignal },
  take: (block: Block) => void,
): Promise<void> {
  let read = 0;
  const fill = async (into: Buffer): Promise<number> => {
    const part = lines.subarray(read, read + into.length);
    copyInto(into, part);
    read += part.length;
    return part.length;
  };
  for await (const block of cutLines(fill, pool, { from, signal })) take(block);
}

/** Values of several messages as lines, each with its line end. */
export function joinLines(values: readonly Uint8Array[]): Uint8Array {
  const length = values.reduce((total, value) => total + value.length + 1, 0);
  const lines = Buffer.allocUnsafe(length);
  let end = 0;
  for (const value of values) {
    lines.set(value, end);
    end += value.length;
    if (value.at(-1) !== newline) lines[end++] = newline;
  }
  return lines.subarray(0, end);
}

/** The lines of a value, without their line ends. */
export function* linesOf(value: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < value.length; ) {
    const end = value.indexOf(newline, start);
    yield value.subarray(start, end < 0 ? value.length : end);
    start = end < 0 ? value.length : end + 1;
  }
}
