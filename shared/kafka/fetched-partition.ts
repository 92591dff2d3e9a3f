/** What a broker has answered of a partition, as kafkajs decodes it. */
export interface FetchedPartition {
  readonly partition: number;
  /** Absent, as all that has to do with transactions, in answers older than they are. */
  readonly abortedTransactions?: readonly AbortedTransaction[];
  readonly messages: readonly FetchedRecord[];
}

/** A transaction of which nothing is to be seen, by its first offset. */
export interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: string;
}

/** A message, or what stands in the log beside messages. */
export interface FetchedRecord {
  readonly offset: string;
  readonly key?: Buffer | null;
  /** kafkajs hands such records to nobody, and passes over them. */
  readonly isControlRecord?: boolean;
  /** The batch that it came in. */
  readonly batchContext?: {
    readonly firstOffset: string;
    readonly lastOffsetDelta: number;
    readonly producerId: string;
    readonly inTransaction: boolean;
  };
}
