import { createHash } from 'node:crypto';
import { type OffsetNote, readNote } from '../../../shared/kafka/offset-note.ts';
import { StoreTimeout } from '../../../shared/store/persist.ts';
import type { Store } from '../../../shared/store/store.ts';
import { StoreFed } from '../../../shared/store/store-fed.ts';
import { TurnLost } from '../../../shared/store/write-batch.ts';
import { Engine } from '../simulation/engine.ts';
import { Network, peace } from '../simulation/network.ts';
import { Scheduler } from '../simulation/scheduler.ts';
import { Broker } from './broker.ts';
import { checkLines } from './check-lines.ts';
import { Group } from './group.ts';
import { Host } from './host.ts';
import { type IngesterWorld, ingester } from './ingester.ts';
import { firstDay } from './logs.ts';
import type { KafkaFaults } from './member.ts';
import { replay } from './replay.ts';
import { type BrokenShipping, Shipping } from './shipping.ts';
import { planTrouble, type Running, type TroubledWorld, troubleMs } from './trouble.ts';

/** A rule taken out: what a process sees is broken on purpose, and the shipped code knows nothing of it. */
export interface Breakage {
  readonly store?: (store: Store) => Store;
  readonly member?: IngesterWorld['broken'];
  readonly shipping?: BrokenShipping;
}

/** What a seed led to. */
export interface History {
  readonly seed: number;
  /** Nothing where the promise was kept. */
  readonly problems: readonly string[];
  readonly trace: readonly string[];
}

const mostEvents = 60_000;
/** Until the end of the first day. */
const toMidnightMs = 100_000;

/** Lives through the history of a seed. */
export async function simulate(
  seed: number,
  { breakage = {}, traced = false }: { breakage?: Breakage; traced?: boolean } = {},
): Promise<History> {
  const scheduler = new Scheduler(seed, traced);
  const problems = await new HistoryOf(scheduler, breakage).live();
  return { seed, problems, trace: scheduler.trace };
}

class HistoryOf implements TroubledWorld {
  readonly scheduler: Scheduler;
  readonly #engine = new Engine();
  readonly network: Network;
  readonly #broker: Broker;
  readonly group: Group;
  readonly shipping: Shipping;
  readonly #breakage: Breakage;
  readonly #running: Running[] = [];
  readonly #problems: string[] = [];
  readonly #refused: string[] = [];
  readonly #knowsDeaths: boolean;
  readonly #kafkaFaults: KafkaFaults;
  readonly #hazards: { killed: number; stopped: number };
  readonly #replaying: Host[] = [];
  #replays = 0;
  #hasEnded = false;
  #closedDeadAt = 0;

  constructor(scheduler: Scheduler, breakage: Breakage) {
    this.scheduler = scheduler;
    this.#breakage = breakage;
    // Each fault is off in half of the histories.
    const rate = (most: number): number => (scheduler.chance(0.5) ? 0 : scheduler.number() * most);
    this.network = new Network(scheduler, this.#engine, {
      unavailable: rate(0.1),
      lost: rate(0.15),
      unacknowledged: rate(0.15),
      late: rate(0.2),
      killed: rate(0.3),
      slow: rate(0.1),
    });
    this.#hazards = { killed: rate(0.03), stopped: rate(0.02) };
    this.#kafkaFaults = { lost: rate(0.1), unacknowledged: rate(0.2), late: rate(0.1), slow: rate(0.1) };
    this.#knowsDeaths = scheduler.chance(0.5);
    this.#broker = new Broker(scheduler, scheduler.between(1, 3));
    this.group = new Group(scheduler, this.#broker.partitions.length);
    this.shipping = new Shipping(scheduler, this.#broker, breakage.shipping ?? {});
  }

  async live(): Promise<string[]> {
    const scheduler = this.scheduler;
    planTrouble(this);
    scheduler.after(troubleMs, () => this.#endInPeace());
    const ended = await scheduler.run(mostEvents);
    if (!ended) this.#problems.push('the ingesters never end');
    else if (!this.#hasEnded) this.#problems.push('the last ingester fails');
    else this.#check();
    return this.#problems;
  }

  launchReplay(): void {
    const scheduler = this.scheduler;
    const host = new Host(scheduler, `replay ${++this.#replays}`, this.#hazards);
    this.#replaying.push(host);
    scheduler.log(() => `${host.name} starts`);
    const { store = (same: Store) => same } = this.#breakage;
    const busy = () => this.network.busy(host, scheduler.between(0, 2_000));
    replay({ store: store(this.#storeOf(host)), files: this.shipping.files(), busy })
      .catch((error: unknown) => {
        scheduler.log(() => `${host.name} fails: ${error}`);
        const isExpected =
          error instanceof StoreFed || error instanceof StoreTimeout || error instanceof TurnLost;
        if (!isExpected) this.#problems.push(`${host.name}: ${error}`);
      })
      .finally(() => {
        scheduler.log(() => `${host.name} ends`);
        host.end();
      });
  }

  someone(): Running | undefined {
    const alive = this.#running.filter(({ host }) => host.alive);
    return alive.length > 0 ? this.scheduler.pick(alive) : undefined;
  }

  calm(): void {
    Object.assign(this.#hazards, { killed: 0, stopped: 0 });
  }

  /** All but one leave, and all there is has to be counted. */
  #endInPeace(): void {
    this.scheduler.log(() => 'all is well from here on');
    this.network.faults = peace;
    this.calm();
    Object.assign(this.#kafkaFaults, { lost: 0, unacknowledged: 0, late: 0, slow: 0 });
    this.shipping.rest();
    for (const { stop } of this.#running)
      this.scheduler.after(this.scheduler.between(0, 60_000), () => stop.abort());
    this.scheduler.after(this.scheduler.between(0, 60_000), () => this.launch(true));
  }

  #check(): void {
    this.#problems.push(...checkLines(this.#engine, this.shipping.shipped));
    // A partition that was refused may hold something that was begun.
    if (this.#broker.partitions.some((log) => log.isTruncated)) return;
    this.#problems.push(...new Set(this.#refused));
    const { turns } = this.#engine.openTurns(this.scheduler.now);
    // What a dead one announced may arrive later still.
    if (turns.some(({ feeds, since }) => feeds !== undefined && since < this.#closedDeadAt))
      this.#problems.push('the store is left fed');
  }

  launch(isLast = false): Running {
    const scheduler = this.scheduler;
    const host = new Host(scheduler, `ingester ${this.#running.length + 1}`, this.#hazards);
    const stop = new AbortController();
    const running = { host, stop };
    this.#running.push(running);
    scheduler.log(() => `${host.name} starts`);
    const { member: broken = {}, store = (same: Store) => same } = this.#breakage;
    const world: IngesterWorld = {
      host,
      scheduler,
      store: store(this.#storeOf(host)),
      broker: this.#broker,
      group: this.group,
      faults: this.#kafkaFaults,
      broken,
      stop: stop.signal,
      isLast,
      onClosedDead: () => {
        if (isLast) this.#closedDeadAt = scheduler.now;
      },
      onRefused: (message) => {
        scheduler.log(() => `${host.name}: ${message}`);
        this.#refused.push(message);
      },
    };
    ingester(world)
      .then(
        () => {
          this.#hasEnded ||= isLast;
        },
        (error: unknown) => this.#problems.push(`${host.name}: ${error}`),
      )
      .finally(() => {
        scheduler.log(() => `${host.name} ends`);
        host.end();
      });
    return running;
  }

  #storeOf(host: Host): Store {
    const store = this.network.storeOf(host, (holder) => this.#knowsDeaths && this.#isDead(holder));
    const begin = (firstDay + 1) * 86_400_000 - toMidnightMs;
    return { ...store, keyed, clock: { ...store.clock, now: () => begin + store.clock.now() } };
  }

  #hosts(): Host[] {
    return [...this.#running.map(({ host }) => host), ...this.#replaying];
  }

  #isDead(holder: string): boolean {
    return !this.#hosts().some(({ name, alive }) => name === holder && alive);
  }

  /** Retention: beginnings of partitions go. */
  retain(): void {
    const log = this.scheduler.pick(this.#broker.partitions);
    // Often within what somebody has begun.
    const begun = Math.max(log.low, this.group.offsets.get(log.partition)?.offset ?? 0);
    const least = this.scheduler.chance(0.5) ? Math.min(begun + 1, log.high) : log.low;
    const low = this.scheduler.between(least, log.high);
    this.scheduler.log(() => `${log.partition} begins at ${low}`);
    log.dropBefore(low);
  }

  /** A group without members loses its offsets after a while, when nothing is on its way any more. */
  forgetOffsets(): void {
    // Both together look like a topic that was made again.
    if (!this.#isQuiet() || this.#broker.partitions.some((log) => log.isTruncated)) return;
    this.scheduler.log(() => 'the offsets of the group are gone');
    this.group.offsets = new Map();
  }

  /** Somebody else commits for the group, or sets its offsets: they have no note. */
  setOffsets(): void {
    if (!this.#isQuiet()) return;
    for (const [partition, { metadata }] of this.group.offsets) {
      // Where nothing is counted, the partition is refused.
      if (!(readNote(metadata) as OffsetNote | undefined)?.counted) continue;
      const { low, high } = this.#broker.of(partition);
      const offset = this.scheduler.between(low, high);
      this.scheduler.log(() => `the offset of ${partition} is set to ${offset}`);
      this.group.offsets.set(partition, { offset, metadata: '' });
    }
  }

  recreate(): void {
    if (!this.#isQuiet()) return;
    this.group.offsets = new Map();
    this.#broker.recreate();
  }

  truncate(): void {
    if (this.group.offsets.size === 0) return;
    const log = this.scheduler.pick(this.#broker.partitions);
    const high = this.scheduler.between(log.low, log.high);
    this.scheduler.log(() => `${log.partition} ends at ${high}`);
    log.truncate(high);
  }

  /** Nobody is alive, or may still be heard of. */
  #isQuiet(): boolean {
    return (
      this.group.isEmpty && !this.#running.some(({ host }) => host.alive) && !this.network.isAnythingUnderWay
    );
  }

  expireTokens(): void {
    if (this.#hosts().some(({ alive }) => alive)) return;
    this.scheduler.log(() => 'the window of tokens moves on');
    this.#engine.forget((token) => !this.network.isUnderWay(token));
  }
}

const digests = new Map<string, string>();

/** The same texts come again in every history. */
function keyed(text: string): string {
  const known = digests.get(text);
  if (known !== undefined) return known;
  const digest = createHash('sha256').update(text).digest('hex');
  if (digests.size < 100_000) digests.set(text, digest);
  return digest;
}
