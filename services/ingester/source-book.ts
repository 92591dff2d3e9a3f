import { type ChunkSource, nameOf } from '../../shared/kafka/chunk.ts';
import type { SourceIdentity } from '../../shared/source/source.ts';
import { type Coverage, type CoveredRange, lookUpCoverage } from '../../shared/store/coverage.ts';
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

/** Names of sources that are kept in mind; those that have not been seen for longest are asked for again. */
const mostNames = 20_000;

/**
 * A source under all names that were met: each time that it is shipped it may have grown, and be named by a longer beginning, or by a shorter one
 * by somebody who has known it for longer.
 */
interface Entry {
  readonly source: KnownSource;
  /** Of the name that was met first. */
  readonly starts: ChunkSource['starts'];
  readonly ranges: CoveredRange[];
  names: number;
  /** The batch that tallied lines of it last. */
  tallied: number;
}

/**
 * What a partition knows of the sources in it. Only the partition's owner writes their lines, so what it looked up once stays true as long as
 * it is the owner, and what it has tallied itself is as good as counted: if that fails, all of this is forgotten.
 */
export class SourceBook {
  readonly #store: Store;
  readonly #patience: Patience;
  readonly #known = new Map<string, Entry>();
  readonly #byFirstLine = new Map<string, Set<Entry>>();
  #files = 0;
  #batch = 1;

  constructor(store: Store, patience: Patience) {
    this.#store = store;
    this.#patience = patience;
  }

  /** Looks up what is counted of sources that are not known yet, in one question. */
  async learn(sources: ReadonlyMap<string, ChunkSource>): Promise<void> {
    const unknown = [...sources].filter(([name]) => !this.#known.has(name));
    const candidates = unknown.map(([, { identity, starts }]) => ({
      identity,
      starts,
      startDigest: (length: number) => starts.get(length) ?? '',
    }));
    if (candidates.length === 0) return;
    const coverages = await lookUpCoverage(this.#store, candidates, this.#patience);
    const found = unknown.map(([name, source], index) => ({ name, source, coverage: coverages[index] }));
    // A grown source is found by its shorter beginnings, so these come first.
    found.sort((a, b) => a.source.identity.startLength - b.source.identity.startLength);
    for (const each of found) this.#add(each);
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
    const known = this.#known.get(nameOf(source));
    if (known === undefined || from >= to) return;
    const { ranges } = known;
    known.tallied = this.#batch;
    const before = ranges.at(-1);
    const isNext = before?.batch === tallied && before.to === from;
    if (isNext) ranges.pop();
    ranges.push(talliedRange(isNext ? before.from : from, to, last));
    // What is read in order is in order already.
    if ((ranges.at(-2)?.from ?? 0) > from) ranges.sort(byRange);
  }

  /** Forgets what has not been seen for long; at the end of a batch, when all before it is in the store and it is not. */
  trim(): void {
    for (const [name, entry] of this.#known) {
      if (this.#known.size <= mostNames) break;
      if (entry.tallied === this.#batch) continue;
      this.#known.delete(name);
      if (--entry.names > 0) continue;
      const { firstLine } = entry.source.identity;
      const alike = this.#byFirstLine.get(firstLine);
      alike?.delete(entry);
      if (alike?.size === 0) this.#byFirstLine.delete(firstLine);
    }
    this.#batch++;
  }

  #add({ name, source, coverage: { key, ranges } }: Found): void {
    const { identity } = source;
    const alike = this.#byFirstLine.get(identity.firstLine) ?? new Set();
    this.#byFirstLine.set(identity.firstLine, alike);
    for (const entry of alike) {
      if (!isSame(entry, source, key)) continue;
      entry.names++;
      entry.ranges.push(...ranges);
      entry.ranges.sort(byRange);
      this.#known.set(name, entry);
      return;
    }
    const kept = [...ranges];
    const known = { identity, key, file: ++this.#files, ranges: kept };
    const entry = { source: known, starts: source.starts, ranges: kept, names: 1, tallied: 0 };
    alike.add(entry);
    this.#known.set(name, entry);
  }
}

interface Found {
  readonly name: string;
  readonly source: ChunkSource;
  readonly coverage: Pick<Coverage, 'key' | 'ranges'>;
}

/** Whether a source is a known one: the store knows both as one, or one is the other grown, of which nothing may be in the store yet. */
function isSame(
  { source: { key, identity }, starts }: Entry,
  source: ChunkSource,
  found: SourceKey,
): boolean {
  // Two that are known by equally many bytes are told apart by them.
  if (key.startLength === found.startLength) return key.start === found.start;
  const { startLength, start } = source.identity;
  return source.starts.get(identity.startLength) === identity.start || starts.get(startLength) === start;
}

function byRange(a: CoveredRange, b: CoveredRange): number {
  return a.from - b.from || a.to - b.to;
}

/** Stands for a batch in a range that this process has tallied. */
const tallied = '';

function talliedRange(from: number, to: number, last: string): CoveredRange {
  return { from, to, last, batch: tallied, months: [], lines: 0, complete: true, how: [] };
}
