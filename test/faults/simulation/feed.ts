import { createHash } from 'node:crypto';
import type { CountedMonth } from '../../../shared/count/counted-batch.ts';
import {
  type Candidate,
  type Coverage,
  lookUpCoverage,
  openStretches,
} from '../../../shared/store/coverage.ts';
import { describeSetups, encodePart } from '../../../shared/store/encode-part.ts';
import { announceFeeder, type Feeder } from '../../../shared/store/feed.ts';
import { insertPart, markersOf } from '../../../shared/store/insert-part.ts';
import type { Patience } from '../../../shared/store/persist.ts';
import { keyLastLine } from '../../../shared/store/source-key.ts';
import { countStretches, setupWith } from './count-stretches.ts';
import { formBatchFrom, type ReplayWorld } from './replay.ts';
import { type Assignment, type FeederIntent, Fenced, type Topic } from './topic.ts';
import { candidateOf, type Log, lastLineAt, lineBytes } from './world.ts';

/** What a feeder of the made-up world works with. */
export interface FeederWorld extends ReplayWorld {
  readonly topic: Topic;
  /** Has every partition, and no trouble with any. */
  readonly isLast: boolean;
}

const pins = { today: 20_500, geo: '' };

/**
 * An ingester, as far as the store is concerned: announces, is given partitions, finishes what is begun in them, counts on, and leaves.
 * One that was fenced off may come back without asking whether its entry is still open, as members of a group do.
 */
export async function feed(feeding: FeederWorld): Promise<void> {
  const { store, scheduler, topic, isLast, busy } = feeding;
  const formBatch = formBatchFrom(feeding);
  const feeder = await announceFeeder(store, { feeds: 'sim', site: 'sim', formBatch });
  let clean = false;
  try {
    for (let joins = isLast ? 1 : scheduler.between(1, 3); joins > 0; joins--) {
      await busy();
      const given = topic.join(store.liveness.holder, isLast || scheduler.chance(0.5));
      clean = await feedPartitions(feeding, feeder, given);
      if (!clean) continue;
      if (given.length < topic.partitions.length) break;
      const hasAll = async () => given.every(({ partition, epoch }) => partition.epoch === epoch);
      while ((await feeder.closeDead(hasAll)).alive > 0 && isLast) await store.clock.sleep(10_000);
      clean = !feeder.owes;
      break;
    }
  } finally {
    await feeder.close(clean);
  }
}

/** Whether nothing of this feeder's is left begun. */
async function feedPartitions(
  feeding: FeederWorld,
  feeder: Feeder,
  given: readonly Assignment[],
): Promise<boolean> {
  const partitions = given.map((assignment) => new PartitionFeed(feeding, feeder, assignment));
  const outcomes = await Promise.allSettled(partitions.map((partition) => partition.run()));
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected' && !(outcome.reason instanceof Fenced)) throw outcome.reason;
  }
  return outcomes.every(({ status }) => status === 'fulfilled');
}

/** A partition in the hands of one feeder. */
class PartitionFeed {
  readonly #feeding: FeederWorld;
  readonly #feeder: Feeder;
  readonly #assignment: Assignment;
  readonly #candidate: Candidate;
  readonly #patience: Patience;

  constructor(feeding: FeederWorld, feeder: Feeder, assignment: Assignment) {
    const { log } = assignment.partition;
    this.#feeding = feeding;
    this.#feeder = feeder;
    this.#assignment = assignment;
    this.#candidate = candidateOf({ path: '', log, length: log.lines.length, isBroken: false });
    this.#patience = { clock: feeding.store.clock, timeoutMs: 300_000 };
  }

  /** Finishes what is begun, and counts on. Throws `Fenced` where somebody else has the partition, or replays may be at work. */
  async run(): Promise<void> {
    const { scheduler, busy } = this.#feeding;
    const { partition } = this.#assignment;
    const end = partition.log.lines.length;
    let { offset, intent } = partition.committed;
    while (intent || (offset < end && scheduler.chance(0.8))) {
      await busy();
      intent ??= await this.#intend(offset, Math.min(end, offset + scheduler.between(1, 5)));
      if (!(await this.#feeder.isOpen())) throw new Fenced();
      await this.#insert(offset, intent);
      offset = intent.end;
      await this.#commit(offset, undefined);
      intent = undefined;
    }
  }

  async #intend(offset: number, end: number): Promise<FeederIntent> {
    const { rules } = this.#feeding;
    const { months } = await this.#count(offset, end, rules);
    const intent = { end, months: months.map(({ month }) => month), rules };
    await this.#commit(offset, intent);
    return intent;
  }

  async #insert(offset: number, { end, months, rules }: FeederIntent): Promise<void> {
    const { store } = this.#feeding;
    const { log } = this.#assignment.partition;
    const batch = nameOf(log.name, offset, end);
    const there = await markersOf(store.counts, [batch], this.#patience);
    const missing = months.filter((month) => !there.some((marker) => marker.month === month));
    if (missing.length === 0) return;
    const { months: counted, stretches } = await this.#count(offset, end, rules);
    for (const month of missing) {
      const found = counted.find((one) => one.month === month) ?? emptyMonth(month);
      const marker = { batch, month, months, isVoid: false, how: describeSetups([setupWith(rules)], pins) };
      const rows = encodePart(marker, stretches, found);
      await insertPart(store.counts, { batch, month, rows }, this.#patience);
    }
  }

  /** Lines that others have counted are left out, and stretches are cut where ranges of theirs begin or end. */
  async #count(offset: number, end: number, rules: string) {
    const { store, busy } = this.#feeding;
    const coverages = await lookUpCoverage(store, [this.#candidate], this.#patience);
    const coverage = coverages[0] as Coverage;
    await busy();
    const { log } = this.#assignment.partition;
    const stretches = openStretches(coverage)
      .map(({ from, to = Number.POSITIVE_INFINITY }) => ({
        from: Math.max(from, offset * lineBytes),
        to: Math.min(to, end * lineBytes),
      }))
      .filter(({ from, to }) => from < to);
    return {
      months: countStretches(stretches.map((stretch) => ({ ...stretch, log, coverage, rules }))).months,
      stretches: stretches.map((stretch) => {
        const last = keyLastLine(store.keyed, lastLineOf(log, stretch.to));
        return { ...coverage.key, ...stretch, last };
      }),
    };
  }

  async #commit(offset: number, intent: FeederIntent | undefined): Promise<void> {
    const { partition, epoch } = this.#assignment;
    await this.#feeding.busy();
    partition.commit(epoch, { offset, intent });
    await this.#feeding.busy();
    // The answer was lost: whoever cannot tell begins anew from what is committed.
    if (!this.#feeding.isLast && this.#feeding.scheduler.chance(0.05)) throw new Fenced();
  }
}

function lastLineOf(log: Log, to: number): string {
  const file = { path: '', log, length: log.lines.length, isBroken: false };
  return lastLineAt(file, to) as string;
}

/** As ingesters name their batches: partition, generation and offsets. */
function nameOf(partition: string, offset: number, end: number): string {
  const digits = createHash('sha256').update(partition).digest('hex').slice(0, 32);
  const [from, to] = [offset, end].map((at) => String(at).padStart(16, '0'));
  return `k${digits}.0001.${from}-${to}`;
}

function emptyMonth(month: number): CountedMonth {
  return { month, rows: new Uint8Array(0), rowCount: 0, days: [], stretches: [] };
}
