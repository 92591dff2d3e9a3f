import { AmbiguousInsert, StoreUnavailable } from '../../../shared/clickhouse/database.ts';
import type { Store } from '../../../shared/store/store.ts';
import type { Engine } from './engine.ts';
import type { Process } from './process.ts';
import type { Scheduler } from './scheduler.ts';

/** How likely each fault is, a statement. */
export interface Faults {
  /** Nothing was executed, and the client knows. */
  readonly unavailable: number;
  /** The request is lost, and the client does not know. */
  readonly lost: number;
  /** Executed, and the answer is lost. */
  readonly unacknowledged: number;
  /** The client gives up, and the request arrives long after. */
  readonly late: number;
  /** The engine dies between token and part. */
  readonly killed: number;
  /** A slow answer: tens of seconds. */
  readonly slow: number;
}

/** No faults. */
export const peace: Faults = { unavailable: 0, lost: 0, unacknowledged: 0, late: 0, killed: 0, slow: 0 };

/** Between processes and the engine: delays, losses and late arrivals, all chosen by the scheduler. */
export class Network {
  readonly #scheduler: Scheduler;
  readonly #engine: Engine;
  /** Parts whose inserts may still arrive, and how many of them. */
  readonly #underWay = new Map<string, number>();
  faults: Faults;

  constructor(scheduler: Scheduler, engine: Engine, faults: Faults) {
    this.#scheduler = scheduler;
    this.#engine = engine;
    this.faults = faults;
  }

  /** Whether an insert of the part with this token may still arrive, be it under a later token of it. */
  isUnderWay(token: string): boolean {
    return (this.#underWay.get(partOf(token)) ?? 0) > 0;
  }

  /** Whether any insert may still arrive. */
  get isAnythingUnderWay(): boolean {
    return [...this.#underWay.values()].some((count) => count > 0);
  }

  /** The store as a process sees it. `isDead` says whose death is known. */
  storeOf(process: Process, isDead: (holder: string) => boolean): Store {
    const scheduler = this.#scheduler;
    const engine = this.#engine;
    const read = <T>(what: string, answer: () => T) => this.#read(process, what, answer);
    return {
      counts: {
        engine: 'plain',
        insert: ({ token, rows }) => this.#insert(process, token, rows),
        syncReplica: () => Promise.reject(new Error('a plain table has no replica')),
        markers: (batches) => read(`reads markers of ${batches}`, () => engine.markers(batches)),
        lastBatches: (prefix) => read(`reads the last batch of ${prefix}`, () => engine.lastBatch(prefix)),
        coverage: (firsts) => read('reads coverage', () => engine.coverage(firsts)),
        day: (day) => read(`reads day ${day}`, () => engine.sums(day)),
      },
      ledger: {
        append: (event) =>
          this.#write(
            process,
            `appends ${describe(event)}`,
            () => engine.append(event, scheduler.now) as undefined,
          ),
        openTurns: () => read('reads open turns', () => engine.openTurns(scheduler.now)),
        isClosed: (turn) => read(`asks whether ${turn} is closed`, () => engine.isClosed(turn)),
        pending: () => read('reads pending intents', () => engine.pending()),
      },
      keyed: (text) => text.replaceAll('/', ':').padEnd(8, '_'),
      clock: {
        now: () => scheduler.now + process.skew,
        sleep: (ms, signal) => this.#sleep(process, ms, signal),
      },
      random: {
        id: () =>
          Math.floor(scheduler.number() * 2 ** 52)
            .toString(16)
            .padStart(13, '0'),
      },
      liveness: { holder: process.name, isDead },
    };
  }

  /** Something a process does that takes time, such as reading a file. */
  busy(process: Process, ms: number): Promise<void> {
    return this.#sleep(process, ms);
  }

  #sleep(process: Process, ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = () => reject(signal?.reason);
      signal?.addEventListener('abort', stop, { once: true });
      this.#scheduler.after(ms, () => {
        signal?.removeEventListener('abort', stop);
        process.deliver(resolve);
      });
    });
  }

  #insert(process: Process, token: string, rows: Uint8Array): Promise<void> {
    const part = partOf(token);
    this.#underWay.set(part, (this.#underWay.get(part) ?? 0) + 1);
    const arrived = () => this.#underWay.set(part, (this.#underWay.get(part) ?? 1) - 1);
    const killed = this.#scheduler.chance(this.faults.killed);
    const execute = () => {
      arrived();
      const outcome = this.#engine.insert(token, rows, killed);
      this.#scheduler.log(() => `${process.name}'s insert ${token}: ${outcome}`);
      return outcome === 'killed' ? 'killed' : undefined;
    };
    return this.#write(process, `inserts ${token}`, execute, arrived);
  }

  /** A statement that changes something; `execute` may say that the engine died of it. */
  #write(
    process: Process,
    what: string,
    execute: () => 'killed' | undefined | undefined,
    dropped = () => {},
  ): Promise<void> {
    const scheduler = this.#scheduler;
    scheduler.log(() => `${process.name} ${what}`);
    return new Promise((resolve, reject) => {
      const answer = (ms: number, error?: Error) =>
        scheduler.after(ms, () => process.deliver(() => (error ? reject(error) : resolve())));
      const fault = this.#fault();
      scheduler.log(() => `   … ${fault}`);
      const there = this.#latency();
      if (fault === 'unavailable' || fault === 'lost') {
        dropped();
        return answer(there, fault === 'lost' ? ambiguous() : new StoreUnavailable('unavailable'));
      }
      if (fault === 'late') answer(scheduler.between(100, 40_000), ambiguous());
      const arrival = fault === 'late' ? scheduler.between(1_000, 150_000) : there;
      scheduler.after(arrival, () => {
        // What a dead process had sent may have been in its own buffers still.
        if (!process.alive && scheduler.chance(0.3)) return dropped();
        const killed = execute() === 'killed';
        if (fault === 'late') return;
        answer(this.#latency(), killed || fault === 'unacknowledged' ? ambiguous() : undefined);
      });
    });
  }

  #read<T>(process: Process, what: string, answer: () => T): Promise<T> {
    const scheduler = this.#scheduler;
    return new Promise((resolve, reject) => {
      const fails = scheduler.chance(this.faults.unavailable);
      scheduler.after(this.#latency(), () => {
        if (fails)
          return scheduler.after(1, () => process.deliver(() => reject(new StoreUnavailable('unavailable'))));
        const value = answer();
        scheduler.log(() => `${process.name} ${what}`);
        scheduler.after(this.#latency(), () => process.deliver(() => resolve(value)));
      });
    });
  }

  #fault(): keyof Faults | 'none' {
    let dice = this.#scheduler.number();
    for (const fault of ['unavailable', 'lost', 'unacknowledged', 'late'] as const) {
      dice -= this.faults[fault];
      if (dice < 0) return fault;
    }
    return 'none';
  }

  #latency(): number {
    return this.#scheduler.chance(this.faults.slow)
      ? this.#scheduler.between(1_000, 50_000)
      : this.#scheduler.between(1, 40);
  }
}

function ambiguous(): AmbiguousInsert {
  return new AmbiguousInsert('ambiguous');
}

function describe(event: { readonly event: string }): string {
  const { event: name, ...rest } = event as { event: string } & Record<string, unknown>;
  if ('intent' in rest) {
    const { batch, turn, months, stretches } = rest.intent as {
      batch: string;
      turn: string;
      months: number[];
      stretches: { path: string; from: number; to: number }[];
    };
    return `intended ${batch} of ${turn}: ${months} ${stretches.map((s) => `${s.path}[${s.from},${s.to})`)}`;
  }
  return `${name} ${JSON.stringify(rest)}`;
}

/** `batch/month`, without the `#n` of a token that is taken where one was killed (`insertOnce`). */
function partOf(token: string): string {
  return token.replace(/#\d+$/, '');
}
