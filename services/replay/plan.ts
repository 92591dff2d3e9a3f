import { hash } from 'node:crypto';
import { resolve } from 'node:path';
import type { FileSetup } from '../../shared/count/counted-batch.ts';
import { formatByName } from '../../shared/formats/registry.ts';
import { startsWithin } from '../../shared/source/identify.ts';
import type { Source, SourceIdentity } from '../../shared/source/source.ts';
import {
  type Candidate,
  type Coverage,
  type CoveredRange,
  checkpoints,
  type OpenStretch,
  openStretches,
  rangesWithin,
} from '../../shared/store/coverage.ts';
import type { Keyed } from '../../shared/store/source-key.ts';
import type { LaneFile } from '../../shared/workers/lane.ts';
import { checkVersion } from './check-version.ts';
import { FileRefused } from './file-refused.ts';
import { lineStartFrom, splitAtLines } from './split-at-lines.ts';
import { type Extent, verifyCoverage } from './verify-coverage.ts';

/** A part of a file for one lane to count. */
export interface Piece extends OpenStretch {
  /** What is counted already of some months in it. */
  readonly covered: readonly CoveredRange[];
}

/** An opened file, how it is read, and what of it there is to count. */
export interface Plan extends LaneFile {
  readonly source: Source;
  /** Whether its lines need the directives before them. */
  readonly stateful: boolean;
  readonly pieces: readonly Piece[];
  /** Lines that were counted before and are not read again, and how they were counted. */
  readonly skippedLines: number;
  readonly how: readonly string[];
}

/**
 * The identity of a source, undefined where it has no line yet. Daily statistics (`pep381`) have their day in the file's name alone, and two days may
 * begin alike: there the name counts too.
 */
export function identityOf(source: Source, { format, fileName }: FileSetup): SourceIdentity | undefined {
  const { identity } = source;
  if (!identity || format !== 'pep381') return identity;
  return { ...identity, firstLine: hash('sha256', `${fileName}\n${identity.firstLine}`) };
}

/** A file that has lines, and how they are read. */
export interface OpenedFile {
  readonly file: number;
  readonly source: Source;
  readonly identity: SourceIdentity;
  readonly setup: FileSetup;
}

/** A source as the store is asked about it. */
export function candidateOf({ source, identity }: Pick<OpenedFile, 'source' | 'identity'>): Candidate {
  // Of all the head only these bytes are kept in memory.
  const start = Buffer.from(source.head.subarray(0, identity.startLength));
  return {
    identity,
    starts: startsWithin(start),
    startDigest: (length) => hash('sha256', start.subarray(0, length)),
  };
}

/** Checks an opened file against what is counted of it, and plans the rest. Throws `FileRefused` and `SourceError`. */
export async function planFile(
  { file, source, identity, setup }: OpenedFile,
  coverage: Coverage,
  { keyed, lanes, signal }: { keyed: Keyed; lanes: number; signal: AbortSignal },
): Promise<Plan> {
  const extent = await verifyCoverage(source, {
    coverage,
    checkpoints: checkpoints(keyed, coverage),
    signal,
  });
  const open = openStretches(coverage).filter(({ from, to }) => goesBeyond(extent, from, to));
  if (open.length > 0 && extent !== undefined) refuseReadStream(source);
  if (open.length > 0) await checkVersion(source, setup, signal);
  const stateful = formatByName(setup.format)?.stateful === true;
  const pieces: Piece[] = [];
  for (const { from, to } of open) {
    // Where a broken archive has its error is told by who counts it.
    const isAtError = extent?.isBroken === true && from >= extent.length;
    const stretch = { from: isAtError ? from : await lineStartFrom(source, from, signal), to };
    const parts = stateful ? [stretch] : await splitAtLines(source, stretch, { parts: lanes, signal });
    pieces.push(...parts.map((part) => ({ ...part, covered: rangesWithin(coverage, part) })));
  }
  const complete = coverage.ranges.filter(({ complete, to }) => complete && to <= (extent?.length ?? to));
  return {
    file,
    path: source.path === '-' ? '-' : resolve(source.path),
    identity,
    setup,
    source,
    stateful,
    pieces,
    skippedLines: complete.reduce((total, { lines }) => total + lines, 0),
    how: [...new Set(complete.flatMap(({ how }) => how))],
  };
}

/** Whether a stretch has something to read. A broken archive's last one has its error, which whoever counts it reports. */
function goesBeyond(extent: Extent | undefined, from: number, to: number | undefined): boolean {
  return extent === undefined || from < extent.length || (extent.isBroken && to === undefined);
}

/** A stream that was compared with what is counted is read already. */
function refuseReadStream({ path, size, headIsAll }: Source): void {
  if (size !== undefined || headIsAll) return;
  throw new FileRefused('unreadable', path, [
    'a part of it was counted before, and to find the rest it would have to be read twice.',
    'Give it as a file.',
  ]);
}
