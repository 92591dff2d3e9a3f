import type { Block } from './block.ts';
import type { BlockPool } from './block-pool.ts';
import { LINE_LIMIT } from './line-limit.ts';

/** Puts the next bytes of a stream into `into` and says how many; 0 is the end. May throw, then after all good bytes. */
export type Fill = (into: Buffer) => Promise<number>;

interface CutOptions {
  /** Position of the stream's first byte. */
  readonly from: number;
  readonly signal?: AbortSignal | undefined;
  /** What one `fill` brings is handed on though the block is not full: for a stream whose writer may pause. */
  readonly isLive?: boolean;
  /** Other than `LINE_LIMIT` only in tests; less than the pool's block size. */
  readonly lineLimit?: number;
}

interface Stream {
  readonly fill: Fill;
  readonly isLive: boolean;
}

const NEWLINE = 0x0a;

/** What has been read and not yet handed on, and where it is in the stream. */
interface Rest {
  readonly position: number;
  readonly bytes: Buffer;
  /** The stream has nothing more; `failure` says why, where it did not just end. */
  readonly ended: boolean;
  readonly failure?: unknown;
}

/**
 * Cuts a stream into blocks of whole lines. A failure of `fill` is thrown after the last whole line; what follows that line is then
 * not handed on.
 */
export async function* cutLines(fill: Fill, pool: BlockPool, options: CutOptions): AsyncGenerator<Block> {
  const { lineLimit = LINE_LIMIT, isLive = false } = options;
  if (pool.blockSize <= lineLimit) throw new RangeError('A block must hold the longest line and its end');
  let rest: Rest = { position: options.from, bytes: Buffer.alloc(0), ended: false };
  while (!rest.ended || rest.bytes.includes(NEWLINE) || rest.bytes.length > lineLimit) {
    const bytes = await pool.acquire(options.signal);
    const read = await fillBlock(bytes, rest, { fill, isLive });
    const { end, tooLong } = endOfWholeLines(bytes, read.length, lineLimit);
    rest = {
      ...read.state,
      position: rest.position + end,
      bytes: Buffer.from(bytes.subarray(end, read.length)),
    };
    if (end > 0) yield blockOf(pool, bytes, { from: rest.position - end, length: end });
    else pool.release(bytes);
    if (tooLong) {
      const from = rest.position;
      const skipped = await skipLine(rest, { fill, isLive }, { pool, signal: options.signal });
      rest = skipped.rest;
      if (skipped.whole || rest.failure === undefined) yield tooLongBlock(from, rest.position, skipped.whole);
    }
  }
  if (rest.failure !== undefined) throw rest.failure;
  if (rest.bytes.length > 0) yield await unterminatedBlock(rest, pool, options.signal);
}

/** Fills the block with the rest and then from the stream, as far as it goes; with `isLive` as far as it goes at once. */
async function fillBlock(bytes: Buffer, rest: Rest, { fill, isLive }: Stream) {
  rest.bytes.copy(bytes);
  let length = rest.bytes.length;
  let state: Pick<Rest, 'ended' | 'failure'> = { ended: rest.ended, failure: rest.failure };
  try {
    // Behind a line that is too long whole ones may be at hand.
    const isAtHand = isLive && rest.bytes.includes(NEWLINE);
    while (length < bytes.length && !state.ended && !isAtHand) {
      const count = await fill(bytes.subarray(length));
      length += count;
      if (count === 0) state = { ended: true };
      else if (isLive) break;
    }
  } catch (failure) {
    state = { ended: true, failure };
  }
  return { length, state };
}

/**
 * Where the whole lines at the beginning end, and whether the next one is too long. Looks backwards for a line end from one line's
 * limit after the last: so it reads about one line in 64 KiB, not every byte.
 */
function endOfWholeLines(bytes: Buffer, length: number, lineLimit: number) {
  let end = 0;
  while (end < length) {
    const window = bytes.subarray(end, Math.min(end + lineLimit + 1, length));
    const newline = window.lastIndexOf(NEWLINE);
    if (newline < 0) return { end, tooLong: window.length > lineLimit };
    end += newline + 1;
  }
  return { end, tooLong: false };
}

/** Reads on to the end of the line at the beginning of `rest`, keeping none of it. */
async function skipLine(
  rest: Rest,
  stream: Stream,
  memory: { pool: BlockPool; signal: AbortSignal | undefined },
) {
  const inRest = rest.bytes.indexOf(NEWLINE);
  if (inRest >= 0) return { rest: after(rest, inRest + 1), whole: true };
  let { position, ended, failure } = { ...rest, position: rest.position + rest.bytes.length };
  const scratch = await memory.pool.acquire(memory.signal);
  try {
    while (!ended) {
      const read = await fillBlock(scratch, { position, bytes: Buffer.alloc(0), ended, failure }, stream);
      ({ ended, failure } = read.state);
      const newline = scratch.subarray(0, read.length).indexOf(NEWLINE);
      if (newline >= 0) {
        const bytes = Buffer.from(scratch.subarray(0, read.length));
        return { rest: after({ position, bytes, ended, failure }, newline + 1), whole: true };
      }
      position += read.length;
    }
    return { rest: { position, bytes: Buffer.alloc(0), ended, failure }, whole: false };
  } finally {
    memory.pool.release(scratch);
  }
}

function after(rest: Rest, count: number): Rest {
  return { ...rest, position: rest.position + count, bytes: rest.bytes.subarray(count) };
}

function blockOf(
  pool: BlockPool,
  bytes: Buffer,
  { from, length, unterminated = false }: { from: number; length: number; unterminated?: boolean },
): Block {
  const release = () => pool.release(bytes);
  return { bytes, length, from, to: from + length, tooLong: false, unterminated, release };
}

const NO_BYTES = new Uint8Array(new SharedArrayBuffer(0));

function tooLongBlock(from: number, to: number, whole: boolean): Block {
  return { bytes: NO_BYTES, length: 0, from, to, tooLong: true, unterminated: !whole, release: () => {} };
}

async function unterminatedBlock(rest: Rest, pool: BlockPool, signal?: AbortSignal): Promise<Block> {
  const bytes = await pool.acquire(signal);
  rest.bytes.copy(bytes);
  return blockOf(pool, bytes, { from: rest.position, length: rest.bytes.length, unterminated: true });
}
