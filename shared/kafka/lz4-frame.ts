import lz4 from 'lz4js';

/**
 * LZ4 frames (lz4_Frame_format.md of the LZ4 project). lz4js' own frames are of linked blocks, which Kafka's broker refuses, and it reads a
 * block's checksum in the wrong place, so the frames are taken apart here, and it does the blocks.
 */
const MAGIC = 0x184d2204;
const VERSION_MASK = 0xc0;
const VERSION = 0x40;
const BLOCK_CHECKSUM = 0x10;
const CONTENT_SIZE = 0x08;
const DICTIONARY = 0x01;
const UNCOMPRESSED = 0x80000000;
/** Largest block by its number in the descriptor. */
const BLOCK_SIZES: Readonly<Record<number, number>> = { 4: 1 << 16, 5: 1 << 18, 6: 1 << 20, 7: 1 << 22 };

/** The content of an LZ4 frame. Checksums are not looked at: the batch around it has its own. Throws `RangeError` on anything that is none. */
export function lz4Decompress(bytes: Buffer): Buffer {
  const flags = bytes.readUInt8(4);
  if (bytes.readUInt32LE(0) !== MAGIC || (flags & VERSION_MASK) !== VERSION || (flags & DICTIONARY) !== 0)
    throw new RangeError('no LZ4 frame');
  const largest = BLOCK_SIZES[(bytes.readUInt8(5) >> 4) & 7];
  if (largest === undefined) throw new RangeError('no LZ4 block size');
  let at = 7 + ((flags & CONTENT_SIZE) === 0 ? 0 : 8);
  let out: Buffer = Buffer.allocUnsafe(largest);
  let length = 0;
  for (;;) {
    const word = bytes.readUInt32LE(at);
    if (word === 0) return out.subarray(0, length);
    const size = word & ~UNCOMPRESSED;
    const start = at + 4;
    if (size > largest || start + size > bytes.length) throw new RangeError('an LZ4 block is cut off');
    out = withRoom(out, length, largest);
    if (word >= UNCOMPRESSED) length += bytes.copy(out, length, start, start + size);
    else length = readBlock(bytes, { start, size, largest }, out, length);
    at = start + size + ((flags & BLOCK_CHECKSUM) === 0 ? 0 : 4);
  }
}

function readBlock(
  bytes: Buffer,
  { start, size, largest }: { readonly start: number; readonly size: number; readonly largest: number },
  out: Buffer,
  length: number,
): number {
  const end = lz4.decompressBlock(bytes, out, start, size, length);
  if (!(end <= length + largest)) throw new RangeError('an LZ4 block is longer than its frame allows');
  return end;
}

/** The buffer, or a larger one with the same content. */
function withRoom(out: Buffer, length: number, more: number): Buffer {
  if (length + more <= out.length) return out;
  const larger = Buffer.allocUnsafe(Math.max(out.length * 2, length + more));
  out.copy(larger, 0, 0, length);
  return larger;
}

/** Magic number, independent blocks of 64 KiB, no checksums and no size; the last byte is the descriptor's checksum. */
const HEADER = Buffer.from('04224d18604082', 'hex');
const BLOCK_LENGTH = 1 << 16;
const HASHES = 1 << 16;

/** An LZ4 frame as Kafka's own clients write it. */
export function lz4Compress(bytes: Buffer): Buffer {
  const pieces: Buffer[] = [HEADER];
  const table = new Array<number>(HASHES);
  for (let at = 0; at < bytes.length; at += BLOCK_LENGTH) {
    const block = bytes.subarray(at, at + BLOCK_LENGTH);
    // Incompressible bytes grow by one in 255.
    const out = Buffer.allocUnsafe(block.length + Math.ceil(block.length / 255) + 16);
    const length = lz4.compressBlock(block, out, 0, block.length, table.fill(0));
    const shrunk = length > 0 && length < block.length;
    pieces.push(
      word(shrunk ? length : block.length + UNCOMPRESSED),
      shrunk ? out.subarray(0, length) : block,
    );
  }
  return Buffer.concat([...pieces, word(0)]);
}

function word(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
