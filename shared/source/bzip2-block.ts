import type { BitReader } from './bit-reader.ts';
import { StreamError } from './stream-error.ts';

const LONGEST_CODE = 20;
/** One Huffman table serves so many symbols; then the next selector says which. */
const GROUP_LENGTH = 50;
const RUN_A = 0;
const RUN_B = 1;
/** After four equal bytes comes a count of further ones. */
const RUN_BEFORE_COUNT = 4;

/** A canonical Huffman code: the codes of one length are consecutive. */
interface HuffmanCode {
  readonly shortest: number;
  /** By length: the last code of it, or -1. */
  readonly limits: Int32Array;
  /** By length: what to take off a code to have its symbol's place in `symbols`. */
  readonly offsets: Int32Array;
  readonly symbols: Uint16Array;
}

/** Decodes one block after its magic and CRC; throws a `StreamError` 'corrupt' where the bytes have another CRC. */
export function decodeBlock(bits: BitReader, blockSize: number, crc: number): Uint8Array {
  // Randomised blocks have not been written since 1999.
  if (bits.read(1) !== 0) throw new StreamError('corrupt');
  const origin = bits.read(24);
  const used = readUsedBytes(bits);
  const codeCount = bits.read(3);
  const selectors = readSelectors(bits, codeCount);
  const codes = Array.from({ length: codeCount }, () => readCode(bits, used.length + 2));
  const sorted = readSymbols(bits, { used, selectors, codes }, blockSize);
  if (origin >= sorted.length) throw new StreamError('corrupt');
  const bytes = expandRuns(unsort(sorted, origin));
  if (crcOf(bytes) !== crc) throw new StreamError('corrupt');
  return bytes;
}

/** Which byte values the block has: a map of sixteens, then of each sixteen that has some. */
function readUsedBytes(bits: BitReader): number[] {
  const sixteens = bits.read(16);
  const used: number[] = [];
  for (let high = 0; high < 16; high++) {
    if ((sixteens & (0x8000 >> high)) === 0) continue;
    const map = bits.read(16);
    for (let low = 0; low < 16; low++) if ((map & (0x8000 >> low)) !== 0) used.push(high * 16 + low);
  }
  return used;
}

/** Which code serves each group, written move-to-front in unary. */
function readSelectors(bits: BitReader, codeCount: number): Uint8Array {
  const selectors = new Uint8Array(bits.read(15));
  if (codeCount < 2 || codeCount > 6 || selectors.length === 0) throw new StreamError('corrupt');
  const recent = Array.from({ length: codeCount }, (_, i) => i);
  for (let i = 0; i < selectors.length; i++) {
    let place = 0;
    while (bits.read(1) === 1) if (++place >= codeCount) throw new StreamError('corrupt');
    recent.unshift(...recent.splice(place, 1));
    selectors[i] = recent[0];
  }
  return selectors;
}

/** The lengths of a code's symbols are written as differences. */
function readCode(bits: BitReader, symbolCount: number): HuffmanCode {
  const lengths = new Uint8Array(symbolCount);
  let length = bits.read(5);
  for (let symbol = 0; symbol < symbolCount; symbol++) {
    while (bits.read(1) === 1) length += bits.read(1) === 0 ? 1 : -1;
    if (length < 1 || length > LONGEST_CODE) throw new StreamError('corrupt');
    lengths[symbol] = length;
  }
  const limits = new Int32Array(LONGEST_CODE + 1).fill(-1);
  const offsets = new Int32Array(LONGEST_CODE + 1);
  const symbols: number[] = [];
  for (let code = 0, l = 1; l <= LONGEST_CODE; l++, code <<= 1) {
    offsets[l] = code - symbols.length;
    lengths.forEach((of, symbol) => {
      if (of !== l) return;
      symbols.push(symbol);
      limits[l] = code++;
    });
  }
  return { shortest: Math.min(...lengths), limits, offsets, symbols: Uint16Array.from(symbols) };
}

interface Tables {
  readonly used: readonly number[];
  readonly selectors: Uint8Array;
  readonly codes: readonly HuffmanCode[];
}

/** The sorted (Burrows–Wheeler) block: Huffman symbols are runs of the front byte, or places in a move-to-front list. */
function readSymbols(bits: BitReader, { used, selectors, codes }: Tables, blockSize: number): Uint8Array {
  const sorted = new Uint8Array(blockSize);
  const recent = Uint8Array.from(used);
  const end = used.length + 1;
  let length = 0;
  let runBit = 1;
  let run = 0;
  for (let i = 0; ; i++) {
    const group = Math.floor(i / GROUP_LENGTH);
    if (group >= selectors.length) throw new StreamError('corrupt');
    const symbol = readSymbol(bits, codes[selectors[group]]);
    if (symbol === RUN_A || symbol === RUN_B) {
      run += symbol === RUN_A ? runBit : 2 * runBit;
      runBit *= 2;
      if (length + run > blockSize) throw new StreamError('corrupt');
      continue;
    }
    if (run > 0) sorted.fill(recent[0], length, length + run);
    length += run;
    run = 0;
    runBit = 1;
    if (symbol === end) return sorted.subarray(0, length);
    if (length >= blockSize) throw new StreamError('corrupt');
    const place = symbol - 1;
    const byte = recent[place];
    // Not `copyWithin`: most places are small, and calling it costs more than moving them.
    for (let at = place; at > 0; at--) recent[at] = recent[at - 1];
    recent[0] = byte;
    sorted[length++] = byte;
  }
}

function readSymbol(bits: BitReader, { shortest, limits, offsets, symbols }: HuffmanCode): number {
  let code = bits.read(shortest);
  for (let length = shortest; ; code = (code << 1) | bits.read(1)) {
    if (code <= limits[length]) return symbols[code - offsets[length]];
    if (++length > LONGEST_CODE) throw new StreamError('corrupt');
  }
}

/** Undoes the Burrows–Wheeler transform: `origin` is the row of the block itself among its sorted rotations. */
function unsort(sorted: Uint8Array, origin: number): Uint8Array {
  const starts = new Uint32Array(257);
  for (let i = 0; i < sorted.length; i++) starts[sorted[i] + 1]++;
  for (let byte = 0; byte < 256; byte++) starts[byte + 1] += starts[byte];
  // The row that follows, and in its low bits the byte there: one far memory access a byte instead of two.
  const following = new Uint32Array(sorted.length);
  for (let row = 0; row < sorted.length; row++) following[starts[sorted[row]]++] |= row << 8;
  for (let row = 0; row < sorted.length; row++) following[row] |= sorted[row];
  const bytes = new Uint8Array(sorted.length);
  for (let i = 0, next = following[origin]; i < bytes.length; i++) {
    next = following[next >>> 8];
    bytes[i] = next;
  }
  return bytes;
}

/** Four equal bytes are followed by how many more of them there are. */
function expandRuns(bytes: Uint8Array): Uint8Array {
  let out = Buffer.allocUnsafeSlow(bytes.length * 2);
  let length = 0;
  let run = 0;
  for (let i = 0; i < bytes.length; i++) {
    const isCount = run === RUN_BEFORE_COUNT;
    const added = isCount ? bytes[i] : 1;
    if (length + added > out.length) out = Buffer.concat([out], out.length * 2 + added);
    if (isCount) {
      out.fill(bytes[i - 1], length, length + added);
      run = 0;
    } else {
      run = run > 0 && bytes[i] === bytes[i - 1] ? run + 1 : 1;
      out[length] = bytes[i];
    }
    length += added;
  }
  return out.subarray(0, length);
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
  return crc;
});

/** CRC-32 as bzip2 has it: the highest bit first. */
function crcOf(bytes: Uint8Array): number {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = (crc << 8) ^ CRC_TABLE[(crc >>> 24) ^ bytes[i]];
  return ~crc >>> 0;
}
