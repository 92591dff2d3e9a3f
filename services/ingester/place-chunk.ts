import { hash } from 'node:crypto';
import type { Chunk } from '../../shared/kafka/chunk.ts';
import { identify } from '../../shared/source/identify.ts';
import { type CoveredRange, openStretches, rangesWithin } from '../../shared/store/coverage.ts';
import { type Keyed, keyLastLine } from '../../shared/store/source-key.ts';

/** A part of a chunk that is still to be counted, in bytes of its source. */
export interface ChunkPiece {
  readonly from: number;
  readonly to: number;
  /** What is counted of some months in it. */
  readonly covered: readonly CoveredRange[];
  /** SHA-256 (hex) of the line that it ends, where it is nothing but the line end of one that was counted before. */
  readonly endOf?: string;
}

const newline = 0x0a;
const carriageReturn = 0x0d;

/**
 * What of a chunk is not counted yet, in order; `lie` where its lines cannot be those that its headers say: its beginning is another
 * source's, or another line was counted where one of its lines ends.
 */
export function placeChunk(
  { source: { identity }, position }: Chunk,
  value: Uint8Array,
  { ranges, keyed }: { readonly ranges: readonly CoveredRange[]; readonly keyed: Keyed },
): readonly ChunkPiece[] | 'lie' {
  if (position === 0 && !beginsLike(value, identity)) return 'lie';
  const chunk = { from: position, to: position + value.length };
  const within = rangesWithin({ ranges }, chunk);
  if (within.length === 0) return [{ ...chunk, covered: [] }];
  if (!within.every((range) => fits(range, value, { position, keyed }))) return 'lie';
  const pieces: ChunkPiece[] = [];
  const add = (from: number, to: number, endOf?: string) => {
    if (from >= to) return;
    const covered = rangesWithin({ ranges: within }, { from, to });
    pieces.push({ from, to, covered, ...(endOf !== undefined && { endOf }) });
  };
  for (const open of openStretches({ ranges: within })) {
    const from = Math.max(open.from, chunk.from);
    const to = Math.min(open.to ?? chunk.to, chunk.to);
    const ended = Math.min(to, from + lineEndAt(value, from - position));
    if (from < ended) add(from, ended, hash('sha256', lineBefore(value, ended - position)));
    // The rest of a line that was counted as far as it was there belongs to it.
    add(position + lineStartFrom(value, ended - position), to);
  }
  return pieces;
}

/** By its first line where it has one, and by the whole beginning where it is long enough. */
function beginsLike(value: Uint8Array, identity: Chunk['source']['identity']): boolean {
  const { startLength, start, firstLine } = identity;
  const own = identify(value, false);
  if (own !== undefined && own.firstLine !== firstLine) return false;
  return value.length < startLength || hash('sha256', value.subarray(0, startLength)) === start;
}

/**
 * Whether a range begins with a line of the chunk, where it does so within it, and ends with the very line that was counted, or with as much of
 * it as was there.
 */
function fits(
  { from, to, last }: CoveredRange,
  value: Uint8Array,
  { position, keyed }: { readonly position: number; readonly keyed: Keyed },
): boolean {
  const begin = from - position;
  if (begin > 0 && !isBetweenLines(value, begin)) return false;
  const end = to - position;
  return end > value.length || keyLastLine(keyed, hash('sha256', lineBefore(value, end))) === last;
}

/** Whether a line ends before `at`, with its line end or without where that was counted before it had one. */
function isBetweenLines(value: Uint8Array, at: number): boolean {
  return value[at - 1] === newline || lineEndAt(value, at) > 0;
}

/** Length of the line end at a byte, where that is the end of a line that begins before it in the chunk; else 0. */
function lineEndAt(value: Uint8Array, at: number): number {
  if (at <= 0 || value[at - 1] === newline) return 0;
  if (value[at] === newline) return 1;
  return value[at] === carriageReturn && value[at + 1] === newline ? 2 : 0;
}

/** Where the first line begins that does so at a byte or after it; the end of the value where none does. */
function lineStartFrom(value: Uint8Array, at: number): number {
  if (at <= 0 || value[at - 1] === newline) return at;
  const end = value.indexOf(newline, at);
  return end < 0 ? value.length : end + 1;
}

/** The line that ends at a byte, without its line end, or as much of it as comes before that byte. */
function lineBefore(value: Uint8Array, end: number): Uint8Array {
  let to = value[end - 1] === newline ? end - 1 : end;
  const from = value.lastIndexOf(newline, to - 1) + 1;
  if (to > from && value[to - 1] === carriageReturn) to--;
  return value.subarray(to === 0 ? 0 : from, to);
}
