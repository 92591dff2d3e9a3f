import type { AssignedPartition } from '../../shared/kafka/assigned-partition.ts';
import { type FencedConsumer, joinGroup } from '../../shared/kafka/fenced-consumer.ts';
import { type BlockPool, createBlockPool } from '../../shared/source/block-pool.ts';
import { announceFeeder, type Feeder } from '../../shared/store/feed.ts';
import { noteGap } from '../../shared/store/feeding.ts';
import { type Counter, counterHere } from '../../shared/workers/counter.ts';
import { startCountingThread } from '../../shared/workers/counter-thread.ts';
import { Assigned } from './assigned.ts';
import { caughtUp, fetchHighs } from './caught-up.ts';
import type { IngestOptions, IngestSummary } from './ingest-options.ts';
import type { PartitionOptions } from './partition-ingest.ts';
import { LayoutUndecided } from './setup-choice.ts';
import { SiteNotes } from './site-notes.ts';
import { Summary } from './summary.ts';

/** Sums and names of all partitions of a process together, about. */
const memoryBytes = 384 * 2 ** 20;
const blocksPerCounter = 8;
const blocksBeside = 8;
/** How often it is looked how far the partitions are. */
const lookMs = 250;
/** A scrape's lag is not older than this, and what the look takes. */
const progressMs = 5_000;
const firstPauseMs = 500;
const longestPauseMs = 30_000;
/** How long a stop waits for what is on its way; what is not done then is finished by the next one who has the partition. */
const stopMs = 20_000;

/**
 * Counts the lines of a topic into a store, each exactly once, together with whoever else is in the group, until it is told to stop or, with
 * `once`, is caught up. Outages of Kafka and of the store are waited for. Throws what only the operator can put right.
 */
export async function ingest(options: IngestOptions): Promise<IngestSummary> {
  const summary = new Summary();
  await using counters = openCounters(options);
  const targets = options.once ? await fetchHighs(options.admin, options.topic) : undefined;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      await new Session({ options, summary, counters, targets }).run();
      return summary.end();
    } catch (error) {
      if (options.signal.aborted) return summary.end();
      if (error instanceof LayoutUndecided) throw error;
      if (summary.movedOn()) pauseMs = firstPauseMs;
      options.onEvent({ event: 'again', error, pauseMs });
      await options.store.clock.sleep(pauseMs, options.signal).catch(() => undefined);
      if (options.signal.aborted) return summary.end();
    }
  }
}

interface Counters extends AsyncDisposable {
  readonly pool: BlockPool;
  /** One a thread. */
  open(): Counter[];
}

/** One thread a worker, each counting for all partitions. */
function openCounters({ workers, countries, facts }: IngestOptions): Counters {
  const { bytes, countryOf } = countries.current();
  const maxNameBytes = memoryBytes / 2 / Math.max(facts.partitions, 4);
  const threads = Array.from({ length: workers }, () =>
    startCountingThread({ countryDatabase: bytes, maxNameBytes }),
  );
  return {
    pool: createBlockPool({ count: Math.max(workers, 1) * blocksPerCounter + blocksBeside }),
    open: () => (threads.length === 0 ? [counterHere(countryOf)] : threads.map((thread) => thread.counter())),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(threads.map((thread) => thread[Symbol.asyncDispose]()));
    },
  };
}

interface SessionOptions {
  readonly options: IngestOptions;
  readonly summary: Summary;
  readonly counters: Counters;
  /** Offsets by partition up to which all is to be counted. */
  readonly targets: ReadonlyMap<number, number> | undefined;
}

/** From joining the group to leaving it. */
class Session {
  readonly #around: SessionOptions;
  readonly #assigned: Assigned;
  readonly #sites: SiteNotes;
  #feeder: Feeder | undefined;
  #closedDead = false;

  constructor(around: SessionOptions) {
    this.#around = around;
    const { options, summary } = around;
    this.#sites = new SiteNotes(options.database);
    this.#assigned = new Assigned(
      (kafka) => this.#partitionOptions(kafka),
      ({ message }) => {
        summary.refuse(message);
        options.onEvent({ event: 'refused', message });
      },
    );
  }

  async run(): Promise<void> {
    const { options } = this.#around;
    this.#feeder = await this.#announce();
    let clean = false;
    try {
      await using consumer = await this.#join();
      await this.#untilDone(consumer);
      clean = await this.#stop(consumer);
    } finally {
      await this.#sites.written();
      await this.#feeder.close(clean);
    }
    if (!clean) options.onEvent({ event: 'refused', message: 'The ingester did not end in good order.' });
  }

  async #announce(): Promise<Feeder> {
    const { store, topic, site, signal, onEvent } = this.#around.options;
    const feeder = await announceFeeder(store, {
      feeds: `kafka ${topic}`,
      site,
      // Files are read by replays; what one left undone is given up, and its lines are counted when they come again.
      formBatch: async () => 'gone',
      signal,
      timeoutMs: Number.POSITIVE_INFINITY,
      onWait: () => onEvent({ event: 'waiting' }),
    });
    const givenUp = feeder.recovered.filter(({ outcome }) => outcome === 'void').length;
    if (givenUp > 0) onEvent({ event: 'given_up', batches: givenUp });
    return feeder;
  }

  async #join(): Promise<FencedConsumer> {
    const { kafka, topic, group, onEvent } = this.#around.options;
    return await joinGroup({
      kafka,
      topic,
      group,
      onAssigned: (partitions) => {
        onEvent({ event: 'assigned', partitions: partitions.length });
        this.#assigned.replace(partitions);
      },
      onFetched: (partition, fetched) => this.#assigned.offer(partition, fetched),
    });
  }

  async #untilDone(consumer: FencedConsumer): Promise<void> {
    const { options, targets } = this.#around;
    const over = new AbortController();
    const looking = this.#look(targets, AbortSignal.any([options.signal, over.signal]));
    try {
      await Promise.race([looking, consumer.failed, this.#assigned.failed]);
    } finally {
      over.abort();
      await looking.catch(() => undefined);
    }
  }

  /** Looks again and again how far the partitions are; ends when they are where they should get to, or the signal is aborted. */
  async #look(targets: SessionOptions['targets'], signal: AbortSignal): Promise<void> {
    const { options } = this.#around;
    const { clock } = options.store;
    for (let toldAt = clock.now(); !signal.aborted; ) {
      if (targets && (await caughtUp(options, this.#assigned, targets))) return;
      await this.#closeDead();
      if (clock.now() - toldAt >= progressMs) {
        toldAt = clock.now();
        options.onEvent({ event: 'progress', progress: await this.#progress() });
      }
      await clock.sleep(lookMs, signal).catch(() => undefined);
    }
  }

  async #progress() {
    const { options } = this.#around;
    const highs = await fetchHighs(options.admin, options.topic);
    const all = [...this.#assigned.all];
    const oldest = all.map(([, { oldestMs }]) => oldestMs ?? Number.POSITIVE_INFINITY);
    const oldestMs = Math.min(...oldest);
    return {
      partitions: all.length,
      refused: this.#assigned.refused.size,
      lag: all.reduce((sum, [partition, { done }]) => sum + (highs.get(partition) ?? 0) - (done ?? 0), 0),
      oldestMs: Number.isFinite(oldestMs) ? oldestMs : undefined,
    };
  }

  /** What ingesters that died had begun is finished once every partition has been gone on with; then replays need not be kept off for them. */
  async #closeDead(): Promise<void> {
    if (this.#closedDead) return;
    const all = [...this.#assigned.all.values()];
    const haveAll = all.length === this.#around.options.facts.partitions;
    if (!haveAll || !all.every(({ done }) => done !== undefined)) return;
    this.#closedDead = true;
    await this.#feeder?.closeDead();
  }

  /** True where all that was begun is finished. */
  async #stop(consumer: FencedConsumer): Promise<boolean> {
    const { clock } = this.#around.options.store;
    const over = new AbortController();
    const late = clock.sleep(stopMs, over.signal).then(
      () => 'late' as const,
      () => 'over' as const,
    );
    const stopped = this.#assigned.stop().then(() => 'stopped' as const);
    const outcome = await Promise.race([stopped, consumer.failed, late]);
    over.abort();
    return outcome === 'stopped';
  }

  #partitionOptions(kafka: AssignedPartition): PartitionOptions {
    const { options, counters, summary } = this.#around;
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
      countries: () => countries.current(),
      isFeeding: async () => (await this.#feeder?.isOpen()) === true,
      memoryBytes: () => memoryBytes / Math.max(this.#assigned.all.size, 1),
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
        retry: (stage, error) => onEvent({ event: 'retry', stage, error }),
        recovered: (outcome) => onEvent({ event: 'recovered', outcome }),
      },
    };
  }
}
