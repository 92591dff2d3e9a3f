import { StoreError } from '../../shared/clickhouse/database.ts';
import type { CountedMonth } from '../../shared/count/counted-batch.ts';
import { type AssignedPartition, PartitionLost } from '../../shared/kafka/assigned-partition.ts';
import { type OffsetIntent, type PartlyCounted, writeNote } from '../../shared/kafka/offset-note.ts';
import { describeSetups, encodePart, encodeVoidPart } from '../../shared/store/encode-part.ts';
import { insertPart, markersOf, type Part } from '../../shared/store/insert-part.ts';
import type { Marker } from '../../shared/store/own-row.ts';
import { batchName } from '../../shared/store/partition-name.ts';
import { type Patience, StoreTimeout } from '../../shared/store/persist.ts';
import type { Store } from '../../shared/store/store.ts';
import type { Begun } from './begun.ts';
import type { IngestObserver } from './ingest-observer.ts';
import { lastMessageWord } from './look-up-partition.ts';
import type { FullBatch } from './open-batch.ts';
import { countedTo, type LastBatch, type PendingBatch } from './resume-point.ts';

/** What a partition's batches are written with. */
export interface WriterOptions {
  readonly store: Store;
  readonly kafka: AssignedPartition;
  /** Asked between an intent and its first insert: false where somebody took this ingester for dead. */
  isFeeding(): Promise<boolean>;
  readonly begun: Begun;
  readonly setups: { readonly layout: string | undefined };
  readonly observer: IngestObserver;
  readonly signal: AbortSignal;
}

/** Another process took this ingester for dead; its group goes on without it, and it may join again. */
class FeedingLost extends Error {
  override readonly name = 'FeedingLost';

  constructor() {
    super('Another ingester took this one for dead, since it gave no sign of life for a minute.');
  }
}

/**
 * Whoever goes on finds what was begun, burns the rest of it and reads anew what of it is not counted: as soon as the broker that leads has dropped the
 * messages too, which the next one to lead may still have for some minutes.
 */
class BatchBurnt extends Error {
  override readonly name = 'BatchBurnt';

  constructor() {
    super(
      'Another ingester gave up a batch that was being inserted, since Kafka has not all of its messages any more.',
    );
  }
}

const firstPauseMs = 200;
const longestPauseMs = 10_000;

/** Writes the batches of one partition, each exactly once: intent, look, one part a month, commit. */
export class PartitionWriter {
  readonly prefix: string;
  readonly #options: WriterOptions;
  readonly #patience: Patience;
  #generation = 0;
  #counted = 0;
  #partly: readonly PartlyCounted[] = [];

  constructor(options: WriterOptions, prefix: string) {
    const { store, signal, observer } = options;
    this.#options = options;
    this.prefix = prefix;
    this.#patience = {
      clock: store.clock,
      timeoutMs: Number.POSITIVE_INFINITY,
      signal,
      onFailure: (error) => observer.retry('counts', error),
    };
  }

  /** Offsets of which only some months are counted, while reading has not passed them. */
  get partly(): readonly PartlyCounted[] {
    return this.#partly;
  }

  /** Begins with the last batch that the store knows. */
  begin(last: LastBatch | undefined): void {
    this.#generation = last?.generation ?? 0;
    this.#counted = countedTo(last);
  }

  /** Batches of this generation follow. */
  goOn({
    generation,
    partly = [],
  }: {
    readonly generation: number;
    readonly partly?: readonly PartlyCounted[] | undefined;
  }): void {
    if (generation !== this.#generation) this.#counted = 0;
    this.#generation = generation;
    this.#partly = partly;
  }

  /** Records what is going to be inserted, inserts it, and commits the offset after it. `pending`: the intent is recorded already. */
  async write(batch: FullBatch, pending?: PendingBatch): Promise<void> {
    const { store, kafka, begun } = this.#options;
    const started = store.clock.now();
    const name = batchName(this.prefix, { generation: this.#generation, from: batch.from, to: batch.to });
    const isNew = batch.months.length > 0;
    if (isNew && pending === undefined) {
      await this.#commit(batch.from, intentOf(batch));
    }
    if (isNew || pending !== undefined) {
      if (!(await this.#options.isFeeding())) throw new FeedingLost();
      this.#options.signal.throwIfAborted();
      begun.begin(kafka.partition, { generation: this.#generation, from: batch.from });
      await this.#insert(name, batch, pending);
      this.#counted = batch.to;
    }
    this.#partly = this.#partly.filter(({ to }) => to > batch.to);
    await this.#commit(batch.to);
    begun.end(kafka.partition);
    const { lines, facts } = batch;
    this.#options.observer.counted({
      ...facts,
      name,
      lines,
      insertMs: store.clock.now() - started,
    });
  }

  /**
   * Burns the tokens of a batch that cannot be formed any more, so that not even an insert that is still on its way can count it; gives which
   * of its months are counted all the same.
   */
  async burn({ generation, from, to, months: intended }: PendingBatch): Promise<PartlyCounted> {
    const batch = batchName(this.prefix, { generation, from, to });
    const there: number[] = [];
    // The window of tokens may have moved on since, so what is there is looked for first.
    const known = await markersOf(this.#options.store.counts, [batch], this.#patience);
    const months = intended ?? known[0]?.months ?? [];
    for (const month of months) {
      const marker =
        known.find((one) => one.month === month) ??
        (await this.#insertPart({ batch, month, rows: encodeVoidPart(batch, month, months) }));
      if (!marker.isVoid) there.push(month);
    }
    this.#counted = from;
    return { from, to, months: there };
  }

  async #insert(name: string, batch: FullBatch, pending: PendingBatch | undefined): Promise<void> {
    const { setup, pins, stretches, lastMessage } = batch;
    const there =
      pending === undefined ? [] : await markersOf(this.#options.store.counts, [name], this.#patience);
    const intended = there[0]?.months ?? pending?.months ?? [];
    const months = sorted([...intended, ...batch.months.map(({ month }) => month)]);
    const how = describeSetups([setup], pins);
    if (lastMessage) how.push(lastMessageWord(lastMessage));
    const byMonth = new Map(batch.months.map((month) => [month.month, month]));
    for (const month of months) {
      const marker: Marker = { batch: name, month, months, isVoid: false, how: how.toSorted() };
      const rows = () => encodePart(marker, stretches, byMonth.get(month) ?? emptyMonth(month));
      const found =
        there.find((one) => one.month === month) ??
        (await this.#insertPart({ batch: name, month, rows: rows() }));
      // By who had the partition before and stood still since; it may look at Kafka and the store before it learns that it has lost it.
      if (found.isVoid) throw new BatchBurnt();
    }
  }

  /** For as long as it takes: what the store refuses (a full disk, missing rights) somebody puts right, and Kafka keeps the lines until then. */
  async #insertPart(part: Part): Promise<Marker> {
    const { store, signal, observer } = this.#options;
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      signal.throwIfAborted();
      try {
        return await insertPart(store.counts, part, this.#patience);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof StoreError || error instanceof StoreTimeout)) throw error;
        observer.retry('counts', error);
      }
      await store.clock.sleep(pauseMs, signal);
    }
  }

  /** Tried once: one that is given up on may arrive later, over others. The group is joined anew, and then it is not taken any more. */
  async #commit(offset: number, intent?: OffsetIntent): Promise<void> {
    const { setups, kafka, signal, observer } = this.#options;
    const note = writeNote({
      counted: this.#counted,
      generation: this.#generation,
      layout: setups.layout,
      partly: this.#partly,
      intent,
    });
    signal.throwIfAborted();
    try {
      await kafka.commit(offset, note);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof PartitionLost)) observer.retry('offsets', error);
      throw error;
    }
  }
}

function intentOf({ to, months, pins }: FullBatch): OffsetIntent {
  return { to, months: months.map(({ month }) => month), pins };
}

function emptyMonth(month: number): CountedMonth {
  return { month, rows: new Uint8Array(0), rowCount: 0, days: [], stretches: [] };
}

function sorted(months: readonly number[]): number[] {
  return [...new Set(months)].sort((a, b) => a - b);
}
