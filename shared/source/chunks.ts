import { copyInto } from './copy-into.ts';
import type { Fill } from './cut-lines.ts';
import { StreamError } from './stream-error.ts';

/** Pieces of a stream; each is the receiver's to keep. */
export type Chunks = AsyncIterable<Uint8Array>;

/** Reads a stream once, from some byte of it on. */
export interface ByteReader {
  readonly fill: Fill;
  close(): Promise<void>;
}

/** The first bytes of a stream and how to read it from its beginning all the same. */
export interface Head {
  /** At least as many bytes as asked for, where the stream has them. */
  readonly bytes: Buffer;
  /** The stream ends well within `bytes`. */
  readonly isAll: boolean;
  /** The whole stream, once; fails where it failed. */
  readonly chunks: Chunks;
  /** Lets go of the stream, where nobody reads on. */
  close(): Promise<void>;
}

/** A stream of one piece. */
export async function* oneChunk(bytes: Uint8Array): Chunks {
  yield bytes;
}

/** Reads the first `size` bytes or somewhat more; a failure is kept for whoever reads on. */
export async function readHead(chunks: Chunks, size: number): Promise<Head> {
  const iterator = chunks[Symbol.asyncIterator]();
  const pieces: Uint8Array[] = [];
  let length = 0;
  let ended = false;
  let failure: unknown;
  try {
    while (length < size && !ended) {
      const next = await iterator.next();
      if (next.done) ended = true;
      else {
        pieces.push(next.value);
        length += next.value.length;
      }
    }
  } catch (error) {
    failure = error;
  }
  async function close() {
    await iterator.return?.();
  }
  async function* whole() {
    try {
      while (pieces.length > 0) yield pieces.shift()!;
      if (failure !== undefined) throw failure;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await close();
    }
  }
  return { bytes: Buffer.concat(pieces), isAll: ended, chunks: whole(), close };
}

/** Reads pieces from byte `from` of their stream on; a shorter stream fails as 'changed'. */
export function readerOf(chunks: Chunks, from: number): ByteReader {
  const iterator = chunks[Symbol.asyncIterator]();
  let chunk: Uint8Array = new Uint8Array(0);
  let ahead = from;
  return {
    async fill(into) {
      while (chunk.length === 0) {
        const next = await iterator.next();
        if (next.done && ahead > 0) throw new StreamError('changed');
        if (next.done) return 0;
        const passed = Math.min(ahead, next.value.length);
        ahead -= passed;
        chunk = next.value.subarray(passed);
      }
      const count = Math.min(into.length, chunk.length);
      copyInto(into, chunk.subarray(0, count));
      chunk = chunk.subarray(count);
      return count;
    },
    async close() {
      await iterator.return?.();
    },
  };
}

/** Reads the next `count` bytes and then ends; a stream that ends before fails as 'changed'. */
export function limited(fill: Fill, count: number): Fill {
  let left = count;
  return async (into) => {
    if (left === 0) return 0;
    const filled = await fill(into.subarray(0, Math.min(left, into.length)));
    if (filled === 0) throw new StreamError('changed');
    left -= filled;
    return filled;
  };
}
