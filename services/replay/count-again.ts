import { resolve } from 'node:path';
import type { FileSetup, Pins } from '../../shared/count/counted-batch.ts';
import { formatByName } from '../../shared/formats/registry.ts';
import type { CountryDatabase } from '../../shared/geo/open-country-database.ts';
import type { Block } from '../../shared/source/block.ts';
import { type BlockPool, createBlockPool } from '../../shared/source/block-pool.ts';
import { digestOfLastLine } from '../../shared/source/last-line.ts';
import { openSource } from '../../shared/source/open-source.ts';
import { type Source, SourceError } from '../../shared/source/source.ts';
import type { Candidate } from '../../shared/store/coverage.ts';
import type { CountedAgain, RecountOptions, StretchToRecount } from '../../shared/store/recount-day.ts';
import { type Counter, counterHere } from '../../shared/workers/counter.ts';
import { detectSetup } from './detect-setup.ts';
import { candidateOf, identityOf } from './plan.ts';

/** A file that is given to count days again from. */
export interface RecountFile extends Candidate {
  readonly path: string;
  readonly setup: FileSetup;
}

/** Looks at a file's first bytes and closes it; undefined for one without lines. Throws `SourceError` and `FileRefused`. */
export async function lookAtFile(
  path: string,
  options: Parameters<typeof detectSetup>[1],
): Promise<RecountFile | undefined> {
  await using source = await openSource(path, createBlockPool());
  if (source.identity === undefined) return undefined;
  const setup = await detectSetup(source, options);
  const identity = identityOf(source, setup) ?? source.identity;
  return { path: path === '-' ? path : resolve(path), setup, ...candidateOf({ source, identity }) };
}

/** Counts covered ranges of the files again, one after the other, as `recountDay` asks. */
export function countAgainFrom(
  files: readonly RecountFile[],
  { database, today }: { database: CountryDatabase; today: number },
): RecountOptions['countAgain'] {
  const pins: Pins = { today, geo: database.digest };
  return async (stretches, signal) => {
    const pool = createBlockPool();
    await using counter = counterHere(database.countryOf);
    const setups: FileSetup[] = [];
    for (const [index, stretch] of stretches.entries()) {
      const file = await fileOf(stretch, { files, pool, signal });
      if (file === undefined) return 'changed';
      counter.begin({ file: index, setup: file.setup, today, covered: [] });
      const isCounted = await countStretch(stretch, { file, counter, pool, signal });
      counter.end(index);
      if (!isCounted) return 'changed';
      setups.push(file.setup);
    }
    return { counted: await counter.cut(), setups, pins } satisfies CountedAgain;
  };
}

interface Reading {
  readonly pool: BlockPool;
  readonly signal: AbortSignal | undefined;
}

/** The first of a stretch's candidates that still has its last line where it was. */
async function fileOf(
  stretch: StretchToRecount,
  { files, pool, signal }: Reading & { files: readonly RecountFile[] },
): Promise<RecountFile | undefined> {
  for (const candidate of stretch.candidates) {
    const file = files[candidate];
    if (await hasStretch(file, stretch, { pool, signal })) return file;
  }
  return undefined;
}

function hasStretch(
  { path }: RecountFile,
  { from, to, endsWith }: StretchToRecount,
  { pool, signal }: Reading,
): Promise<boolean> {
  return unlessUnread(async () => {
    await using source = await openSource(path, pool);
    let lastLine: string | undefined;
    await eachBlock(source, { from, to, signal }, async (block) => {
      lastLine = block.to === to ? digestOfLastLine(block) : undefined;
      block.release();
    });
    return lastLine !== undefined && endsWith(lastLine);
  });
}

/** False where the file has changed while it was counted. */
function countStretch(
  { from, to }: StretchToRecount,
  { file, counter, pool, signal }: Reading & { file: RecountFile; counter: Counter },
): Promise<boolean> {
  return unlessUnread(async () => {
    await using source = await openSource(file.path, pool);
    if (from > 0 && formatByName(file.setup.format)?.stateful === true) {
      await eachBlock(source, { from: 0, to: from, signal }, (block) => counter.count(block, 'before'));
    }
    await eachBlock(source, { from, to, signal }, (block) => counter.count(block, kindOf(block)));
    return true;
  });
}

/** What `read` says, or false where the file is gone, broken, or shorter than it was. */
async function unlessUnread(read: () => Promise<boolean>): Promise<boolean> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof SourceError) return false;
    throw error;
  }
}

async function eachBlock(
  source: Source,
  { from, to, signal }: { from: number; to: number; signal: AbortSignal | undefined },
  take: (block: Block) => Promise<unknown>,
): Promise<void> {
  for await (const block of source.blocks({ from, to, ...(signal && { signal }) })) await take(block);
}

function kindOf({ tooLong, unterminated }: Block): 'too_long' | 'unterminated' | 'lines' {
  if (tooLong) return 'too_long';
  return unterminated ? 'unterminated' : 'lines';
}
