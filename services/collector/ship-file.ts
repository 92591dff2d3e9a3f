import { hash } from 'node:crypto';
import { countLines } from '../../shared/kafka/chunk.ts';
import { directivesAfter, hasDirectives } from '../../shared/kafka/directives.ts';
import { partitionOf } from '../../shared/kafka/partition-of.ts';
import type { Block } from '../../shared/source/block.ts';
import { openSource } from '../../shared/source/open-source.ts';
import { type Source, SourceError } from '../../shared/source/source.ts';
import type { Crew } from './crew.ts';
import { type Place, type Tracked, tailOf } from './sources.ts';

interface ShipFileOptions {
  /** The file will not grow, as no archive does: its last line is shipped without an end too. */
  readonly finished: boolean;
  /** Who follows it; its source is then its own until it lets go. */
  readonly reader?: object;
}

/** What became of a look at a file. */
export interface Visit {
  /**
   * `shipped`: as far as it goes. `waiting`: no first line yet. `taken`: another file with the same source is being followed.
   * `shorter`: than what was shipped of it. `other`: begins like a source that was shipped and goes on differently.
   */
  readonly outcome: 'shipped' | 'waiting' | 'taken' | 'shorter' | 'other';
  readonly tracked?: Tracked | undefined;
  /** The file has more, as it was when it was opened; only of a plain one is not all read at once. */
  readonly more: boolean;
  /** On disk, when it was opened. */
  readonly size: number;
  readonly isArchive: boolean;
}

/** After so many bytes of a plain file others have their turn, and reading may wait with nothing open. */
const BYTES_A_TURN = 64 * 1024 * 1024;

/** Lines under this many bytes are copied, so that a whole block of memory is not kept for them. */
const SMALL_BLOCK = 64 * 1024;

/** Hands on what is new in a file; throws a `SourceError` where it cannot be read to its end, after its good lines. */
export async function shipFile(path: string, asked: ShipFileOptions, crew: Crew): Promise<Visit> {
  await using source = await openSource(path, crew.pool);
  const isArchive = source.compression !== 'none';
  const options = { ...asked, finished: asked.finished || isArchive };
  const facts = { more: false, size: source.size ?? 0, isArchive };
  const others = new Set<Tracked>();
  for (;;) {
    const tracked = crew.sources.of(source.head, options.finished && source.headIsAll, others);
    if (tracked === undefined) return { ...facts, outcome: 'waiting' };
    if (tracked === 'other') return { ...facts, outcome: 'other' };
    const { reader } = tracked;
    if (reader !== undefined && reader !== options.reader) return { ...facts, outcome: 'taken' };
    tracked.seenAt = Date.now();
    tracked.reader = options.reader;
    const end = await shipFrom(source, tracked, { options, crew }).catch((error: unknown) => {
      // The file may have been emptied meanwhile, and its copy is to be read on.
      tracked.reader = reader;
      throw error;
    });
    if (end === 'shorter') return { ...facts, outcome: 'shorter', tracked };
    if (end !== 'other') return { ...facts, outcome: 'shipped', tracked, more: end === 'more' };
    tracked.reader = undefined;
    others.add(tracked);
  }
}

type End = 'end' | 'more' | 'shorter' | 'other';

async function shipFrom(
  source: Source,
  tracked: Tracked,
  { options, crew }: { options: ShipFileOptions; crew: Crew },
): Promise<End> {
  const { position, tail } = tracked.sent;
  const isPlainFile = source.compression === 'none' && source.size !== undefined;
  if (isPlainFile && source.size < position) return 'shorter';
  let skip = tail.length;
  let hasRead = false;
  // An archive would be inflated from its beginning for each turn, and a stream is read once.
  const until = isPlainFile ? position + BYTES_A_TURN : Number.POSITIVE_INFINITY;
  try {
    for await (const block of source.blocks({ from: position - skip, signal: crew.signal })) {
      hasRead = true;
      const isKnown = skip === 0 || (!block.tooLong && endsAlike(block, tail));
      if (!isKnown || (block.unterminated && !options.finished)) {
        block.release();
        return isKnown ? 'end' : 'other';
      }
      // A plain file might be emptied and filled anew while it waits in its middle.
      if (!isPlainFile) await mayHandOn(block, crew);
      await shipBlock(block, skip, { tracked, crew, looksForDirectives: hasDirectives(source.head) });
      skip = 0;
      if (tracked.sent.position >= until) return 'more';
    }
  } catch (error) {
    // Before anything was read it is only a shorter copy of what was shipped.
    if (error instanceof SourceError && error.code === 'changed' && !hasRead) return 'shorter';
    throw error;
  }
  return 'end';
}

async function mayHandOn(block: Block, crew: Crew): Promise<void> {
  try {
    await crew.mayRead();
  } catch (error) {
    block.release();
    throw error;
  }
}

/** Whether what was shipped last is what the block begins with. */
function endsAlike(block: Block, tail: Place['tail']): boolean {
  return block.length >= tail.length && hash('sha256', block.bytes.subarray(0, tail.length)) === tail.digest;
}

/** What a block is of. */
export interface Task {
  readonly tracked: Tracked;
  readonly crew: Crew;
  readonly looksForDirectives: boolean;
}

/** Hands a block of the source on, and moves what is sent of it; without its first `skip` bytes, which have been shipped. */
export async function shipBlock(block: Block, skip: number, { tracked, crew, looksForDirectives }: Task) {
  const { totals, outbox, site, partitions } = crew;
  const before = tracked.sent;
  const length = block.length - skip;
  if (length === 0 || (block.unterminated && length === before.unterminated)) {
    block.release();
    if (block.tooLong) skipLine(block, tracked, crew);
    return;
  }
  const isSmall = length < SMALL_BLOCK;
  const lines = Buffer.from(block.bytes.buffer, block.bytes.byteOffset + skip, length);
  const value = isSmall ? Buffer.from(lines) : lines;
  if (isSmall) block.release();
  const directives = Buffer.from(before.directives, 'latin1');
  const place: Place = block.unterminated
    ? { ...before, unterminated: length }
    : {
        position: block.to,
        tail: tailOf(value),
        directives: looksForDirectives ? directivesTextAfter(directives, value) : '',
        unterminated: 0,
      };
  tracked.sent = place;
  const count = countLines(value);
  const parcel = {
    partition: partitionOf(tracked.source.identity.firstLine, partitions),
    message: { source: tracked.source, position: before.position, lines: count, site, directives, value },
    acked() {
      tracked.acked = place;
    },
    release: isSmall ? () => {} : block.release,
  };
  await outbox.add(parcel, crew.signal);
  totals.lines += count;
  totals.bytes += length;
  totals.chunks++;
  totals.sources.add(tracked.name);
}

function directivesTextAfter(before: Uint8Array, lines: Uint8Array): string {
  return Buffer.from(directivesAfter(before, lines)).toString('latin1');
}

/** A line over 64 KiB is no log line and is not held, so it cannot be shipped: it is counted, and gone past. */
function skipLine(block: Block, tracked: Tracked, { totals, onTooLong }: Crew): void {
  totals.tooLong++;
  onTooLong();
  tracked.sent = { ...tracked.sent, position: block.to, tail: { length: 0, digest: '' }, unterminated: 0 };
}
