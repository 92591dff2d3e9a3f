import { StreamError } from './stream-error.ts';

/** Reads bits of bytes at hand, the highest first, as bzip2 writes them. Past the end the stream is 'truncated'. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #next = 0;
  #held = 0;
  #count = 0;

  /** Starts `skip` bits (0 to 7) into the first byte. */
  constructor(bytes: Uint8Array, skip: number) {
    this.#bytes = bytes;
    this.read(skip);
  }

  /** Bits read so far, skipped ones too. */
  get position(): number {
    return this.#next * 8 - this.#count;
  }

  /** The next `count` bits, 24 at most. */
  read(count: number): number {
    while (this.#count < count) {
      if (this.#next === this.#bytes.length) throw new StreamError('truncated');
      this.#held = (this.#held << 8) | this.#bytes[this.#next++];
      this.#count += 8;
    }
    this.#count -= count;
    return (this.#held >>> this.#count) & ((1 << count) - 1);
  }

  /** The next 32 bits, unsigned. */
  readWord(): number {
    return this.read(16) * 0x10000 + this.read(16);
  }
}
