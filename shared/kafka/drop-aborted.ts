import type { FetchedPartition, FetchedRecord } from './fetched-partition.ts';

/**
 * Has kafkajs pass over what aborted transactions have written, as it does over the ends of transactions. By itself it lets some of it through
 * where transactions overlap: it goes by the first of the list alone, which brokers give in the order in which the transactions ended.
 */
export function dropAborted<T extends FetchedPartition>(fetched: T): T {
  const waiting = [...(fetched.abortedTransactions ?? [])].sort(
    (a, b) => Number(a.firstOffset) - Number(b.firstOffset),
  );
  if (waiting.length === 0) return fetched;
  const aborted = new Set<string>();
  const messages = fetched.messages.map((record) => {
    while (waiting[0] && Number(waiting[0].firstOffset) <= Number(record.offset))
      aborted.add(waiting.shift()!.producerId);
    const { producerId, inTransaction } = record.batchContext ?? {};
    if (producerId === undefined || !aborted.has(producerId)) return record;
    if (isAbort(record)) aborted.delete(producerId);
    return inTransaction ? { ...record, isControlRecord: true } : record;
  });
  return { ...fetched, messages, abortedTransactions: [] };
}

/** Whether it ends its producer's transaction as one that never was: a control record's key is a version and a type, two bytes each. */
function isAbort({ isControlRecord, key }: FetchedRecord): boolean {
  return isControlRecord === true && key?.[2] === 0 && key[3] === 0;
}
