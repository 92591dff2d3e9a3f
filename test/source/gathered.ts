import type { Block } from '../../shared/source/block.ts';

/** What a stream of blocks came to. */
export interface Gathered {
  /** Copies; given back to the pool at once. */
  readonly blocks: readonly (Omit<Block, 'bytes' | 'release'> & { readonly text: string })[];
  /** The lines' bytes as latin1, too long ones left out. */
  readonly text: string;
  readonly error: unknown;
}

/** Reads blocks to their end or their error. */
export async function gather(blocks: AsyncIterable<Block>): Promise<Gathered> {
  const seen: Gathered['blocks'][number][] = [];
  let error: unknown;
  try {
    for await (const { bytes, length, from, to, tooLong, unterminated, release } of blocks) {
      seen.push({
        text: Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('latin1'),
        length,
        from,
        to,
        tooLong,
        unterminated,
      });
      release();
    }
  } catch (thrown) {
    error = thrown;
  }
  return { blocks: seen, text: seen.map(({ text }) => text).join(''), error };
}
