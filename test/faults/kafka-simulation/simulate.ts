import { createHash } from 'node:crypto';
import { StoreTimeout } from '../../../shared/store/persist.ts';
import type { Store } from '../../../shared/store/store.ts';
import { StoreFed } from '../../../shared/store/store-fed.ts';
import { TurnLost } from '../../../shared/store/write-batch.ts';
import { Engine } from '../simulation/engine.ts';
import { type Faults, Network } from '../simulation/network.ts';
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

const peace: Faults = { unavailable: 0, lost: 0, unacknowledged: 0, late: 0, killed: 0, slow: 0 };
const mostEvents = 60_000;
/** How long trouble lasts. */
const troubleMs = 240_000;
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

interface Running {
  readonly host: Host;
  readonly stop: AbortController;
}

class HistoryOf {
  readonly #scheduler: Scheduler;
  readonly #engine = new Engine();
  readonly #network: Network;
  readonly #broker: Broker;
  readonly #group: Group;
  readonly #shipping: Shipping;
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
    this.#scheduler = scheduler;
    this.#breakage = breakage;
    // Each fault is off in half of the histories.
    const rate = (most: number): number => (scheduler.chance(0.5) ? 0 : scheduler.number() * most);
    this.#network = new Network(scheduler, this.#engine, {
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
    this.#group = new Group(scheduler, this.#broker.partitions.length);
    this.#shipping = new Shipping(scheduler, this.#broker, breakage.shipping ?? {});
  }

  async live(): Promise<string[]> {
    const scheduler = this.#scheduler;
    this.#planShipping();
    const dice = scheduler.number();
    if (dice < 0.2) this.#planZombies();
    else if (dice < 0.25) this.#planBurning();
    else if (dice < 0.35) this.#planHandOver();
    else this.#planTrouble();
    scheduler.after(troubleMs, () => this.#endInPeace());
    const ended = await scheduler.run(mostEvents);
    if (!ended) this.#problems.push('the ingesters never end');
    else if (!this.#hasEnded) this.#problems.push('the last ingester fails');
    else this.#check();
    return this.#problems;
  }

  #planShipping(): void {
    const scheduler = this.#scheduler;
    const some = (most: number, least: number, action: () => void) => {
      for (let times = scheduler.between(least, most); times > 0; times--)
        scheduler.after(this.#someTime(), action);
    };
    some(6, 1, () => this.#shipping.grow());
    some(4, 0, () => this.#shipping.again());
    some(5, 0, () => this.#shipping.strange());
  }

  #planTrouble(): void {
    const scheduler = this.#scheduler;
    for (let count = scheduler.between(1, 3); count > 0; count--)
      scheduler.after(this.#someTime(), () => this.#launch());
    const sometimes = (probability: number, most: number, action: () => void) => {
      if (!scheduler.chance(probability)) return;
      for (let times = scheduler.between(1, most); times > 0; times--)
        scheduler.after(this.#someTime(), action);
    };
    sometimes(0.5, 3, () => this.#launch());
    sometimes(0.3, 6, () => this.#someone()?.stop.abort());
    sometimes(0.4, 3, () => this.#someone()?.host.kill());
    sometimes(0.4, 3, () => this.#someone()?.host.stop(scheduler.between(1_000, 150_000)));
    sometimes(0.2, 8, () => this.#group.disturb());
    sometimes(0.3, 4, () => this.#retain());
    sometimes(0.1, 2, () => this.#forgetOffsets());
    sometimes(0.1, 1, () => this.#recreate());
    sometimes(0.03, 1, () => this.#truncate());
    sometimes(0.4, 3, () => this.#launchReplay());
    if (scheduler.chance(0.1)) this.#planZombie();
    scheduler.after(this.#someTime(), () => this.#expireTokens());
  }

  /** An ingester that is stopped for more than its lease, another that goes on in its place and leaves, and replays then. */
  #planZombie(): void {
    const scheduler = this.#scheduler;
    this.#launch();
    const zombie = this.#running.at(-1);
    const begins = scheduler.between(500, 30_000);
    const wakes = begins + scheduler.between(90_000, 190_000);
    scheduler.after(begins, () => zombie?.host.stop(wakes - begins));
    scheduler.after(scheduler.between(31_000, 80_000), () => {
      this.#launch();
      const next = this.#running.at(-1);
      scheduler.after(scheduler.between(30_000, 60_000), () => next?.stop.abort());
    });
    scheduler.after(wakes, () => this.#shipping.grow());
    for (let replays = 0; replays < 4; replays++)
      scheduler.after(wakes + scheduler.between(0, 20_000), () => this.#launchReplay());
  }

  /**
   * An ingester that is stopped, one that goes on in its place and is stopped within a batch, before or after it closed the other's entry, so
   * that the first finds it dead when it wakes up; and replays then.
   */
  #planZombies(): void {
    const scheduler = this.#scheduler;
    Object.assign(this.#hazards, { killed: 0, stopped: 0 });
    const begins = scheduler.between(1_000, 12_000);
    const goesOn = begins + scheduler.between(0, 30_000);
    const freezes = begins + scheduler.between(33_000, 75_000);
    const wakes = freezes + scheduler.between(61_000, 78_000);
    this.#launch();
    const first = this.#running.at(-1) as Running;
    scheduler.after(begins, () => first.host.stop(wakes - begins));
    // Sometimes it is told to end when it has just woken up.
    if (scheduler.chance(0.5)) scheduler.after(wakes + scheduler.between(0, 400), () => first.stop.abort());
    scheduler.after(goesOn, () => {
      this.#launch();
      const { host } = this.#running.at(-1) as Running;
      scheduler.after(freezes - goesOn, () =>
        this.#withinInsert(() => host.stop(scheduler.between(70_000, 110_000))),
      );
    });
    for (let times = 3; times > 0; times--) scheduler.after(freezes, () => this.#shipping.grow());
    for (let replays = scheduler.between(1, 4); replays > 0; replays--)
      scheduler.after(wakes + scheduler.between(500, 8_000), () => this.#launchReplay());
  }

  /** An ingester that dies within a batch of which Kafka has dropped a part when the next one comes. */
  #planBurning(): void {
    const scheduler = this.#scheduler;
    Object.assign(this.#hazards, { killed: 0, stopped: 0 });
    const dies = scheduler.between(5_000, 60_000);
    this.#launch();
    const first = this.#running.at(-1) as Running;
    for (let times = 4; times > 0; times--) scheduler.after(dies, () => this.#shipping.strange());
    scheduler.after(dies, () => this.#withinInsert(() => first.host.kill()));
    const goesOn = dies + scheduler.between(16_000, 30_000);
    for (let times = 2; times > 0; times--)
      scheduler.after(scheduler.between(dies + 15_000, goesOn), () => this.#retain());
    scheduler.after(goesOn, () => this.#launch());
    // Once more while what is left of it waits to be counted.
    scheduler.after(dies + scheduler.between(31_000, 50_000), () => this.#group.disturb());
  }

  /**
   * An ingester that is stopped until its entry has been closed, and comes back when the one that went on is within a batch and leaves; replays
   * come before it has finished that.
   */
  #planHandOver(): void {
    const scheduler = this.#scheduler;
    Object.assign(this.#hazards, { killed: 0, stopped: 0 });
    const begins = scheduler.between(1_000, 8_000);
    const wakes = begins + scheduler.between(75_000, 110_000);
    this.#launch();
    const first = this.#running.at(-1) as Running;
    scheduler.after(begins, () => first.host.stop(wakes - begins));
    scheduler.after(begins + scheduler.between(0, 20_000), () => {
      this.#launch();
      const next = this.#running.at(-1) as Running;
      scheduler.after(wakes - scheduler.now + scheduler.between(4_000, 9_000), () => next.stop.abort());
    });
    for (let times = 3; times > 0; times--)
      scheduler.after(wakes - scheduler.between(0, 12_000), () => this.#shipping.grow());
    scheduler.after(wakes, () => {
      this.#network.faults = { ...peace, late: 0.5 };
    });
    scheduler.after(wakes + scheduler.between(2_000, 6_500), () =>
      first.host.stop(scheduler.between(30_000, 100_000)),
    );
    for (let replays = 4; replays > 0; replays--)
      scheduler.after(wakes + scheduler.between(5_000, 20_000), () => this.#launchReplay());
  }

  /** Does something once an insert is on its way, or 15 s from now. */
  #withinInsert(action: () => void, by = this.#scheduler.now + 15_000): void {
    if (this.#network.isAnythingUnderWay || this.#scheduler.now >= by) action();
    else this.#scheduler.after(5, () => this.#withinInsert(action, by));
  }

  #launchReplay(): void {
    const scheduler = this.#scheduler;
    const host = new Host(scheduler, `replay ${++this.#replays}`, this.#hazards);
    this.#replaying.push(host);
    scheduler.log(() => `${host.name} starts`);
    const { store = (same: Store) => same } = this.#breakage;
    const busy = () => this.#network.busy(host, scheduler.between(0, 2_000));
    replay({ store: store(this.#storeOf(host)), files: this.#shipping.files(), busy })
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

  #someTime(): number {
    const { chance, between } = this.#scheduler;
    const early = chance.call(this.#scheduler, 0.5);
    return between.call(this.#scheduler, 0, early ? 10_000 : troubleMs - 1);
  }

  #someone(): Running | undefined {
    const alive = this.#running.filter(({ host }) => host.alive);
    return alive.length > 0 ? this.#scheduler.pick(alive) : undefined;
  }

  /** All but one leave, and all there is has to be counted. */
  #endInPeace(): void {
    this.#scheduler.log(() => 'all is well from here on');
    this.#network.faults = peace;
    Object.assign(this.#hazards, { killed: 0, stopped: 0 });
    Object.assign(this.#kafkaFaults, { lost: 0, unacknowledged: 0, late: 0, slow: 0 });
    this.#shipping.rest();
    for (const { stop } of this.#running)
      this.#scheduler.after(this.#scheduler.between(0, 60_000), () => stop.abort());
    this.#scheduler.after(this.#scheduler.between(0, 60_000), () => this.#launch(true));
  }

  #check(): void {
    this.#problems.push(...checkLines(this.#engine, this.#shipping.shipped));
    // A partition that was refused may hold something that was begun.
    if (this.#broker.partitions.some((log) => log.isTruncated)) return;
    this.#problems.push(...new Set(this.#refused));
    const { turns } = this.#engine.openTurns(this.#scheduler.now);
    // What a dead one announced may arrive later still.
    if (turns.some(({ feeds, since }) => feeds !== undefined && since < this.#closedDeadAt))
      this.#problems.push('the store is left fed');
  }

  #launch(isLast = false): void {
    const scheduler = this.#scheduler;
    const host = new Host(scheduler, `ingester ${this.#running.length + 1}`, this.#hazards);
    const stop = new AbortController();
    this.#running.push({ host, stop });
    scheduler.log(() => `${host.name} starts`);
    const { member: broken = {}, store = (same: Store) => same } = this.#breakage;
    const world: IngesterWorld = {
      host,
      scheduler,
      store: store(this.#storeOf(host)),
      broker: this.#broker,
      group: this.#group,
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
  }

  #storeOf(host: Host): Store {
    const store = this.#network.storeOf(host, (holder) => this.#knowsDeaths && this.#isDead(holder));
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
  #retain(): void {
    const log = this.#scheduler.pick(this.#broker.partitions);
    // Often within what somebody has begun.
    const begun = Math.max(log.low, this.#group.offsets.get(log.partition)?.offset ?? 0);
    const least = this.#scheduler.chance(0.5) ? Math.min(begun + 1, log.high) : log.low;
    const low = this.#scheduler.between(least, log.high);
    this.#scheduler.log(() => `${log.partition} begins at ${low}`);
    log.dropBefore(low);
  }

  /** A group without members loses its offsets after a while, when nothing is on its way any more. */
  #forgetOffsets(): void {
    // Both together look like a topic that was made again.
    if (!this.#isQuiet() || this.#broker.partitions.some((log) => log.isTruncated)) return;
    this.#scheduler.log(() => 'the offsets of the group are gone');
    this.#group.offsets = new Map();
  }

  #recreate(): void {
    if (!this.#isQuiet()) return;
    this.#group.offsets = new Map();
    this.#broker.recreate();
  }

  #truncate(): void {
    if (this.#group.offsets.size === 0) return;
    const log = this.#scheduler.pick(this.#broker.partitions);
    const high = this.#scheduler.between(log.low, log.high);
    this.#scheduler.log(() => `${log.partition} ends at ${high}`);
    log.truncate(high);
  }

  /** Nobody is alive, or may still be heard of. */
  #isQuiet(): boolean {
    return (
      this.#group.isEmpty &&
      !this.#running.some(({ host }) => host.alive) &&
      !this.#network.isAnythingUnderWay
    );
  }

  #expireTokens(): void {
    if (this.#hosts().some(({ alive }) => alive)) return;
    this.#scheduler.log(() => 'the window of tokens moves on');
    this.#engine.forget((token) => !this.#network.isUnderWay(token));
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
