import { resolve } from 'node:path';
import type { FileSetup } from '../../shared/count/counted-batch.ts';
import { formatByName } from '../../shared/formats/registry.ts';
import type { BlockPool } from '../../shared/source/block-pool.ts';
import { openSource } from '../../shared/source/open-source.ts';
import { type Source, SourceError, type SourceIdentity } from '../../shared/source/source.ts';
import { type CoveredRange, rangesWithin } from '../../shared/store/coverage.ts';
import type { IntendedStretch } from '../../shared/store/ledger.ts';
import type { BatchToForm, FormBatch } from '../../shared/store/recover-batch.ts';
import type { Counter } from '../../shared/workers/counter.ts';
import { Lane } from '../../shared/workers/lane.ts';
import { candidateOf, identityOf } from './plan.ts';

interface FormOptions {
  readonly counter: Counter;
  readonly pool: BlockPool;
  /** Digest of the country database in use, for the pins. */
  readonly geo: string;
}

/** Forms batches again that an earlier replay intended and did not finish: reads the very same stretches of its files. */
export function formBatchWith({ counter, pool, geo }: FormOptions): FormBatch {
  // Of all batches: a counter knows a file's reader by its number. Below 0, as the files of this run count up from there.
  let file = 0;
  return async (batch, signal = new AbortController().signal) => {
    const { stretches, setups, pins } = batch.intent;
    const lane = new Lane(counter, { today: pins.today, geo });
    for (const stretch of stretches) {
      const formed = await feedAgain(lane, {
        batch,
        stretch,
        setup: setups[stretch.setup],
        file: --file,
        pool,
        signal,
      });
      if (formed) continue;
      await lane.cut();
      return 'gone';
    }
    const { counted, pins: used } = await lane.cut();
    return { counted, pins: used };
  };
}

interface Again {
  readonly batch: BatchToForm;
  readonly stretch: IntendedStretch;
  readonly setup: FileSetup;
  readonly file: number;
  readonly pool: BlockPool;
  readonly signal: AbortSignal;
}

/** False where the file is gone, or is another one. */
async function feedAgain(lane: Lane, again: Again): Promise<boolean> {
  const { stretch, batch, pool } = again;
  if (stretch.path === '-') return false;
  try {
    await using source = await openSource(stretch.path, pool);
    const identity = identityOf(source, again.setup);
    if (identity === undefined) return false;
    const candidate = candidateOf({ source, identity });
    if (!batch.isSource(stretch, candidate)) return false;
    const [coverage] = await batch.lookUp([candidate]);
    const last = await feedStretch(lane, {
      ...again,
      source,
      identity,
      covered: rangesWithin(coverage, stretch),
    });
    return stretch.from === stretch.to || batch.endsWith(stretch, last);
  } catch (error) {
    if (error instanceof SourceError) return false;
    throw error;
  }
}

interface Found extends Again {
  readonly source: Source;
  readonly identity: SourceIdentity;
  readonly covered: readonly CoveredRange[];
}

/** Counts `[from, to)` of the source and gives the digest of its last line. */
async function feedStretch(
  lane: Lane,
  { stretch, setup, file, source, identity, covered, signal }: Found,
): Promise<string> {
  const { from, to } = stretch;
  lane.begin({ file, path: resolve(source.path), identity, setup }, from, covered);
  try {
    if (from > 0 && formatByName(setup.format)?.stateful) {
      for await (const block of source.blocks({ from: 0, to: from, signal })) lane.pass(block);
    }
    if (from < to) for await (const block of source.blocks({ from, to, signal })) lane.count(block);
    await lane.settled();
  } finally {
    lane.end(file);
  }
  return lane.lastLine;
}
