import type { AssignedPartition } from '../../shared/kafka/assigned-partition.ts';
import { PartitionLost } from '../../shared/kafka/assigned-partition.ts';
import type { FetchedMessages } from '../../shared/kafka/message.ts';
import { PartitionIngest, type PartitionOptions, Unfinished } from './partition-ingest.ts';
import { PartitionRefused } from './partition-refused.ts';

/** Makes what a partition is ingested with. */
export type OptionsFor = (kafka: AssignedPartition) => PartitionOptions;

interface Running {
  readonly ingest: PartitionIngest;
  readonly kafka: AssignedPartition;
  readonly ended: Promise<void>;
}

/**
 * The partitions that the group has given to this process. Each runs by itself: one that is refused is told and left alone, one that is lost
 * ends; anything else that goes wrong ends the session.
 */
export class Assigned {
  readonly #optionsFor: OptionsFor;
  readonly #onRefused: (refused: PartitionRefused) => void;
  readonly #running = new Map<number, Running>();
  readonly refused = new Set<number>();
  /** Rejects when the session has to end. Never resolves. */
  readonly failed: Promise<never>;
  #fail: (error: unknown) => void = () => undefined;

  constructor(optionsFor: OptionsFor, onRefused: (refused: PartitionRefused) => void) {
    this.#optionsFor = optionsFor;
    this.#onRefused = onRefused;
    this.failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => undefined);
  }

  /** The group was joined anew, and these are ours; what ran before ends by its signal. */
  replace(partitions: readonly AssignedPartition[]): void {
    this.#running.clear();
    this.refused.clear();
    for (const kafka of partitions) {
      const ingest = new PartitionIngest(this.#optionsFor(kafka));
      const ended = ingest.run().catch((error: unknown) => this.#ended(kafka, error));
      this.#running.set(kafka.partition, { ingest, kafka, ended });
    }
  }

  /** Hands messages to their partition; false where they are not wanted. */
  offer({ partition }: AssignedPartition, fetched: FetchedMessages): boolean {
    return this.#running.get(partition)?.ingest.offer(fetched) ?? false;
  }

  /** What runs, by partition. */
  get all(): ReadonlyMap<number, PartitionIngest> {
    return new Map([...this.#running].map(([partition, { ingest }]) => [partition, ingest]));
  }

  /** Cuts and writes what there is, and ends all. */
  async stop(): Promise<void> {
    for (const { ingest } of this.#running.values()) ingest.stop();
    await Promise.race([Promise.all([...this.#running.values()].map(({ ended }) => ended)), this.failed]);
  }

  #ended(kafka: AssignedPartition, error: unknown): void {
    if (kafka.signal.aborted || error instanceof PartitionLost || error instanceof Unfinished) return;
    if (error instanceof PartitionRefused) {
      this.refused.add(kafka.partition);
      this.#onRefused(error);
    } else this.#fail(error);
  }
}
