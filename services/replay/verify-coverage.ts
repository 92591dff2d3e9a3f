import type { Block } from '../../shared/source/block.ts';
import { digestOfLastLine } from '../../shared/source/last-line.ts';
import { LINE_LIMIT } from '../../shared/source/line-limit.ts';
import type { Source } from '../../shared/source/source.ts';
import { type Checkpoint, type Coverage, isShorter } from '../../shared/store/coverage.ts';
import { FileRefused } from './file-refused.ts';

interface Known {
  readonly coverage: Coverage;
  /** Ascending. */
  readonly checkpoints: readonly Checkpoint[];
  readonly signal: AbortSignal;
}

/**
 * Checks that a source is the one its coverage speaks of: at the end of each covered range it has the line that was counted there,
 * and it does not end before what was counted. Answers how long it is, in decompressed bytes, where that was found out. A plain file is
 * looked at in these places alone, an archive is inflated. Throws `FileRefused`.
 */
export async function verifyCoverage(source: Source, known: Known): Promise<number | undefined> {
  const { coverage, checkpoints } = known;
  if (checkpoints.length === 0 && !coverage.longerKnown) return undefined;
  const seekable = source.compression === 'none' && source.size !== undefined;
  const length = seekable ? await verifyBySeeking(source, known) : await verifyByReading(source, known);
  if (isShorter(coverage, length)) {
    throw new FileRefused('shorter', source.path, [
      'it is shorter than what was counted of it, so it was not read.',
      'Give the whole file, as it was or grown.',
    ]);
  }
  return length;
}

async function verifyBySeeking(source: Source, { checkpoints, signal }: Known): Promise<number> {
  const length = source.size as number;
  for (const checkpoint of checkpoints) {
    if (checkpoint.to > length) continue;
    const from = Math.max(0, checkpoint.to - LINE_LIMIT - 2);
    for await (const block of source.blocks({ from, to: checkpoint.to, signal }))
      verifyIn(block, [checkpoint], source.path);
  }
  return length;
}

async function verifyByReading(source: Source, { checkpoints, signal }: Known): Promise<number> {
  let length = 0;
  for await (const block of source.blocks({ from: 0, signal })) {
    length = block.to;
    verifyIn(
      block,
      checkpoints.filter(({ to }) => block.from < to && to <= block.to),
      source.path,
    );
  }
  return length;
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
