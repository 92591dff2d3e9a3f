import { type Source, SourceError } from '../../shared/source/source.ts';
import type { Turn } from '../../shared/store/take-turn.ts';
import type { CutBatch, Lane } from '../../shared/workers/lane.ts';
import type { Piece, Plan } from './plan.ts';
import type { Report } from './report.ts';

interface CrewOptions {
  readonly turn: Turn;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** A piece of a planned file, waiting for a lane. */
interface Job {
  readonly plan: Plan;
  readonly piece: Piece;
}

/** Pieces that may wait for a lane: enough that none is ever idle, few enough that not many files are open. */
const mostWaiting = 64;

/**
 * The lanes at work: each takes the next piece when it is free, counts it, and has its batch written when that is full. The first failure
 * stops all of them and is thrown by whoever waits; disposing waits until everybody has put down what they held.
 */
export class Crew implements AsyncDisposable {
  readonly #lanes: readonly Lane[];
  readonly #options: CrewOptions;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #jobs: Job[] = [];
  readonly #free: Lane[];
  readonly #atWork = new Set<Promise<void>>();
  /** Done when all batches that were cut are in the store, or one has failed. */
  #written: Promise<void> = Promise.resolve();
  /** Bytes that were handed to lanes, of open sources. */
  readonly #counted = new Map<Source, number>();
  /** Open sources and how many pieces of each are not counted yet. */
  readonly #open = new Map<Source, number>();

  constructor(lanes: readonly Lane[], options: CrewOptions) {
    this.#lanes = lanes;
    this.#options = options;
    this.#free = [...lanes];
    this.#signal = AbortSignal.any([options.signal, this.#stop.signal]);
  }

  /** How many pieces are counted at a time. */
  get size(): number {
    return this.#lanes.length;
  }

  /** Lines counted so far. */
  get lines(): number {
    return this.#lanes.reduce((total, lane) => total + lane.lines, 0);
  }

  /** Bytes on disk of the files that were taken and are still to be read. */
  get bytesLeft(): number {
    let left = 0;
    for (const source of this.#open.keys()) left += Math.max(0, (source.size ?? 0) - this.#bytesOf(source));
    return left;
  }

  /** Bytes on disk that were read of a source: an archive says it, a plain file is read in several places at a time. */
  #bytesOf(source: Source): number {
    return source.compression === 'none' ? (this.#counted.get(source) ?? 0) : source.bytesRead;
  }

  /** Takes a planned file with its open source; waits while enough is waiting. */
  async take(plan: Plan): Promise<void> {
    this.#open.set(plan.source, plan.pieces.length);
    if (plan.pieces.length === 0) await this.#close(plan.source);
    this.#jobs.push(...plan.pieces.map((piece) => ({ plan, piece })));
    this.#dispatch();
    while (this.#jobs.length > mostWaiting && !this.#signal.aborted) await Promise.race(this.#atWork);
    this.#signal.throwIfAborted();
  }

  /** Waits until all that was taken is counted and in the store. */
  async drain(): Promise<void> {
    while (this.#atWork.size > 0) await Promise.race(this.#atWork);
    this.#signal.throwIfAborted();
    for (const lane of this.#lanes) await this.#write(lane);
    await this.#written;
    this.#signal.throwIfAborted();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('the replay was stopped'));
    this.#jobs.length = 0;
    while (this.#atWork.size > 0) await Promise.race(this.#atWork);
    await this.#written;
    for (const source of this.#open.keys()) await source[Symbol.asyncDispose]();
  }

  #dispatch(): void {
    while (this.#jobs.length > 0 && this.#free.length > 0 && !this.#signal.aborted) {
      const lane = this.#free.pop() as Lane;
      const job = this.#jobs.shift() as Job;
      const work = this.#work(lane, job)
        .catch((error) => this.#stop.abort(error))
        .then(() => {
          this.#atWork.delete(work);
          this.#free.push(lane);
          this.#dispatch();
        });
      this.#atWork.add(work);
    }
  }

  async #work(lane: Lane, { plan, piece }: Job): Promise<void> {
    if (lane.isFull) await this.#write(lane);
    try {
      await this.#feed(lane, plan, piece);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      // The lines before are good, and are counted.
      this.#options.report.fail(plan.file, error.code, error.message);
    }
    lane.end(plan.file);
    const left = (this.#open.get(plan.source) ?? 0) - 1;
    this.#open.set(plan.source, left);
    if (left === 0) await this.#close(plan.source);
  }

  async #feed(lane: Lane, plan: Plan, { from, to, covered }: Piece): Promise<void> {
    const { source, stateful } = plan;
    const signal = this.#signal;
    lane.begin(plan, from, covered);
    if (stateful && from > 0) {
      for await (const block of source.blocks({ from: 0, to: from, signal })) lane.pass(block);
    }
    for await (const block of source.blocks({ from, ...(to !== undefined && { to }), signal })) {
      if (lane.isFull) {
        await this.#write(lane);
        lane.begin(plan, block.from, covered);
      }
      this.#counted.set(source, (this.#counted.get(source) ?? 0) + block.to - block.from);
      lane.count(block);
    }
  }

  /**
   * Cuts the lane's batch once the batch before, of whichever lane, is in the store, and has it written while the lane counts the next: a
   * batch on its way takes some hundred megabytes, so there is one at a time.
   */
  async #write(lane: Lane): Promise<void> {
    if (lane.isEmpty) return;
    const before = this.#written;
    const cut = before.then(() => {
      this.#signal.throwIfAborted();
      return lane.cut();
    });
    this.#written = cut.then((batch) => this.#store(batch)).catch((error) => this.#stop.abort(error));
    await cut;
  }

  async #store(batch: CutBatch): Promise<void> {
    const { stretches, setups, pins, counted } = batch;
    await this.#options.turn.write({ stretches, setups, pins }, counted);
    this.#options.report.addBatch(batch);
  }

  async #close(source: Source): Promise<void> {
    this.#open.delete(source);
    this.#counted.delete(source);
    await source[Symbol.asyncDispose]();
  }
}
