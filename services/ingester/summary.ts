import { type Outcome, outcomes } from '../../shared/count/outcome.ts';
import type { CountedFacts } from './ingest-observer.ts';
import type { IngestSummary } from './ingest-options.ts';
import { UnreadablePartitions } from './unreadable-partitions.ts';

/** Adds up what an ingest comes to. */
export class Summary {
  readonly #started = performance.now();
  readonly #lines: Partial<Record<Outcome, number>> = {};
  readonly #refused = new Set<string>();
  /** What is not read for now. */
  readonly unreadable: UnreadablePartitions;
  #messages = 0;
  #batches = 0;
  #movedOn = false;

  constructor(topic: string) {
    this.unreadable = new UnreadablePartitions(topic);
  }

  /** A batch is in the store. */
  add({ lines, messages }: CountedFacts): void {
    for (const outcome of outcomes) {
      const count = lines[outcome] ?? 0;
      if (count > 0) this.#lines[outcome] = (this.#lines[outcome] ?? 0) + count;
    }
    this.#messages += messages;
    this.#batches++;
    this.#movedOn = true;
  }

  /** Something is not read, and stays so. */
  refuse(why: string): void {
    this.#refused.add(why);
  }

  /** Whether a batch was added since this was asked last. */
  movedOn(): boolean {
    const moved = this.#movedOn;
    this.#movedOn = false;
    return moved;
  }

  end(): IngestSummary {
    const { counted = 0, already_counted = 0, ...dropped } = this.#lines;
    const lines = Object.values(this.#lines).reduce((sum, count) => sum + count, 0);
    const seconds = (performance.now() - this.#started) / 1000;
    return {
      lines,
      counted,
      already_counted,
      dropped,
      messages: this.#messages,
      batches: this.#batches,
      refused: [...this.#refused, ...this.unreadable.reasons],
      seconds: Math.round(seconds * 1000) / 1000,
      lines_per_second: Math.round(lines / Math.max(seconds, 0.001)),
    };
  }
}
