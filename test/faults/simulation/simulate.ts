import { StoreTimeout } from '../../../shared/store/persist.ts';
import type { Store } from '../../../shared/store/store.ts';
import { StoreFed } from '../../../shared/store/store-fed.ts';
import { TurnLost } from '../../../shared/store/write-batch.ts';
import { checkBooks } from './check-books.ts';
import { Engine } from './engine.ts';
import { feed } from './feed.ts';
import { Network, peace } from './network.ts';
import { type Hazards, Process } from './process.ts';
import { recount } from './recount.ts';
import { type Refused, type ReplayWorld, replay } from './replay.ts';
import { Scheduler } from './scheduler.ts';
import { Topic } from './topic.ts';
import { days, World } from './world.ts';

/** A rule taken out: what a process sees of the store is broken on purpose. */
export type Breakage = (store: Store) => Store;

/** What a seed led to. */
export interface History {
  readonly seed: number;
  /** Nothing where the promise was kept. */
  readonly problems: readonly string[];
  readonly trace: readonly string[];
}

const safety: Hazards = { killed: 0, stopped: 0 };
const mostEvents = 20_000;

/** Lives through the history of a seed. */
export async function simulate(
  seed: number,
  { breakage = (store) => store, traced = false }: { breakage?: Breakage; traced?: boolean } = {},
): Promise<History> {
  const scheduler = new Scheduler(seed, traced);
  const history = new HistoryOf(scheduler, breakage);
  const problems = await history.live();
  return { seed, problems, trace: scheduler.trace };
}

class HistoryOf {
  readonly #scheduler: Scheduler;
  readonly #engine = new Engine();
  readonly #network: Network;
  readonly #world: World;
  /** Where the logs are shipped to too; undefined in histories without Kafka. */
  readonly #topic: Topic | undefined;
  readonly #breakage: Breakage;
  readonly #processes: Process[] = [];
  readonly #problems: string[] = [];
  /** Whether a process of the same machine is known to be dead at once, as with an embedded store. */
  readonly #knowsDeaths: boolean;
  #hazards: Hazards;

  constructor(scheduler: Scheduler, breakage: Breakage) {
    this.#scheduler = scheduler;
    this.#breakage = breakage;
    // Some seeds are calm but for one kind of fault, so that long histories of it are seen too.
    const rate = (most: number): number => (scheduler.chance(0.5) ? 0 : scheduler.number() * most);
    this.#network = new Network(scheduler, this.#engine, {
      unavailable: rate(0.1),
      lost: rate(0.15),
      unacknowledged: rate(0.15),
      late: rate(0.2),
      killed: rate(0.3),
      slow: rate(0.1),
    });
    this.#hazards = { killed: rate(0.1), stopped: rate(0.05) };
    if (scheduler.chance(0.2)) this.#hazards = { killed: 0, stopped: 0.05 + rate(0.15) };
    this.#knowsDeaths = scheduler.chance(0.5);
    this.#world = new World(scheduler);
    this.#topic = scheduler.chance(0.5) ? new Topic(scheduler, this.#world.logs) : undefined;
  }

  async live(): Promise<string[]> {
    const scheduler = this.#scheduler;
    for (let launches = scheduler.between(1, 5); launches > 0; launches--) {
      scheduler.after(this.#someTime(), () => this.#launchReplay());
    }
    for (let feeders = this.#topic ? scheduler.between(1, 3) : 0; feeders > 0; feeders--) {
      scheduler.after(this.#someTime(), () => this.#launchFeeder('feeder'));
    }
    for (let changes = scheduler.between(0, 6); changes > 0; changes--) {
      scheduler.after(this.#someTime(), () => this.#world.change());
    }
    for (let recounts = scheduler.between(0, 2); recounts > 0; recounts--) {
      const [at, day] = [this.#someTime(), scheduler.pick(days)];
      for (const rules of ['new', 'old'])
        scheduler.after(at + scheduler.between(0, 2_000), () => this.#launchRecount(day, rules));
    }
    scheduler.after(this.#someTime(), () => this.#setClock());
    scheduler.after(this.#someTime(), () => this.#expireTokens());
    if (!(await scheduler.run(mostEvents))) this.#problems.push('the replays never end');
    else await this.#finish();
    return this.#problems;
  }

  /** All is well at last: what is there is replayed once more, and every line has to be counted once. */
  async #finish(): Promise<void> {
    this.#network.faults = peace;
    this.#hazards = safety;
    if (this.#scheduler.chance(0.5)) this.#expireTokens();
    this.#world.restore();
    await this.#feedOnce();
    let refused: Refused | undefined;
    this.#launch('last', async (process) => {
      refused = await this.#replay(process);
    });
    if (!(await this.#scheduler.run(mostEvents))) this.#problems.push('the last replay never ends');
    if (refused === undefined) this.#problems.push('the last replay fails');
    const expected = { world: this.#world, topic: this.#topic, refused: refused ?? [] };
    this.#problems.push(...checkBooks(this.#engine, { ...expected, recounted: [] }));
    const recounted = new Set<number>();
    for (const day of days) {
      for (let at = this.#scheduler.between(1, 2); at > 0; at--) this.#launchRecount(day, 'new', recounted);
    }
    if (!(await this.#scheduler.run(mostEvents))) this.#problems.push('the last recounts never end');
    this.#problems.push(...checkBooks(this.#engine, { ...expected, recounted: [...recounted] }));
  }

  /** An ingester that finishes what dead ones have begun and leaves in good order: replays may go on. */
  async #feedOnce(): Promise<void> {
    if (!this.#topic) return;
    this.#launchFeeder('last feeder');
    if (!(await this.#scheduler.run(mostEvents))) this.#problems.push('the last feeder never ends');
    const { turns } = this.#engine.openTurns(this.#scheduler.now);
    if (turns.some(({ feeds }) => feeds !== undefined))
      this.#problems.push('the last feeder leaves the store fed');
    if (this.#topic.partitions.some(({ committed }) => committed.intent))
      this.#problems.push('the last feeder leaves something begun');
  }

  #someTime(): number {
    return this.#scheduler.chance(0.5)
      ? this.#scheduler.between(0, 3_000)
      : this.#scheduler.between(0, 300_000);
  }

  #launchReplay(): void {
    this.#launch('replay', async (process) => {
      await this.#replay(process);
    });
  }

  #launchFeeder(kind: 'feeder' | 'last feeder'): void {
    this.#launch(kind, (process) =>
      feed({
        ...this.#replayWorld(process),
        topic: this.#topic as Topic,
        isLast: kind === 'last feeder',
      }),
    );
  }

  #launchRecount(day: number, rules: string, done?: Set<number>): void {
    this.#launch('recount', async (process) => {
      const { outcome } = await recount({ ...this.#replayWorld(process), rules }, day);
      this.#scheduler.log(() => `${process.name} of day ${day} by ${rules} rules: ${outcome}`);
      if (outcome !== 'refused') done?.add(day);
    });
  }

  #launch(kind: string, run: (process: Process) => Promise<void>): void {
    const process = new Process(this.#scheduler, `${kind} ${this.#processes.length + 1}`, this.#hazards);
    this.#processes.push(process);
    this.#scheduler.log(() => `${process.name} starts`);
    run(process)
      .catch((error: unknown) => {
        this.#scheduler.log(() => `${process.name} fails: ${error}`);
        if (!(error instanceof TurnLost || error instanceof StoreTimeout || error instanceof StoreFed))
          this.#problems.push(`${process.name}: ${error}`);
      })
      .finally(() => {
        this.#scheduler.log(() => `${process.name} ends`);
        process.end();
      });
  }

  #replay(process: Process): Promise<Refused> {
    return replay(this.#replayWorld(process));
  }

  #replayWorld(process: Process): ReplayWorld {
    const scheduler = this.#scheduler;
    return {
      scheduler,
      world: this.#world,
      store: this.#breakage(
        this.#network.storeOf(process, (holder) => this.#knowsDeaths && this.#isDead(holder)),
      ),
      rules: scheduler.pick(['old', 'new']),
      busy: () => this.#network.busy(process, scheduler.between(0, 3_000)),
    };
  }

  #isDead(holder: string): boolean {
    return !this.#processes.some(({ name, alive }) => name === holder && alive);
  }

  #setClock(): void {
    this.#engine.clockOffset += this.#scheduler.between(-3_000, 90_000);
  }

  /** A hundred thousand inserts later, or a week: nobody is left who could still send one of these. */
  #expireTokens(): void {
    if (this.#processes.some(({ alive }) => alive)) return;
    this.#scheduler.log(() => 'the window of tokens moves on');
    this.#engine.forget((token) => !this.#network.isUnderWay(token));
  }
}
