import { Assigned } from '../../../services/ingester/assigned.ts';
import { Begun } from '../../../services/ingester/begun.ts';
import type { PartitionOptions } from '../../../services/ingester/partition-ingest.ts';
import { SetupChoice } from '../../../services/ingester/setup-choice.ts';
import { unlessAborted } from '../../../shared/in-time.ts';
import type { AssignedPartition } from '../../../shared/kafka/assigned-partition.ts';
import { createBlockPool } from '../../../shared/source/block-pool.ts';
import { announceFeeder, type Feeder } from '../../../shared/store/feed.ts';
import type { Store } from '../../../shared/store/store.ts';
import type { Scheduler } from '../simulation/scheduler.ts';
import type { Broker } from './broker.ts';
import type { Group } from './group.ts';
import type { Host } from './host.ts';
import { MadeUpCounter } from './made-up-counter.ts';
import { type BrokenMember, type KafkaFaults, Member } from './member.ts';

/** What an ingester of the made-up world works with. */
export interface IngesterWorld {
  readonly host: Host;
  readonly scheduler: Scheduler;
  readonly store: Store;
  readonly broker: Broker;
  readonly group: Group;
  readonly faults: KafkaFaults;
  readonly broken: BrokenMember & {
    /** What a partition is ingested with is changed. */
    readonly options?: (options: PartitionOptions) => PartitionOptions;
  };
  /** Aborted when it is to leave in good order. */
  readonly stop: AbortSignal;
  /** The last one leaves by itself, once all is counted and nobody else is there. */
  readonly isLast: boolean;
  /** Told of partitions that are refused. */
  onRefused(message: string): void;
  /** The entries of dead feeders are closed. */
  onClosedDead(): void;
}

const stopMs = 20_000;
const lastLookMs = 2_000;
const longestPauseMs = 30_000;

/** `tallymark ingest`, as `services/ingester/ingest.ts` and `session.ts` do it: over the same feeder and partitions. */
export async function ingester(world: IngesterWorld): Promise<void> {
  const { host, scheduler, store, stop } = world;
  let feeder: Feeder | undefined;
  const begun = new Begun();
  try {
    for (let pauseMs = 500; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        if (!feeder || !(await feeder.isOpen())) feeder = await announce(world);
        const session = new Session(world, feeder, begun);
        await session.run();
        break;
      } catch (error) {
        if (stop.aborted) break;
        scheduler.log(() => `${host.name} begins again: ${error}`);
        await store.clock.sleep(pauseMs, stop).catch(() => undefined);
      }
    }
  } finally {
    const isClean = feeder !== undefined && !feeder.owes && (await isPassed(begun, world));
    await feeder?.close(isClean);
    scheduler.log(() => `${host.name} leaves ${isClean ? 'in good order' : 'in haste'}`);
  }
}

function isPassed(begun: Begun, { store, group, scheduler, host }: IngesterWorld): Promise<boolean> {
  return begun.isPassed(store.clock, async () => {
    await store.clock.sleep(scheduler.between(1, 80));
    scheduler.log(() => `${host.name} finds ${committedOf(group)} committed`);
    return new Map(group.offsets);
  });
}

function committedOf({ offsets }: Group): string {
  return [...offsets].map(([partition, { offset }]) => `${partition}: ${offset}`).join();
}

function announce({ store, stop }: IngesterWorld): Promise<Feeder> {
  return announceFeeder(store, {
    feeds: 'sim',
    site: 'sim',
    formBatch: async () => 'gone',
    signal: stop,
    timeoutMs: Number.POSITIVE_INFINITY,
  });
}

const choice = {
  reading: { format: 'combined', enveloped: false, fileName: '', countryFrom: 'log' as const },
  registries: [{ name: 'r', layout: 'files', rules: 'new' }],
  registryOf: (layout: string) => ({ name: 'r', layout, rules: 'new' }),
};

/** From joining the group to leaving it. */
class Session {
  readonly #world: IngesterWorld;
  readonly #assigned: Assigned;
  readonly #setups = new SetupChoice(choice);
  readonly #pool = createBlockPool({ blockSize: 70_000, count: 3 });
  readonly #batchMs: number;
  readonly #threads: number;
  readonly #feeder: Feeder;
  readonly #begun: Begun;
  #closedDead = false;

  constructor(world: IngesterWorld, feeder: Feeder, begun: Begun) {
    this.#world = world;
    this.#feeder = feeder;
    this.#begun = begun;
    this.#batchMs = world.scheduler.between(100, 15_000);
    this.#threads = world.scheduler.chance(0.3) ? 2 : 1;
    this.#assigned = new Assigned(
      (kafka) => this.#partitionOptions(kafka),
      ({ message }) => world.onRefused(message),
    );
  }

  async run(): Promise<void> {
    const member = this.#join();
    try {
      await this.#untilDone(member);
      await this.#stop(member);
    } finally {
      member.close();
    }
  }

  #join(): Member {
    const { host, scheduler, broker, group, faults, broken } = this.#world;
    return new Member({
      host,
      scheduler,
      broker,
      group,
      faults,
      broken,
      onAssigned: (partitions) => {
        this.#assigned.replace(partitions);
        this.#closedDead = false;
      },
      onFetched: (partition, fetched) => this.#assigned.offer(partition, fetched),
    });
  }

  async #untilDone(member: Member): Promise<void> {
    const { stop, store } = this.#world;
    const over = new AbortController();
    const late = new AbortController();
    const signals = { noMore: AbortSignal.any([stop, over.signal]), late: late.signal };
    const looking = this.#look(member, signals);
    try {
      const failed = Promise.race([looking, member.failed, this.#assigned.failed]);
      await unlessAborted(failed, stop).catch((error: unknown) => {
        if (!stop.aborted) throw error;
      });
    } finally {
      over.abort();
      const looked = new AbortController();
      const tooLate = store.clock.sleep(lastLookMs, looked.signal);
      await Promise.race([looking, tooLate].map((ending) => ending.catch(() => undefined)));
      looked.abort();
      late.abort();
    }
  }

  async #look(member: Member, { noMore, late }: Record<'noMore' | 'late', AbortSignal>): Promise<void> {
    const { store, isLast } = this.#world;
    while (!noMore.aborted) {
      await this.#closeDead(member, late);
      if (isLast && this.#closedDead && this.#isCaughtUp()) return;
      await store.clock.sleep(10_000, noMore).catch(() => undefined);
    }
  }

  #isCaughtUp(): boolean {
    const { all, refused } = this.#assigned;
    if (all.size < this.#world.broker.partitions.length) return false;
    return [...all].every(([partition, { done }]) => {
      return refused.has(partition) || (done !== undefined && done >= this.#world.broker.of(partition).high);
    });
  }

  async #closeDead(member: Member, signal: AbortSignal): Promise<void> {
    if (this.#closedDead || !this.#hasAll()) return;
    const hasAll = async () => (await member.isAlone()) && this.#hasAll();
    const { alive } = await this.#feeder.closeDead(hasAll, signal);
    this.#closedDead = alive === 0 && !this.#feeder.owes;
    if (this.#closedDead) this.#world.onClosedDead();
  }

  #hasAll(): boolean {
    const { all, refused } = this.#assigned;
    if (all.size < this.#world.broker.partitions.length) return false;
    return [...all].every(([partition, { done }]) => refused.has(partition) || done !== undefined);
  }

  async #stop(member: Member): Promise<void> {
    const over = new AbortController();
    const late = this.#world.store.clock.sleep(stopMs, over.signal).catch(() => undefined);
    try {
      await Promise.race([this.#assigned.stop(), member.failed, late]);
    } finally {
      over.abort();
    }
  }

  /** What a counting thread takes. */
  async #count(): Promise<void> {
    const { scheduler, store } = this.#world;
    if (scheduler.chance(0.3)) await store.clock.sleep(scheduler.between(0, 2_000));
  }

  #partitionOptions(kafka: AssignedPartition): PartitionOptions {
    const { store, scheduler, broker, broken, host } = this.#world;
    const { partition } = kafka;
    const log = broker.of(partition);
    const options: PartitionOptions = {
      name: { cluster: 'sim', topic: 'sim', partition },
      store,
      counters: Array.from({ length: this.#threads }, () => new MadeUpCounter(() => this.#count())),
      pool: this.#pool,
      kafka,
      setups: this.#setups,
      batchMs: this.#batchMs,
      geo: '',
      countries: () => ({ bytes: new Uint8Array(0), digest: '' }),
      isFeeding: () => this.#feeder.isOpen(kafka.signal),
      begun: this.#begun,
      memoryBytes: () => 8,
      inboxBytes: () => 1_500,
      signal: kafka.signal,
      observer: {
        counted: ({ name, lies }) => scheduler.log(() => `${host.name} has counted ${name}, ${lies} lies`),
        gap: async (gap) => {
          scheduler.log(() => `${host.name} tells of a gap in ${partition}: [${gap.from},${gap.to})`);
          log.gaps.push(gap);
        },
        madeAgain: () => scheduler.log(() => `${host.name} finds ${partition} made again`),
        retry: () => undefined,
        recovered: (outcome) => scheduler.log(() => `${host.name} recovers ${partition}: ${outcome}`),
      },
    };
    return broken.options?.(options) ?? options;
  }
}
