import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningBrokers } from '../../../infra/kafka/start-brokers.ts';
import { insertsMade } from '../inserts-made.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { type RunningCli, startCli } from '../start-cli.ts';
import { expireMembers } from './expire-members.ts';
import { type Feed, feedEnv, ingestArguments, shipArguments } from './ship-and-ingest.ts';

/** Who works on what. */
export interface CrewOptions {
  readonly running: RunningBrokers;
  readonly feed: Feed;
  /** The folder of the logs that grow. */
  readonly live: string;
  readonly random: SeededRandom;
  /** Longest time that an ingester stands still; above 30 s the group finds out by itself. */
  readonly freezeMs?: number | undefined;
}

/** How often each of them was killed, or stopped and made to go on; how often an ingester finished what one that was killed had begun. */
export type Counter = Record<'ingester' | 'shipper' | 'broker' | 'zombie' | 'recovered', number>;

/** Longest wait for a moment of the clock. */
const longestMs = 1_500;
/** Who is asked to end has ended after this. */
const endMs = 60_000;

/** A shipper and some ingesters at work on one topic and one store. */
export class Crew implements AsyncDisposable {
  readonly counter: Counter = { ingester: 0, shipper: 0, broker: 0, zombie: 0, recovered: 0 };
  readonly #options: CrewOptions;
  readonly #ingesters: RunningCli[] = [];
  /** Those that are over too. */
  readonly #all: RunningCli[] = [];
  #shipper: RunningCli;
  /** What went wrong so far. */
  readonly mistakes: string[] = [];

  constructor(options: CrewOptions) {
    this.#options = options;
    this.#shipper = this.#startShipper();
    const count = 1 + options.random.below(3);
    for (let ingester = 0; ingester < count; ingester++) this.#ingesters.push(this.#startIngester());
  }

  /** Something happens to one of them. */
  async fail(): Promise<void> {
    const { random } = this.#options;
    const index = random.below(this.#ingesters.length);
    await this.#moment(this.#ingesters[index]!);
    const what = random.below(12);
    if (what < 5) await this.#killIngester(index);
    else if (what < 8) await this.#killShipper();
    else if (what < 10) await this.#freeze(this.#ingesters[index]!);
    else await this.#killBroker();
  }

  /** What all have said so far, in the order in which they began. */
  said(): string {
    return this.#all.map((cli) => cli.stderr()).join('\n');
  }

  /** Stops all, in order or not. */
  async end(): Promise<void> {
    const { feed, random } = this.#options;
    for (const cli of [this.#shipper, ...this.#ingesters]) {
      const signal = random.pick(['SIGTERM', 'SIGKILL'] as const);
      await this.#stop(cli, signal);
    }
    await expireMembers(this.#options.running.brokers, feed.group);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const cli of [this.#shipper, ...this.#ingesters]) await cli[Symbol.asyncDispose]();
  }

  #startShipper(): RunningCli {
    const { feed, live } = this.#options;
    return this.#start(shipArguments(feed, [live]));
  }

  #startIngester(): RunningCli {
    return this.#start(ingestArguments(this.#options.feed));
  }

  #start(args: readonly string[]): RunningCli {
    const cli = startCli(args, { env: feedEnv(this.#options.feed) });
    this.#all.push(cli);
    return cli;
  }

  /** Within one of the store's inserts, or at a moment of the clock. */
  async #moment(ingester: RunningCli): Promise<void> {
    const { random, feed } = this.#options;
    const passed = sleep(random.next() * longestMs * 2);
    if (random.below(3) === 0) return await passed;
    const inserts = 1 + random.below(8);
    await Promise.race([passed, insertsMade(feed.data, { inserts, replay: ingester })]);
    await sleep(random.next() * 15);
  }

  async #killIngester(index: number): Promise<void> {
    const { random, feed, running } = this.#options;
    await this.#stop(this.#ingesters[index]!, 'SIGKILL');
    this.counter.ingester++;
    // Else those that are left wait for it, until its session has passed.
    if (random.below(8) > 0) await expireMembers(running.brokers, feed.group);
    this.#ingesters[index] = this.#startIngester();
  }

  async #killShipper(): Promise<void> {
    const { random, feed } = this.#options;
    await this.#stop(this.#shipper, 'SIGKILL');
    this.counter.shipper++;
    if (random.below(4) === 0) await rm(join(feed.data, 'ship'), { recursive: true, force: true });
    this.#shipper = this.#startShipper();
  }

  async #killBroker(): Promise<void> {
    const { running, random } = this.#options;
    await running.kill(1);
    this.counter.broker++;
    await sleep(random.next() * longestMs);
    await running.restart(1);
  }

  /** Its partitions are given to others while it stands still, and it goes on as if nothing had happened. */
  async #freeze(ingester: RunningCli): Promise<void> {
    const { running, random, feed, freezeMs = longestMs } = this.#options;
    ingester.kill('SIGSTOP');
    this.counter.zombie++;
    if (freezeMs <= longestMs) await expireMembers(running.brokers, feed.group);
    await sleep(random.next() * freezeMs);
    ingester.kill('SIGCONT');
  }

  /** None may have ended by itself before, and whoever is asked to end does so well. */
  async #stop(cli: RunningCli, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const isOver = await Promise.race([cli.ended.then(() => true), sleep(0, false)]);
    cli.kill(signal);
    const tooLong = setTimeout(() => cli.kill('SIGKILL'), endMs);
    const { exit, signal: endedBy, stderr } = await cli.ended;
    clearTimeout(tooLong);
    if (stderr.includes('finished what it had begun')) this.counter.recovered++;
    // A signal may also come before anybody listens to it, or while the brokers are away.
    const isEarly = endedBy === signal && stderr === '';
    const isEnded = signal === 'SIGKILL' || exit === 0 || isEarly || stderr.includes('in good order');
    const isWell = !isOver && isEnded && !stderr.includes('unexpected error');
    if (!isWell)
      this.mistakes.push(`ended with ${exit ?? endedBy} after ${isOver ? 'nothing' : signal}: ${stderr}`);
  }
}
