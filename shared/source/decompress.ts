import { bunzip2 } from './bunzip2.ts';
import type { Chunks } from './chunks.ts';
import { gunzip } from './gunzip.ts';
import type { Compression } from './source.ts';
import { StreamError } from './stream-error.ts';
import { unzstd } from './unzstd.ts';

const DECOMPRESSORS: Readonly<Record<Compression, (input: Chunks) => Chunks>> = {
  none: (input) => input,
  gzip: (input) => holdBack(gunzip(input)),
  zstd: (input) => holdBack(unzstd(input)),
  // Checks each block's CRC before it hands it on.
  bzip2: bunzip2,
};

/** The decompressed stream. Throws a `StreamError` 'truncated' after the last good byte, or 'corrupt'. */
export function decompress(compression: Compression, input: Chunks): Chunks {
  return DECOMPRESSORS[compression](input);
}

/** What is kept back: a block's worth. An archive that holds no more is counted only when its checksum is right. */
const HELD_BACK = 1024 * 1024;

/**
 * Keeps the last bytes back until the stream has gone on: of a corrupt archive they may be garbage that was inflated before the checksum
 * was seen (`exactly-once.md`, "Failure is not an answer"). A truncated one is good as far as it goes.
 */
async function* holdBack(chunks: Chunks): Chunks {
  const held: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of chunks) {
      held.push(chunk);
      length += chunk.length;
      while (length - held[0].length >= HELD_BACK) {
        length -= held[0].length;
        yield held.shift()!;
      }
    }
  } catch (error) {
    if (error instanceof StreamError && error.code !== 'corrupt') yield* held;
    throw error;
  }
  yield* held;
}
