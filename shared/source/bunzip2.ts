import { BitReader } from './bit-reader.ts';
import { ByteQueue } from './byte-queue.ts';
import { decodeBlock } from './bzip2-block.ts';
import type { Chunks } from './chunks.ts';
import { StreamError } from './stream-error.ts';

/** `BZh` and the level's digit. */
const HEADER_LENGTH = 4;
const BLOCK_UNIT = 100_000;

/** The digits of π begin a block, those of its square root end a stream; each in two halves of 24 bits. */
const BLOCK_MAGIC = [0x314159, 0x265359];
const END_MAGIC = [0x177245, 0x385090];

/** A symbol has 20 bits at most; and the tables before them. */
const BYTES_A_SYMBOL = 20 / 8;
const TABLES_SIZE = 64 * 1024;

/**
 * Decompresses bzip2 streams one after the other. Mirrors' `pep381` statistics come so. Our own: of the libraries that stream, `unbzip2-stream` (2019)
 * does 7 MB/s, keeps its state in a global and fails on a cut file with a TypeError; `seek-bzip` wants the file at once.
 * Format: https://github.com/dsnet/compress/blob/master/doc/bzip2-format.pdf
 */
export async function* bunzip2(input: Chunks): AsyncGenerator<Uint8Array> {
  const queue = new ByteQueue(input);
  try {
    while (await queue.has(1)) yield* stream(queue);
  } finally {
    await queue.close();
  }
}

async function* stream(queue: ByteQueue): AsyncGenerator<Uint8Array> {
  const header = (await queue.take(HEADER_LENGTH)).toString('latin1');
  if (!/^BZh[1-9]$/.test(header)) throw new StreamError('corrupt');
  const blockSize = Number(header[3]) * BLOCK_UNIT;
  let streamCrc = 0;
  for (let skip = 0; ; ) {
    await queue.has(blockSize * BYTES_A_SYMBOL + TABLES_SIZE);
    const bits = new BitReader(queue.ahead, skip);
    const magic = [bits.read(24), bits.read(24)];
    const crc = bits.readWord();
    const isEnd = equal(magic, END_MAGIC);
    if (isEnd ? crc !== streamCrc : !equal(magic, BLOCK_MAGIC)) throw new StreamError('corrupt');
    if (!isEnd) {
      yield decodeBlock(bits, blockSize, crc);
      streamCrc = (((streamCrc << 1) | (streamCrc >>> 31)) ^ crc) >>> 0;
    }
    // Blocks follow each other bit by bit; a stream fills its last byte.
    skip = isEnd ? 0 : bits.position % 8;
    queue.drop(isEnd ? Math.ceil(bits.position / 8) : Math.floor(bits.position / 8));
    if (isEnd) return;
  }
}

function equal(a: readonly number[], b: readonly number[]): boolean {
  return a[0] === b[0] && a[1] === b[1];
}
