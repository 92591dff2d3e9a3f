import type { Chunks } from './chunks.ts';
import { StreamError } from './stream-error.ts';

/** Takes a stream apart in pieces of any length, whatever pieces it comes in. */
export class ByteQueue {
  readonly #input: AsyncIterator<Uint8Array>;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(input: Chunks) {
    this.#input = input[Symbol.asyncIterator]();
  }

  /** Whether there are `count` more bytes; afterwards `ahead` has them. */
  async has(count: number): Promise<boolean> {
    if (this.#bytes.length >= count) return true;
    const pieces: Uint8Array[] = [this.#bytes];
    let length = this.#bytes.length;
    let ended = false;
    while (length < count && !ended) {
      const next = await this.#input.next();
      if (next.done) ended = true;
      else length += next.value.length;
      if (!next.done) pieces.push(next.value);
    }
    this.#bytes = Buffer.concat(pieces);
    return length >= count;
  }

  /** What has been read and not been taken. */
  get ahead(): Buffer {
    return this.#bytes;
  }

  /** The next bytes; a stream that ends before has been 'truncated'. */
  async take(count: number): Promise<Buffer> {
    if (!(await this.has(count))) throw new StreamError('truncated');
    return this.drop(count);
  }

  /** Takes bytes that are `ahead`. */
  drop(count: number): Buffer {
    const taken = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(count);
    return taken;
  }

  async close(): Promise<void> {
    await this.#input.return?.();
  }
}
