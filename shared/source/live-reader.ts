import type { Chunks } from './chunks.ts';
import { copyInto } from './copy-into.ts';

interface LiveReaderOptions {
  /** Resolves when more may be read. */
  mayRead(): Promise<void>;
  /** Resolves when what has been gathered is to be handed on, though more may come; rejects with the signal's reason when that is no question any more. */
  isTime(signal: AbortSignal): Promise<void>;
}

/** Gathers what comes in piece by piece until it is time to hand it on, so that neither a line waits long nor each is handed on alone. */
export class LiveReader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  readonly #options: LiveReaderOptions;
  #rest: Uint8Array = new Uint8Array(0);
  /** The next piece; after the end and after a failure it stays. */
  #coming: Promise<Uint8Array | undefined> | undefined;

  constructor(pieces: Chunks, options: LiveReaderOptions) {
    this.#pieces = pieces[Symbol.asyncIterator]();
    this.#options = options;
  }

  /**
   * The beginning, which `fill` reads all the same: until it is enough, or `atMost` bytes, then up to `wanted` bytes while they come within
   * `patience`. `isAll` says that the stream has ended before it was enough; a failure before that is thrown.
   */
  async beginning({ isEnough, atMost, wanted, isLate }: BeginningOptions) {
    let bytes = Buffer.alloc(0);
    let isAll = false;
    const take = () => {
      bytes = Buffer.concat([bytes, this.#rest]);
      this.#rest = new Uint8Array(0);
    };
    while (!isAll && bytes.length < atMost && !isEnough(bytes)) {
      if (await this.#more()) take();
      else isAll = true;
    }
    if (!isAll) await this.#gather(isLate, (until) => this.#takeUpTo(wanted - bytes.length, { until, take }));
    this.#rest = bytes;
    return { bytes, isAll };
  }

  /** Waits for bytes, then gathers until it is time or `into` is full; 0 at the end. Throws after all good bytes. */
  async fill(into: Buffer): Promise<number> {
    if (!(await this.#more())) return 0;
    let length = 0;
    const take = () => {
      const piece = this.#rest.subarray(0, into.length - length);
      copyInto(into, piece, length);
      length += piece.length;
      this.#rest = this.#rest.subarray(piece.length);
    };
    take();
    await this.#gather(this.#options.isTime, (until) =>
      this.#takeUpTo(into.length - length, { until, take }),
    );
    return length;
  }

  async #gather(isTime: LiveReaderOptions['isTime'], gathering: (until: Promise<void>) => Promise<void>) {
    const over = new AbortController();
    try {
      await gathering(isTime(over.signal).catch(() => {}));
    } finally {
      over.abort();
    }
  }

  async #takeUpTo(count: number, { until, take }: { until: Promise<void>; take: () => void }): Promise<void> {
    try {
      for (let left = count; left > 0 && (await this.#more(until)); ) {
        left -= this.#rest.length;
        take();
      }
    } catch {
      // Thrown to whoever reads on.
    }
  }

  /** Whether there are bytes in `#rest`: not at the end, nor where it is time before they come. */
  async #more(until?: Promise<void>): Promise<boolean> {
    if (this.#rest.length > 0) return true;
    this.#coming ??= this.#next();
    const coming = this.#coming;
    const piece = await (until === undefined ? coming : Promise.race([until, coming]));
    if (piece === undefined) return false;
    this.#coming = undefined;
    this.#rest = piece;
    return true;
  }

  #next(): Promise<Uint8Array | undefined> {
    const next = async () => {
      await this.#options.mayRead();
      for (;;) {
        const { done, value } = await this.#pieces.next();
        if (done === true) return undefined;
        if (value.length > 0) return value;
      }
    };
    const coming = next();
    // Whoever reads on finds it; nobody may be there yet.
    coming.catch(() => {});
    return coming;
  }
}

interface BeginningOptions {
  isEnough(bytes: Buffer): boolean;
  readonly atMost: number;
  readonly wanted: number;
  /** Resolves when no more is waited for; rejects with the signal's reason. */
  isLate(signal: AbortSignal): Promise<void>;
}
