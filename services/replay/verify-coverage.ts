import type { Block } from '../../shared/source/block.ts';
import { digestOfLastLine } from '../../shared/source/last-line.ts';
import { LINE_LIMIT } from '../../shared/source/line-limit.ts';
import { isBrokenArchive, type Source } from '../../shared/source/source.ts';
import { type Checkpoint, type Coverage, isShorter } from '../../shared/store/coverage.ts';
import { FileRefused } from './file-refused.ts';

interface Known {
  readonly coverage: Coverage;
  /** Ascending. */
  readonly checkpoints: readonly Checkpoint[];
  readonly signal: AbortSignal;
}

/** How far a source goes. */
export interface Extent {
  /** Decompressed bytes; of a broken archive those of its good lines. */
  readonly length: number;
  /** True where the archive is truncated or corrupt, so that its end is not the log's. */
  readonly isBroken: boolean;
}

/**
 * Checks that a source is the one its coverage speaks of: at the end of each covered range it has the line that was counted there,
 * and it does not end before what was counted. Answers how far it goes, where that was found out. A plain file is
 * looked at in these places alone, an archive is inflated; of a broken one what is good is checked. Throws `FileRefused`, and `SourceError`
 * where so little of an archive is good that it cannot be told from one that was counted.
 */
export async function verifyCoverage(source: Source, known: Known): Promise<Extent | undefined> {
  const { coverage, checkpoints } = known;
  if (checkpoints.length === 0 && !coverage.longerKnown) return undefined;
  const seekable = source.compression === 'none' && source.size !== undefined;
  const extent = seekable ? await verifyBySeeking(source, known) : await verifyByReading(source, known);
  if (!extent.isBroken && isShorter(coverage, extent.length)) {
    throw new FileRefused('shorter', source.path, [
      'it is shorter than what was counted of it, so it was not read.',
      'Give the whole file, as it was or grown.',
    ]);
  }
  return extent;
}

async function verifyBySeeking(source: Source, { checkpoints, signal }: Known): Promise<Extent> {
  const length = source.size as number;
  for (const checkpoint of checkpoints) {
    if (checkpoint.to > length) continue;
    const from = Math.max(0, checkpoint.to - LINE_LIMIT - 2);
    for await (const block of source.blocks({ from, to: checkpoint.to, signal }))
      verifyIn(block, [checkpoint], source.path);
  }
  return { length, isBroken: false };
}

async function verifyByReading(source: Source, { coverage, checkpoints, signal }: Known): Promise<Extent> {
  let length = 0;
  try {
    for await (const block of source.blocks({ from: 0, signal })) {
      length = block.to;
      const within = checkpoints.filter(({ to }) => block.from < to && to <= block.to);
      verifyIn(block, within, source.path);
    }
  } catch (error) {
    // Without a range, only a longer beginning would tell whether it is the source that was counted.
    if (!isBrokenArchive(error) || coverage.ranges.length === 0) throw error;
    return { length, isBroken: true };
  }
  return { length, isBroken: false };
}

/** Checks the lines of a block that end at a checkpoint, and lets the block go. */
function verifyIn(block: Block, checkpoints: readonly Checkpoint[], path: string): void {
  try {
    for (const checkpoint of checkpoints) {
      if (checkpoint.to > block.to || checkpoint.matches(digestOfLastLine(block, checkpoint.to))) continue;
      throw new FileRefused('other_content', path, [
        'it begins like a file that was counted and goes on differently, so it was not read.',
        'If both are logs in their own right, put them in folders of their own and tell us: this should not happen.',
      ]);
    }
  } finally {
    block.release();
  }
}
