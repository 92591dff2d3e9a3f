import type { Source } from '../../shared/source/source.ts';
import type { OpenStretch } from '../../shared/store/coverage.ts';

/** Less than this is not worth a second lane. */
const smallestPart = 64 * 2 ** 20;
/** A part is read in one go; several a lane even out what lanes do beside counting. */
const partsPerLane = 4;

/** Cuts a stretch of a plain file into parts for several lanes, at line starts. Archives can only be read from the front: one part. */
export async function splitAtLines(
  source: Source,
  stretch: OpenStretch,
  { parts: lanes, signal }: { parts: number; signal: AbortSignal },
): Promise<OpenStretch[]> {
  if (source.compression !== 'none' || source.size === undefined) return [stretch];
  const end = stretch.to ?? source.size;
  const size = Math.max(smallestPart, Math.ceil((end - stretch.from) / (lanes * partsPerLane)));
  const parts: OpenStretch[] = [];
  let from = stretch.from;
  while (from + size < end) {
    const to = await lineStartAfter(source, from + size, signal);
    if (to >= end) break;
    parts.push({ from, to });
    from = to;
  }
  return [...parts, { from, to: end }];
}

/**
 * Where reading goes on at `position`, up to which a file is counted: there, but where that is within a line, which was whole as far as it was
 * there. The rest belongs to it.
 */
export async function lineStartFrom(source: Source, position: number, signal: AbortSignal): Promise<number> {
  if (position === 0) return 0;
  for await (const block of source.blocks({ from: position - 1, signal })) {
    const [before, ...next] = block.bytes.subarray(0, 3);
    block.release();
    const isLineEnd = before === 10 || next[0] === 10 || (next[0] === 13 && next[1] === 10);
    return isLineEnd ? position : await lineStartAfter(source, position, signal);
  }
  return position;
}

/** Where the line after the one at `position` begins. */
async function lineStartAfter(source: Source, position: number, signal: AbortSignal): Promise<number> {
  for await (const block of source.blocks({ from: position, signal })) {
    const { bytes, length, from, to, tooLong } = block;
    const newline = tooLong ? -1 : Buffer.from(bytes.buffer, bytes.byteOffset, length).indexOf(10);
    block.release();
    return newline < 0 ? to : from + newline + 1;
  }
  return position;
}
