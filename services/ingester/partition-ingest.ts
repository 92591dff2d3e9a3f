import type { Pins } from '../../shared/count/counted-batch.ts';
import { dayAt } from '../../shared/days.ts';
import type { AssignedPartition } from '../../shared/kafka/assigned-partition.ts';
import type { FetchedMessages } from '../../shared/kafka/message.ts';
import type { BlockPool } from '../../shared/source/block-pool.ts';
import { batchPrefix, type PartitionName, partitionSource } from '../../shared/store/partition-name.ts';
import type { Patience } from '../../shared/store/persist.ts';
import type { Store } from '../../shared/store/store.ts';
import type { Counter } from '../../shared/workers/counter.ts';
import type { Begun } from './begun.ts';
import { Inbox } from './inbox.ts';
import type { IngestObserver } from './ingest-observer.ts';
import { isFull } from './is-full.ts';
import { lookUpPartition } from './look-up-partition.ts';
import { digestOfMessage, OpenBatch } from './open-batch.ts';
import { PartitionRefused } from './partition-refused.ts';
import { PartitionWriter } from './partition-writer.ts';
import { type PendingBatch, type ReadFrom, type ResumePoint, readAnew, resumePoint } from './resume-point.ts';
import type { SetupChoice } from './setup-choice.ts';
import { SourceBook } from './source-book.ts';

/** What a partition is ingested with. */
export interface PartitionOptions {
  readonly name: PartitionName;
  readonly store: Store;
  /** One a thread; they are let go of with the partition. */
  readonly counters: readonly Counter[];
  readonly pool: BlockPool;
  readonly kafka: AssignedPartition;
  /** Asked between an intent and its first insert: false where somebody took this ingester for dead. */
  isFeeding(): Promise<boolean>;
  readonly begun: Begun;
  readonly setups: SetupChoice;
  /** Digest of the country database that the counters were made with, and the database of the next batch. */
  readonly geo: string;
  countries(): { readonly bytes: Uint8Array; readonly digest: string };
  /** How long a batch may be open: see `is-full.ts`. */
  readonly batchMs: number;
  /** Bytes that the sums of this partition may take, and the messages that wait. */
  memoryBytes(): number;
  inboxBytes(): number;
  readonly observer: IngestObserver;
  /** Aborted when the partition is not ours any more, or everything ends. */
  readonly signal: AbortSignal;
}

/** It was told to stop before it had finished what whoever had the partition before had begun: that one's entry tells of it. */
export class Unfinished extends Error {
  override readonly name = 'Unfinished';
}

/**
 * How often a log that ends before what was counted is looked at again: a new leader may not know yet how far it goes, and who was stopped
 * for a while does not know yet that others have counted on.
 */
const truncatedLooks = 30;
const lookMs = 1_000;
const idleMs = 60_000;

/**
 * One partition while it is ours, in the steps of `exactly-once.md`: find out where to go on, finish what was left half-way, then read, tally,
 * record the intent, insert a part a month, commit. Strictly in sequence, but that a batch is tallied while the one before is inserted.
 */
export class PartitionIngest {
  readonly #options: PartitionOptions;
  readonly #patience: Patience;
  readonly #inbox: Inbox;
  #sources: SourceBook;
  readonly #writer: PartitionWriter;
  /** Digest of the country database in use. */
  #geo: string;
  /** Offset of the messages that are wanted next; whatever else comes was asked for before. */
  #wanted: number | undefined;
  #batch: OpenBatch | undefined;
  /** When the open batch was begun, by the process's clock. */
  #openedAt = 0;
  /** Of the topic, as far as it is known. */
  #generation = 0;
  #isPaused = false;
  #stopping = false;
  /** Offset up to which all is in the store and committed. */
  #done: number | undefined;
  #flushAt = Number.POSITIVE_INFINITY;
  /** The batch before the open one, on its way to the store. */
  #writing: Promise<void> = Promise.resolve();
  #writingOldestMs: number | undefined;
  /** Why that failed, for who does not wait for it. */
  #failure: { readonly error: unknown } | undefined;

  constructor(options: PartitionOptions) {
    const { store, signal, name } = options;
    this.#options = options;
    this.#geo = options.geo;
    this.#patience = { clock: store.clock, timeoutMs: Number.POSITIVE_INFINITY, signal };
    this.#inbox = new Inbox(store.clock);
    this.#sources = new SourceBook(store, this.#patience);
    this.#writer = new PartitionWriter(options, batchPrefix(store.keyed, name));
  }

  /** Offset up to which all is in the store and committed; undefined while that is being found out. */
  get done(): number | undefined {
    return this.#done;
  }

  /** When the oldest message that is not in the store was appended, ms since 1970. */
  get oldestMs(): number | undefined {
    return this.#writingOldestMs ?? this.#batch?.oldestMs;
  }

  /** Whether it has messages that are not in the store. */
  get isBusy(): boolean {
    return this.#batch !== undefined || this.#inbox.bytes > 0;
  }

  /** Cuts as soon as messages up to an offset are tallied, without waiting for the batch to be full. */
  flushAt(offset: number): void {
    this.#flushAt = offset;
    this.#inbox.wake();
  }

  /** Takes messages that were fetched; false where they are not the ones that are wanted now. */
  offer(fetched: FetchedMessages): boolean {
    if (fetched.from !== this.#wanted) return false;
    this.#wanted = fetched.next;
    this.#inbox.put(fetched);
    if (this.#inbox.bytes > this.#options.inboxBytes() && !this.#isPaused) {
      this.#isPaused = true;
      this.#options.kafka.pause();
    }
    return true;
  }

  /** Lets `run` cut and write what it has, and end. */
  stop(): void {
    this.#stopping = true;
    this.#inbox.wake();
  }

  /**
   * Ends after `stop`. Rejects with `Unfinished` where what others had begun is not finished by then; and with the signal's reason,
   * `PartitionLost`, `PartitionRefused` and what stops an ingester altogether.
   */
  async run(): Promise<void> {
    try {
      const start = await this.#whereToGoOn();
      if (start.generation > this.#generation) this.#options.observer.madeAgain();
      if (start.gap) await this.#options.observer.gap(start.gap);
      this.#readFrom(start.from, start);
      // Not before: until then something may be left of who had the partition last.
      this.#done = start.from;
      this.#options.signal.throwIfAborted();
      this.#options.begun.end(this.#options.name.partition);
      while (!this.#stopping) await this.#step();
      await this.#cut();
      await this.#writing;
    } finally {
      this.#wanted = undefined;
      this.#options.kafka.pause();
      // What is still being counted holds blocks of the pool.
      await this.#writing.catch(() => undefined);
      for (const counter of this.#options.counters) await counter[Symbol.asyncDispose]();
    }
  }

  async #step(): Promise<void> {
    const { signal, setups } = this.#options;
    const fetched = await this.#inbox.take(this.#msToCut(), signal);
    if (this.#failure) throw this.#failure.error;
    this.#resumeIfRoom();
    if (fetched) {
      setups.learn(fetched.messages);
      // One batch is counted in one way: it ends where the layout is found, by this partition or another.
      if (this.#batch?.setup !== setups.current()) await this.#cut();
      await (this.#batch ?? this.#openBatch(fetched.from)).add(fetched.messages, fetched.next);
    }
    if (this.#isDue()) await this.#cut();
  }

  async #whereToGoOn(): Promise<ReadFrom> {
    for (let looks = 1; ; looks++) {
      const point = await this.#lookUp();
      if (point.do === 'read') return point;
      if (point.do === 'refuse') await this.#waitOrRefuse(point, looks);
      if (point.do === 'compare') return await this.#compare(point);
      if (point.do === 'burn') return await this.#burn(point.pending, point.next);
      if (point.do === 'finish') return await this.#finish(point);
    }
  }

  async #lookUp(): Promise<ResumePoint> {
    const known = await lookUpPartition(this.#options, this.#writer.prefix, this.#patience);
    const { committed, last } = known;
    const note = committed?.note === 'strange' ? undefined : committed?.note;
    this.#options.setups.useLayout(note?.layout);
    this.#generation = Math.max(note?.generation ?? 0, last?.generation ?? 0);
    this.#writer.begin(last);
    return resumePoint(known);
  }

  async #waitOrRefuse(point: Extract<ResumePoint, { do: 'refuse' }>, looks: number): Promise<void> {
    const { name, store, signal } = this.#options;
    const mayChange = point.why === 'truncated' && looks < truncatedLooks;
    if (!mayChange) throw new PartitionRefused(point.why, name);
    await store.clock.sleep(lookMs, signal);
    if (this.#stopping) throw new Unfinished();
  }

  /** Reads a message that was counted: if it is another one now, this is another topic of the same name. */
  async #compare({ message, same, other }: Extract<ResumePoint, { do: 'compare' }>): Promise<ReadFrom> {
    this.#readFrom(message.offset, same);
    const { signal, store, name } = this.#options;
    for (;;) {
      const fetched = await this.#inbox.take(idleMs, signal);
      if (this.#stopping) throw new Unfinished();
      if (fetched === undefined || fetched.next <= message.offset) continue;
      // What was a message once is one as long as it is there.
      const found = fetched.messages.find(({ offset }) => offset === message.offset);
      if (found && digestOfMessage(store.keyed, found) === message.digest) return same;
      if (other === undefined) throw new PartitionRefused('truncated', name);
      return other;
    }
  }

  /** Nothing that is not in the store of this batch will ever be. */
  async #burn(pending: PendingBatch, next: ReadFrom): Promise<ReadFrom> {
    const partly = await this.#writer.burn(pending);
    this.#options.observer.recovered('void');
    const isSameTopic = next.generation === pending.generation;
    return isSameTopic ? { ...next, partly: [...(next.partly ?? []), partly] } : next;
  }

  /** Forms the pending batch again, from the very same messages, and inserts what is missing of it. */
  async #finish({ pending, isForgotten }: Extract<ResumePoint, { do: 'finish' }>): Promise<ReadFrom> {
    const { from, to, generation, partly } = pending;
    this.#options.setups.useLayout(pending.layout);
    this.#readFrom(from, { generation, partly });
    const batch = this.#openBatch(from, pending.pins);
    while (batch.next < to) {
      const fetched = await this.#inbox.take(idleMs, this.#options.signal);
      if (this.#stopping) throw new Unfinished();
      this.#resumeIfRoom();
      if (!fetched) continue;
      const within = fetched.messages.filter(({ offset }) => offset < to);
      await batch.add(within, Math.min(fetched.next, to));
    }
    this.#batch = undefined;
    const full = await batch.cut();
    const { lastMessage } = pending;
    if (lastMessage && lastMessage.digest !== full.lastMessage?.digest) {
      // What was tallied just now is not going to be counted.
      this.#sources = new SourceBook(this.#options.store, this.#patience);
      if (!isForgotten) throw new PartitionRefused('truncated', this.#options.name);
      const { low } = await this.#options.kafka.watermarks();
      return await this.#burn(pending, readAnew({ low, generation }));
    }
    await this.#writer.write(full, pending);
    this.#options.observer.recovered('finished');
    return { do: 'read', from: to, generation, partly: this.#writer.partly };
  }

  #readFrom(offset: number, goOn: Pick<ReadFrom, 'generation' | 'partly'>): void {
    this.#generation = goOn.generation;
    this.#writer.goOn(goOn);
    this.#inbox.clear();
    this.#wanted = offset;
    this.#isPaused = false;
    this.#options.kafka.readFrom(offset);
  }

  #openBatch(from: number, pinned?: Pins): OpenBatch {
    const { store, counters, pool, setups, name, signal } = this.#options;
    const { bytes, digest } = this.#options.countries();
    if (digest !== this.#geo) for (const counter of counters) counter.useCountries({ bytes, digest });
    this.#geo = digest;
    this.#openedAt = store.clock.now();
    const today = pinned?.today ?? dayAt(store.clock.now());
    this.#batch = new OpenBatch(from, {
      counters,
      pool,
      keyed: store.keyed,
      sources: this.#sources,
      partition: partitionSource(name, this.#generation),
      setup: setups.current(),
      pins: { today, geo: digest },
      partly: this.#writer.partly,
      signal,
    });
    return this.#batch;
  }

  #msToCut(): number {
    if (this.#batch === undefined) return idleMs;
    return Math.max(0, this.#options.batchMs - this.#openMs());
  }

  #openMs(): number {
    return this.#options.store.clock.now() - this.#openedAt;
  }

  #isDue(): boolean {
    const batch = this.#batch;
    if (batch === undefined) return false;
    const { batchMs, memoryBytes } = this.#options;
    const filling = { fill: batch.fill, openMs: this.#openMs(), moreWaits: this.#inbox.bytes > 0 };
    return batch.next >= this.#flushAt || isFull(filling, { batchMs, memoryBytes: memoryBytes() });
  }

  /** Cuts the open batch once the one before is in the store, and has it written while the next is tallied. */
  async #cut(): Promise<void> {
    await this.#writing;
    const batch = this.#batch;
    if (batch === undefined) return;
    this.#batch = undefined;
    const full = await batch.cut();
    this.#writingOldestMs = batch.oldestMs;
    this.#writing = this.#writer.write(full).then(() => {
      this.#writingOldestMs = undefined;
      this.#done = full.to;
    });
    this.#writing.catch((error: unknown) => {
      this.#failure = { error };
      this.#inbox.wake();
    });
  }

  #resumeIfRoom(): void {
    if (!this.#isPaused || this.#inbox.bytes > this.#options.inboxBytes() / 2) return;
    this.#isPaused = false;
    this.#options.kafka.resume();
  }
}
