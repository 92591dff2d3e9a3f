import { type ChunkSource, nameOf } from '../../shared/kafka/chunk.ts';
import type { SourceIdentity } from '../../shared/source/source.ts';
import { type CoveredRange, lookUpCoverage } from '../../shared/store/coverage.ts';
import type { SourceKey } from '../../shared/store/own-row.ts';
import type { Patience } from '../../shared/store/persist.ts';
import type { Store } from '../../shared/store/store.ts';

/** A source whose chunks a partition has. */
export interface KnownSource {
  readonly identity: SourceIdentity;
  /** How the store knows it: by the beginning under which it was counted first. */
  readonly key: SourceKey;
  /** Its number, for the readers of the counter. */
  readonly file: number;
  /** What is counted already: what the store said when it was met, and what was added since. By `from`. */
  readonly ranges: readonly CoveredRange[];
}

/** Sources that are kept in mind; those that have not been seen for longest are asked for again. */
const mostSources = 20_000;

/**
 * What a partition knows of the sources in it. Only the partition's owner writes their lines, so what it looked up once stays true as long as
 * it is the owner, and what it has tallied itself is as good as counted: if that fails, all of this is forgotten.
 */
export class SourceBook {
  readonly #store: Store;
  readonly #patience: Patience;
  readonly #known = new Map<string, { source: KnownSource; ranges: CoveredRange[] }>();
  #files = 0;

  constructor(store: Store, patience: Patience) {
    this.#store = store;
    this.#patience = patience;
  }

  /** Looks up what is counted of sources that are not known yet, in one question. */
  async learn(sources: ReadonlyMap<string, ChunkSource>): Promise<void> {
    const unknown = [...sources].filter(([name]) => !this.#known.has(name));
    const candidates = unknown.map(([, { identity, starts }]) => ({
      identity,
      startDigest: (length: number) => starts.get(length) ?? '',
    }));
    if (candidates.length === 0) return;
    const coverages = await lookUpCoverage(this.#store, candidates, this.#patience);
    for (const [index, [name, { identity }]] of unknown.entries()) {
      const { key, ranges } = coverages[index];
      const kept = [...ranges];
      this.#known.set(name, { source: { identity, key, file: ++this.#files, ranges: kept }, ranges: kept });
    }
  }

  /** A source that was learnt. */
  of(source: ChunkSource): KnownSource {
    const name = nameOf(source);
    const known = this.#known.get(name);
    if (known === undefined) throw new Error('a source was not looked up');
    // The last one seen goes to the end.
    this.#known.delete(name);
    this.#known.set(name, known);
    return known.source;
  }

  /** Lines `[from, to)` of a source are tallied, the last of them with this keyed digest. */
  add(source: ChunkSource, { from, to, last }: { from: number; to: number; last: string }): void {
    const ranges = this.#known.get(nameOf(source))?.ranges;
    if (ranges === undefined || from >= to) return;
    const before = ranges.at(-1);
    const isNext = before?.batch === tallied && before.to === from;
    if (isNext) ranges.pop();
    ranges.push(talliedRange(isNext ? before.from : from, to, last));
    // What is read in order is in order already.
    if ((ranges.at(-2)?.from ?? 0) > from) ranges.sort((a, b) => a.from - b.from || a.to - b.to);
  }

  /** Forgets what has not been seen for long; between batches, when all that was tallied is in the store. */
  trim(): void {
    for (const name of this.#known.keys()) {
      if (this.#known.size <= mostSources) return;
      this.#known.delete(name);
    }
  }
}

/** Stands for a batch in a range that this process has tallied. */
const tallied = '';

function talliedRange(from: number, to: number, last: string): CoveredRange {
  return { from, to, last, batch: tallied, months: [], lines: 0, complete: true, how: [] };
}
