import { unlessAborted } from '../../shared/in-time.ts';
import type { ChunkSink } from '../../shared/kafka/chunk-message.ts';
import { type BlockPool, createBlockPool } from '../../shared/source/block-pool.ts';
import { Outbox } from './outbox.ts';
import type { ShipOptions } from './ship-options.ts';
import type { Sources } from './sources.ts';

/** What those that ship files share. */
export interface Crew {
  readonly sources: Sources;
  readonly pool: BlockPool;
  readonly outbox: Outbox;
  readonly partitions: number;
  readonly site: string;
  /** Aborted when shipping is to end, or cannot go on. */
  readonly signal: AbortSignal;
  readonly totals: Totals;
  /** Resolves when more may be read; rejects with the signal's reason, also where sending has failed meanwhile. */
  mayRead(): Promise<void>;
  /** Told of each line that is too long. */
  onTooLong(): void;
}

/** What has been shipped by this run. */
export interface Totals {
  lines: number;
  bytes: number;
  chunks: number;
  tooLong: number;
  /** Names of the sources that something was shipped of. */
  readonly sources: Set<string>;
}

/** Blocks that are read, waiting or on their way: 32 MiB. */
const BLOCK_COUNT = 64;

/** Puts together what a run needs. */
export function createCrew({ sink, sources, partitions, site, mayRead, ...options }: CrewOptions): Crew {
  const outbox = new Outbox(sink);
  const signal = AbortSignal.any([options.signal, outbox.failed]);
  return {
    sources,
    pool: createBlockPool({ count: BLOCK_COUNT }),
    outbox,
    partitions,
    site,
    signal,
    totals: { lines: 0, bytes: 0, chunks: 0, tooLong: 0, sources: new Set() },
    mayRead: () => unlessAborted(mayRead(), signal),
    onTooLong: options.onTooLong,
  };
}

type CrewOptions = Pick<
  ShipOptions,
  'sources' | 'partitions' | 'site' | 'mayRead' | 'signal' | 'onTooLong'
> & {
  readonly sink: ChunkSink;
};
