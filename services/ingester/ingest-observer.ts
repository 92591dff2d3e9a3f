import type { ByOutcome } from '../../shared/count/outcome.ts';
import type { BatchFacts } from './open-batch.ts';
import type { OffsetGap } from './resume-point.ts';

/** What has to be tried again: a commit to Kafka, or a statement of the store. */
export type RetryStage = 'offsets' | 'counts';

/** What becomes of a partition, for metrics, notices and the summary; nothing is decided by it. */
export interface IngestObserver {
  /** A batch is in the store. */
  counted(batch: CountedFacts): void;
  /** Offsets that Kafka dropped before they were counted. */
  gap(gap: OffsetGap): Promise<void>;
  /** Messages of another topic of this name were counted before: this one is counted from its beginning. */
  madeAgain(): void;
  retry(stage: RetryStage, error: unknown): void;
  /** The pending batch of an ingester that stopped half-way was finished, or given up. */
  recovered(outcome: 'finished' | 'void'): void;
}

/** A batch that is in the store. */
export interface CountedFacts extends BatchFacts {
  readonly name: string;
  readonly lines: ByOutcome;
  /** How long its parts took, in ms. */
  readonly insertMs: number;
}
