import type { Scheduler } from './scheduler.ts';
import type { Log } from './world.ts';

/** What a made-up group remembers of a partition: the next offset to count and, beside it, what somebody set out to count. */
export interface Committed {
  readonly offset: number;
  readonly intent: FeederIntent | undefined;
}

/** Lines from the committed offset on that a feeder set out to count. */
export interface FeederIntent {
  readonly end: number;
  readonly months: readonly number[];
  readonly rules: string;
}

/** Somebody else has the partition by now. */
export class Fenced extends Error {
  override readonly name = 'Fenced';
}

/** A topic with a partition a log, whose offsets are the log's lines, and a group that counts it. */
export class Topic {
  readonly partitions: readonly Partition[];
  readonly #scheduler: Scheduler;

  constructor(scheduler: Scheduler, logs: readonly Log[]) {
    this.#scheduler = scheduler;
    this.partitions = logs.map((log) => new Partition(log));
  }

  /** A member comes: it is given some of the partitions, or all, and whoever had these is fenced off. */
  join(member: string, all: boolean): Assignment[] {
    const given = this.partitions.filter(() => all || this.#scheduler.chance(0.7));
    this.#scheduler.log(() => `${member} is given ${given.map(({ log }) => log.name)}`);
    return given.map((partition) => ({ partition, epoch: ++partition.epoch }));
  }
}

/** A partition that a member was given, and holds while the epoch is the partition's. */
export interface Assignment {
  readonly partition: Partition;
  readonly epoch: number;
}

/** One partition, and what is committed of it. */
export class Partition {
  readonly log: Log;
  epoch = 0;
  committed: Committed = { offset: 0, intent: undefined };

  constructor(log: Log) {
    this.log = log;
  }

  /** Throws `Fenced` where the partition was given to another member since. */
  commit(epoch: number, committed: Committed): void {
    if (epoch !== this.epoch) throw new Fenced();
    this.committed = committed;
  }
}
