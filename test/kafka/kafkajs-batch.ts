import { createRequire } from 'node:module';
import type { Batch } from 'kafkajs';
import type { FetchedPartition, FetchedRecord } from '../../shared/kafka/fetched-partition.ts';

const KafkaJsBatch = createRequire(import.meta.url)('kafkajs/src/consumer/batch');

/** What kafkajs makes of an answer to who has asked for an offset. */
export function kafkaJsBatch(from: number, fetched: FetchedPartition): Batch {
  return new KafkaJsBatch('lines', String(from), { highWatermark: '1000', ...fetched });
}

/** Records of one batch, which begins and ends where it is said; of a producer in a transaction, of one outside, or the end of one. */
export function recordsOf({
  offsets,
  begin = offsets[0]!,
  end = offsets.at(-1)!,
  producer = '-1',
  ending,
}: {
  readonly offsets: readonly number[];
  readonly begin?: number;
  readonly end?: number;
  readonly producer?: string;
  readonly ending?: 'abort' | 'commit' | undefined;
}): FetchedRecord[] {
  const batchContext = {
    firstOffset: String(begin),
    lastOffsetDelta: end - begin,
    producerId: producer,
    inTransaction: producer !== '-1',
  };
  const key = ending && Buffer.from([0, 0, 0, ending === 'commit' ? 1 : 0]);
  return offsets.map((offset) => ({
    ...{ offset: String(offset), key: key ?? null, isControlRecord: ending !== undefined, batchContext },
    ...{ value: Buffer.from('line'), headers: {}, timestamp: '0' },
  }));
}
