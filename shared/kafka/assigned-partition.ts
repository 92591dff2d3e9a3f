/**
 * A partition while the group has given it to this process. Nothing is fetched of it before `readFrom`.
 */
export interface AssignedPartition {
  readonly partition: number;
  /** Aborted, with a `PartitionLost`, as soon as the group is joined anew, so before anybody else can have the partition. */
  readonly signal: AbortSignal;
  /** What the group has committed, asked after it was joined, so that whoever had the partition before cannot change it any more. */
  committed(): Promise<{ readonly offset: number; readonly metadata: string | null } | undefined>;
  /**
   * Commits an offset with its metadata. Throws `PartitionLost` where the partition is not ours any more, and what the network throws, after
   * which it may have happened, or may happen later.
   */
  commit(offset: number, metadata: string): Promise<void>;
  /** Offset of the first message there is, and the one after the last. */
  watermarks(): Promise<{ readonly low: number; readonly high: number }>;
  /** Lets messages be fetched from an offset on. */
  readFrom(offset: number): void;
  /** Lets no more be fetched. */
  pause(): void;
  /** Lets them be fetched from where that was stopped. */
  resume(): void;
}

/** The group has this partition given to somebody, who goes on where it is recorded. */
export class PartitionLost extends Error {
  override readonly name = 'PartitionLost';

  constructor(options?: ErrorOptions) {
    super('The group has been joined anew.', options);
  }
}
