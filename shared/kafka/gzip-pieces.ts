import { crc32 } from 'node:zlib';

/** A stored block holds so many bytes at most (RFC 1951, 3.2.4). */
const LONGEST_STORED = 0xffff;

/** The last block of a stream: fixed codes, nothing in it. */
const END = Buffer.from([0x03, 0x00]);

/** Deflate, no name, no time, an unknown system (RFC 1952, 2.3). */
const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/** Bytes, and where they have been deflated these blocks; else they are stored. */
export interface GzipPiece {
  readonly bytes: Uint8Array;
  readonly deflated?: Buffer | undefined;
}

/** One gzip member of the pieces, which any reader takes for one that was written at once. */
export function gzipOf(pieces: readonly GzipPiece[]): Buffer {
  const blocks: Uint8Array[] = [GZIP_HEADER];
  let crc = 0;
  let length = 0;
  for (const { bytes, deflated } of pieces) {
    crc = crc32(bytes, crc);
    length += bytes.length;
    if (deflated === undefined) blocks.push(...stored(bytes));
    else blocks.push(deflated);
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc, 0);
  trailer.writeUInt32LE(length % 2 ** 32, 4);
  return Buffer.concat([...blocks, END, trailer]);
}

function stored(bytes: Uint8Array): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += LONGEST_STORED) {
    const piece = bytes.subarray(at, at + LONGEST_STORED);
    const header = Buffer.alloc(5);
    header.writeUInt16LE(piece.length, 1);
    header.writeUInt16LE(piece.length ^ 0xffff, 3);
    blocks.push(header, piece);
  }
  return blocks;
}
