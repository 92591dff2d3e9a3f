import type { FileSetup, Pins } from '../../shared/count/counted-batch.ts';
import type { Block } from '../../shared/source/block.ts';
import type { BlockPool } from '../../shared/source/block-pool.ts';
import type { SourceIdentity } from '../../shared/source/source.ts';
import type { CoveredRange } from '../../shared/store/coverage.ts';
import type { Counter } from '../../shared/workers/counter.ts';
import { Lane } from '../../shared/workers/lane.ts';
import { feedLines } from './feed-lines.ts';
import { type MergedCounts, mergeCounts } from './merge-counts.ts';

/** What the lines of a batch are counted with. */
export interface LanesOptions {
  readonly counters: readonly Counter[];
  readonly pool: BlockPool;
  readonly setup: FileSetup;
  readonly pins: Pins;
  readonly signal: AbortSignal;
}

/** Lines of one source, one after the other. */
export interface LinesToAdd {
  /** The source's number in this process. */
  readonly file: number;
  readonly identity: SourceIdentity;
  readonly lines: Uint8Array;
  readonly from: number;
  /** What is counted of some months among them. */
  readonly covered: readonly CoveredRange[];
  /** The `#` lines before them, where there are any. */
  readonly directives: Uint8Array;
  /** Digest of the line that they are the end of, where they are no more (`ChunkPiece`). */
  readonly endOf?: string | undefined;
  /** Where they end and with which line, where positions are not bytes. */
  readonly end?: { readonly to: number; readonly lastLine: string };
}

/** A lane with so many blocks before it is busy: what comes next goes to another, which may make a row of its own of the same project's day. */
const mostWaiting = 3;

/** One batch of a partition on several counting threads, of which a quiet partition keeps one busy. */
export class BatchLanes {
  readonly #options: LanesOptions;
  readonly #lanes: readonly OpenLane[];
  /** By the number of a source: the lane that has its last lines. */
  readonly #latest = new Map<number, OpenLane>();

  constructor(options: LanesOptions) {
    this.#options = options;
    this.#lanes = options.counters.map((counter) => ({
      lane: new Lane(counter, options.pins),
      stretches: new Map(),
      files: new Set(),
    }));
  }

  /** Rows of the batch so far, memory of its sums and names, and how often a source was gone on with elsewhere. */
  get fill(): { readonly rows: number; readonly bytes: number; readonly stretches: number } {
    const fills = this.#lanes.map(({ lane }) => lane.fill);
    return {
      rows: fills.reduce((sum, { rows }) => sum + rows, 0),
      bytes: fills.reduce((sum, { bytes }) => sum + bytes, 0),
      stretches: this.#lanes.reduce((sum, { lane }) => sum + lane.stretches, 0),
    };
  }

  /** Hands lines to a lane, and says up to where and with which line they are counted. */
  async add(added: LinesToAdd): Promise<{ readonly to: number; readonly lastLine: string }> {
    const { file, lines, from, endOf } = added;
    const end = endOf === undefined ? added.end : { to: from + lines.length, lastLine: endOf };
    const open = this.#pick();
    const { lane } = open;
    const stretch = await this.#begin(open, added);
    await this.#feed(lines, from, (block) => lane.count(block, end));
    // Whether a last line without line end is taken shows only when it has been counted.
    if (lines.at(-1) !== newline) await lane.settled();
    const to = lane.endOf(stretch);
    if (added.covered.length === 0) open.stretches.set(file, { stretch, to });
    this.#latest.set(file, open);
    return { to, lastLine: lane.lastLine };
  }

  /** Waits until all is counted, and ends the batch. Its counters are free for the next one. */
  async cut(): Promise<MergedCounts> {
    const cuts = this.#lanes.map(async ({ lane, files }) => {
      for (const file of files) lane.end(file);
      return await lane.cut();
    });
    return mergeCounts(await Promise.all(cuts));
  }

  /** The first lane that is not busy, else the least busy one. */
  #pick(): OpenLane {
    const free = this.#lanes.find(({ lane }) => lane.waiting < mostWaiting);
    return (
      free ?? this.#lanes.reduce((least, open) => (open.lane.waiting < least.lane.waiting ? open : least))
    );
  }

  /** Goes on with the source's stretch of this lane where these lines follow it, else begins one. */
  async #begin(open: OpenLane, added: LinesToAdd): Promise<number> {
    const { lane, stretches, files } = open;
    const { file, identity, from, covered, directives, end } = added;
    const before = stretches.get(file);
    // Between offsets of a partition's own lines there may be those of chunks.
    const follows = end === undefined ? before?.to === from : this.#latest.get(file) === open;
    if (before && follows && covered.length === 0) {
      lane.resume(before.stretch);
      return before.stretch;
    }
    files.add(file);
    const stretch = lane.begin({ file, identity, path: '', setup: this.#options.setup }, from, covered);
    if (directives.length > 0) await this.#feed(directives, 0, (block) => lane.pass(block));
    return stretch;
  }

  async #feed(lines: Uint8Array, from: number, take: (block: Block) => void): Promise<void> {
    await feedLines(lines, from, this.#options, take);
  }
}

const newline = 0x0a;

interface OpenLane {
  readonly lane: Lane;
  /** By the number of their source: stretches of which nothing was counted before, and where they end. */
  readonly stretches: Map<number, { readonly stretch: number; readonly to: number }>;
  readonly files: Set<number>;
}
