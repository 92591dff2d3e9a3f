import { Decompress, ZstdErrorCode } from 'fzstd';
import xxhash from 'xxhash-wasm';
import { ByteQueue } from './byte-queue.ts';
import type { Chunks } from './chunks.ts';
import { StreamError } from './stream-error.ts';

const FRAME_MAGIC = 0xfd2fb528;
/** Skippable frames have sixteen of them: the last four bits are the application's. */
const SKIPPABLE_MAGIC = 0x184d2a50;

const DICTIONARY_ID_LENGTHS = [0, 1, 2, 4];
const CONTENT_SIZE_LENGTHS = [0, 2, 4, 8];
const BLOCK_HEADER_LENGTH = 3;
const CHECKSUM_LENGTH = 4;
const RLE_BLOCK = 1;

/**
 * Decompresses Zstandard frames one after the other (RFC 8878, 3.1). Node 20 has no zstd and `fzstd` neither checks checksums nor tells a cut frame
 * from a whole one in every place, so the frames are taken apart here, and it decompresses their blocks.
 */
export async function* unzstd(input: Chunks): AsyncGenerator<Uint8Array> {
  const queue = new ByteQueue(input);
  try {
    while (await queue.has(1)) {
      const magic = (await queue.take(4)).readUInt32LE();
      if (magic === FRAME_MAGIC) yield* frame(queue);
      else if ((magic & ~0xf) === SKIPPABLE_MAGIC) await skip(queue, (await queue.take(4)).readUInt32LE());
      else throw new StreamError('corrupt');
    }
  } finally {
    await queue.close();
  }
}

async function* frame(queue: ByteQueue): AsyncGenerator<Uint8Array> {
  const checksum = (await xxhash()).create64();
  const out: Uint8Array[] = [];
  const decompressor = new Decompress((bytes) => out.push(bytes));
  const [descriptor] = await queue.take(1);
  const header = await queue.take(headerLength(descriptor));
  push(decompressor, Buffer.concat([frameMagic(), Buffer.of(descriptor), header]));
  for (let last = false; !last; ) {
    const block = await takeBlock(queue);
    last = (block[0] & 1) === 1;
    push(decompressor, block);
    for (const bytes of out.splice(0)) {
      checksum.update(bytes);
      yield bytes;
    }
  }
  const hasChecksum = (descriptor & 0b100) !== 0;
  const end = await queue.take(hasChecksum ? CHECKSUM_LENGTH : 0);
  push(decompressor, end, true);
  for (const bytes of out.splice(0)) {
    checksum.update(bytes);
    yield bytes;
  }
  const found = Number(checksum.digest() & 0xffffffffn);
  if (hasChecksum && found !== end.readUInt32LE()) throw new StreamError('corrupt');
}

/** Bytes of the frame header after its descriptor. */
function headerLength(descriptor: number): number {
  const single = (descriptor & 0b100000) !== 0;
  const sizeFlag = descriptor >> 6;
  const contentSize = single && sizeFlag === 0 ? 1 : CONTENT_SIZE_LENGTHS[sizeFlag];
  return (single ? 0 : 1) + DICTIONARY_ID_LENGTHS[descriptor & 0b11] + contentSize;
}

/** One block with its header: bit 0 is set on the last one, then two bits of type and 21 of size. */
async function takeBlock(queue: ByteQueue): Promise<Buffer> {
  if (!(await queue.has(BLOCK_HEADER_LENGTH))) throw new StreamError('truncated');
  const header = queue.ahead.readUIntLE(0, BLOCK_HEADER_LENGTH);
  const isRle = ((header >> 1) & 0b11) === RLE_BLOCK;
  return await queue.take(BLOCK_HEADER_LENGTH + (isRle ? 1 : header >> 3));
}

function push(decompressor: Decompress, bytes: Buffer, final = false): void {
  try {
    decompressor.push(bytes, final);
  } catch (cause) {
    const tooLarge = (cause as { code?: number }).code === ZstdErrorCode.WindowSizeTooLarge;
    throw new StreamError(tooLarge ? 'unreadable' : 'corrupt', { cause });
  }
}

function frameMagic(): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(FRAME_MAGIC);
  return bytes;
}

async function skip(queue: ByteQueue, count: number): Promise<void> {
  for (let left = count; left > 0; ) {
    if (!(await queue.has(1))) throw new StreamError('truncated');
    left -= queue.drop(Math.min(left, queue.ahead.length)).length;
  }
}
