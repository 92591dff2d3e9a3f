import { type Chunks, readHead } from './chunks.ts';
import { compressionOf, LONGEST_BEGINNING } from './compression.ts';
import { decompress } from './decompress.ts';
import { chunksOf, type Input, openInput } from './input.ts';

/** A stream that is read while it is written. */
export interface LiveInput {
  /** Its bytes, decompressed where it is an archive, as they come in; throws a `StreamError`. */
  readonly pieces: Chunks;
  /** Takes nothing more from the writer: what has been taken still comes, then the end. */
  end(): void;
}

/** Standard input as it comes in, whatever it is. */
export function openLiveInput(): LiveInput {
  const input = openInput('-');
  const { stream } = input;
  if (stream !== undefined) return { pieces: piecesOf(input), end: stream.end };
  // A file or a terminal: nobody loses what is not read of it.
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { pieces: piecesUntil(ended, piecesOf(input)), end };
}

async function* piecesOf(input: Input): Chunks {
  const { bytes, chunks } = await readHead(chunksOf(input), LONGEST_BEGINNING);
  yield* decompress(compressionOf(bytes), chunks);
}

async function* piecesUntil(ended: Promise<void>, pieces: Chunks): Chunks {
  const iterator = pieces[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([ended, iterator.next()]);
    if (next === undefined || next.done === true) return;
    yield next.value;
  }
}
