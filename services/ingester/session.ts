import { inTime, unlessAborted } from '../../shared/in-time.ts';
import type { AssignedPartition } from '../../shared/kafka/assigned-partition.ts';
import { type FencedConsumer, joinGroup } from '../../shared/kafka/fenced-consumer.ts';
import { unlessLeaderless } from '../../shared/kafka/unless-leaderless.ts';
import type { BlockPool } from '../../shared/source/block-pool.ts';
import type { Feeder } from '../../shared/store/feed.ts';
import { noteGap } from '../../shared/store/feeding.ts';
import type { Counter } from '../../shared/workers/counter.ts';
import { Assigned } from './assigned.ts';
import type { Begun } from './begun.ts';
import { fetchHighs, notCaughtUp } from './caught-up.ts';
import type { IngestOptions, IngestProgress } from './ingest-options.ts';
import type { PartitionOptions } from './partition-ingest.ts';
import { requirePartitions } from './require-partitions.ts';
import { SiteNotes } from './site-notes.ts';
import type { Summary } from './summary.ts';

/** Sums of all partitions of a process together, about. */
const memoryBytes = 256 * 2 ** 20;
/** Messages of all partitions that were fetched and wait: enough to count while a fetch is waited for. */
const inboxBytes = 64 * 2 ** 20;
/** How often it is looked how far the partitions are. */
const lookMs = 250;
/** The lag of a scrape is not older than this, and what a look takes. */
const progressMs = 5_000;
/** How long the last look may take, which asks Kafka and the store: one that is cut off while it closes a dead one's entry has ours stay open. */
const lastLookMs = 2_000;
/** How long notes for the operator's eye may take at the end. */
const notesMs = 1_000;
/** How long a stop waits for what is on its way; what is not done then is finished by the next one who has the partition. */
const stopMs = 12_000;

/** What lines are counted with. */
export interface Counters extends AsyncDisposable {
  readonly pool: BlockPool;
  /** Digest of the country database that they begin with. */
  readonly geo: string;
  /** One a thread. */
  open(): Counter[];
}

/** What a session works with. */
export interface SessionOptions {
  readonly options: IngestOptions;
  readonly summary: Summary;
  readonly counters: Counters;
  readonly feeder: Feeder;
  readonly begun: Begun;
  /** Offsets by partition up to which all is to be counted; without it the session ends by the signal. */
  readonly targets: ReadonlyMap<number, number> | undefined;
}

/** From joining the group to leaving it. */
export class Session {
  readonly #around: SessionOptions;
  readonly #assigned: Assigned;
  readonly #sites: SiteNotes;
  #isStopping = false;
  #hasClosedDead = false;
  #lookedForDeadAt = Number.NEGATIVE_INFINITY;

  constructor(around: SessionOptions) {
    this.#around = around;
    const { options } = around;
    this.#sites = new SiteNotes(options.database);
    this.#assigned = new Assigned(
      (kafka) => this.#partitionOptions(kafka),
      ({ message }) => this.#refuse(message),
    );
  }

  #refuse(message: string): void {
    const { summary, options } = this.#around;
    summary.refuse(message);
    options.onEvent({ event: 'refused', message });
  }

  /** Ends when all targets are reached or the signal is aborted, and begins nothing any more then. Rejects where it cannot go on. */
  async run(): Promise<void> {
    await using consumer = await this.#join();
    // Told to stop before it was given anything.
    if (consumer === undefined) return;
    try {
      await this.#untilDone(consumer);
      await this.#stop(consumer);
    } finally {
      await inTime(notesMs, this.#sites.written());
    }
  }

  async #join(): Promise<FencedConsumer | undefined> {
    const { options, summary } = this.#around;
    const { kafka, topic, group, signal, onEvent } = options;
    const { unreadable } = summary;
    return await joinGroup({
      kafka,
      topic,
      group,
      signal,
      onAssigned: (partitions) => {
        onEvent({ event: 'assigned', partitions: partitions.length });
        this.#assigned.replace(partitions);
        // At the end it is told what was not read, also of what is another's by now.
        if (!this.#isStopping) unreadable.clear();
        // Somebody may have joined and died since.
        this.#hasClosedDead = false;
      },
      onFetched: (partition, fetched) => this.#assigned.offer(partition, fetched),
      onUnreadable: (found) => {
        const message = unreadable.add(found);
        if (message !== undefined) onEvent({ event: 'refused', message });
      },
      // What could not be read before can be now.
      onReadable: (partition) => unreadable.delete(partition),
    });
  }

  async #untilDone(consumer: FencedConsumer): Promise<void> {
    const { options, targets } = this.#around;
    const over = new AbortController();
    const late = new AbortController();
    const signals = { noMore: AbortSignal.any([options.signal, over.signal]), late: late.signal };
    const looking = this.#look(consumer, targets, signals);
    try {
      await unlessAborted(
        Promise.race([looking, consumer.failed, this.#assigned.failed]),
        options.signal,
      ).catch((error: unknown) => {
        if (!options.signal.aborted) throw error;
      });
    } finally {
      over.abort();
      await inTime(lastLookMs, looking);
      late.abort();
    }
  }

  /** Looks again and again how far the partitions are; ends when they are where they should get to, or no more is to be looked. */
  async #look(
    consumer: FencedConsumer,
    targets: SessionOptions['targets'],
    { noMore, late }: Record<'noMore' | 'late', AbortSignal>,
  ): Promise<void> {
    const { options, summary } = this.#around;
    const { clock } = options.store;
    for (let toldAt = clock.now(); !noMore.aborted; ) {
      await this.#closeDead(consumer, late);
      const { all, refused } = this.#assigned;
      const ours = { all, refused, unreadable: summary.unreadable };
      const missing = targets && (await notCaughtUp(options, ours, targets));
      if (missing?.ours.length === 0 && missing.others.length === 0) return;
      if (clock.now() - toldAt >= progressMs) {
        toldAt = clock.now();
        await requirePartitions(options);
        if (missing && missing.others.length > 0)
          options.onEvent({ event: 'others', partitions: missing.others });
        await this.#tellProgress();
      }
      await clock.sleep(lookMs, noMore).catch(() => undefined);
    }
  }

  /** Of a topic with a partition without a leader nothing is told; the others are counted meanwhile. */
  async #tellProgress(): Promise<void> {
    const { admin, topic, onEvent } = this.#around.options;
    const highs = await unlessLeaderless(fetchHighs(admin, topic), (error) =>
      onEvent({ event: 'retry', stage: 'offsets', error }),
    );
    if (highs) onEvent({ event: 'progress', progress: this.#progress(highs) });
  }

  /** Of what waits in Kafka only the number is known; how old it is, when it is fetched. */
  #progress(highs: ReadonlyMap<number, number>): IngestProgress {
    const all = [...this.#assigned.all];
    const oldestMs = Math.min(...all.map(([, { oldestMs }]) => oldestMs ?? Number.POSITIVE_INFINITY));
    return {
      partitions: all.length,
      lag: all.reduce((sum, [partition, { done }]) => sum + (highs.get(partition) ?? 0) - (done ?? 0), 0),
      oldestMs: Number.isFinite(oldestMs) ? oldestMs : undefined,
      refused: this.#assigned.refused.size + this.#around.summary.unreadable.size,
    };
  }

  /** What ingesters that died had begun is finished once every partition has been gone on with; then replays need not be kept off for them. */
  async #closeDead(consumer: FencedConsumer, signal: AbortSignal): Promise<void> {
    if (this.#hasClosedDead || !this.#hasAll()) return;
    // As long as others are alive, or not dead for certain, nothing is closed; they are looked at again.
    const now = this.#around.options.store.clock.now();
    if (now - this.#lookedForDeadAt < progressMs) return;
    this.#lookedForDeadAt = now;
    const hasAll = async () => (await consumer.isAlone()) && this.#hasAll();
    const { feeder } = this.#around;
    const { alive } = await feeder.closeDead(hasAll, signal);
    this.#hasClosedDead = alive === 0 && !feeder.owes;
  }

  /** Whether every partition is here and has been gone on with. */
  #hasAll(): boolean {
    const all = [...this.#assigned.all.values()];
    return (
      all.length === this.#around.options.facts.partitions && all.every(({ done }) => done !== undefined)
    );
  }

  async #stop(consumer: FencedConsumer): Promise<void> {
    this.#isStopping = true;
    const { clock } = this.#around.options.store;
    const over = new AbortController();
    const late = clock.sleep(stopMs, over.signal).catch(() => undefined);
    try {
      await Promise.race([this.#assigned.stop(), consumer.failed, late]);
    } finally {
      over.abort();
    }
  }

  #partitionOptions(kafka: AssignedPartition): PartitionOptions {
    const { options, counters, summary, feeder, begun } = this.#around;
    const { store, topic, facts, batchMs, setups, countries, onEvent, database } = options;
    const { partition } = kafka;
    return {
      name: { cluster: facts.clusterId, topic, partition },
      store,
      counters: counters.open(),
      pool: counters.pool,
      kafka,
      setups,
      batchMs,
      geo: counters.geo,
      countries: () => countries.current(),
      isFeeding: () => feeder.isOpen(kafka.signal),
      begun,
      memoryBytes: () => memoryBytes / this.#busy(),
      inboxBytes: () => inboxBytes / this.#busy(),
      signal: kafka.signal,
      observer: {
        counted: (batch) => {
          summary.add(batch);
          this.#sites.add(batch);
          onEvent({ event: 'counted', partition, ...batch });
        },
        gap: async (gap) => {
          onEvent({ event: 'gap', partition, ...gap });
          await noteGap(database, { topic, partition, ...gap });
        },
        madeAgain: () => onEvent({ event: 'made_again', partition }),
        retry: (stage, error) => onEvent({ event: 'retry', stage, error }),
        recovered: (outcome) => onEvent({ event: 'recovered', outcome }),
      },
    };
  }

  /** Partitions with something to count: they share the memory. */
  #busy(): number {
    let busy = 0;
    for (const { isBusy } of this.#assigned.all.values()) if (isBusy) busy++;
    return Math.max(busy, 1);
  }
}
