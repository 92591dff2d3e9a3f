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

/**
 * Keeps the last piece back until the stream has gone on: of a corrupt archive it may be garbage that was inflated before the checksum
 * was seen (`exactly-once.md`, "Failure is not an answer"). A truncated one is good as far as it goes.
 */
async function* holdBack(chunks: Chunks): Chunks {
  let held: Uint8Array | undefined;
  try {
    for await (const chunk of chunks) {
      const good = held;
      held = chunk;
      if (good !== undefined) yield good;
    }
  } catch (error) {
    if (held !== undefined && error instanceof StreamError && error.code !== 'corrupt') yield held;
    throw error;
  }
  if (held !== undefined) yield held;
}
