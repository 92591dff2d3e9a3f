import { createGunzip, type Gunzip } from 'node:zlib';
import type { Chunks } from './chunks.ts';
import { StreamError } from './stream-error.ts';

/** Bytes inflated at once, a block's worth: each costs the main thread one turn. */
const OUTPUT_SIZE = 1024 * 1024;

/** Inflated pieces that may wait; then zlib pauses. */
const MOST_WAITING = 2;

/**
 * Inflates concatenated gzip members (RFC 1952), zeros after the last one allowed, on libuv's threads and ahead of the reader.
 *
 * Not by `pipeline`: there a stream that fails drops what it has inflated and nobody has read yet, and how much that is depends on
 * the moment. Here all of one piece of input is handed on before the next is given, so a file always fails after the same byte.
 */
export async function* gunzip(input: Chunks): AsyncGenerator<Uint8Array> {
  const inflating = new Inflating();
  try {
    let given = 0;
    for await (const chunk of input) {
      given += chunk.length;
      if (!inflating.ended) yield* inflating.inflate(chunk);
      if (inflating.ended) requirePadding(chunk, given - inflating.taken);
    }
    yield* inflating.finish();
  } finally {
    inflating.destroy();
  }
}

/** One zlib stream and what it has inflated. */
class Inflating {
  readonly #stream: Gunzip = createGunzip({ chunkSize: OUTPUT_SIZE });
  readonly #waiting: Uint8Array[] = [];
  #idle = true;
  #failure: NodeJS.ErrnoException | undefined;
  #wake: () => void = () => {};
  /** True where the last member is over and something else follows it. */
  ended = false;

  constructor() {
    this.#stream.on('data', (chunk: Uint8Array) => {
      this.#waiting.push(chunk);
      if (this.#waiting.length >= MOST_WAITING) this.#stream.pause();
      this.#wake();
    });
    this.#stream.on('end', () => {
      this.ended = true;
      this.#wake();
    });
    this.#stream.on('error', (error) => {
      this.#failure = error;
      this.#wake();
    });
  }

  /** Bytes of input that belong to members. */
  get taken(): number {
    return this.#stream.bytesWritten;
  }

  async *inflate(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
    this.#idle = false;
    this.#stream.write(chunk, () => {
      this.#idle = true;
      this.#wake();
    });
    yield* this.#inflated(() => this.#idle && this.#stream.readableLength === 0);
  }

  async *finish(): AsyncGenerator<Uint8Array> {
    if (this.ended) return;
    this.#stream.end();
    yield* this.#inflated(() => false);
  }

  destroy(): void {
    this.#stream.destroy();
  }

  async *#inflated(done: () => boolean): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.#waiting.shift();
      if (chunk !== undefined) {
        if (this.#stream.isPaused()) this.#stream.resume();
        yield chunk;
      } else if (this.#failure !== undefined) throw asStreamError(this.#failure);
      else if (this.ended || done()) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}

/** What follows the last member may only be zeros, as tapes and some disks leave them. */
function requirePadding(chunk: Uint8Array, untaken: number): void {
  const padding = chunk.subarray(Math.max(0, chunk.length - untaken));
  if (padding.some((byte) => byte !== 0)) throw new StreamError('corrupt');
}

function asStreamError(cause: NodeJS.ErrnoException): StreamError {
  return new StreamError(cause.code === 'Z_BUF_ERROR' ? 'truncated' : 'corrupt', { cause });
}
