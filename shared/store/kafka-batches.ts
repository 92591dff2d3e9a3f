import type { Counts, LastBatch } from './counts.ts';
import { type Patience, persist } from './persist.ts';

/** What begins the name of each batch from Kafka; names of other batches are hexadecimal. */
export const kafkaPrefix = 'k';

/**
 * The last batch of a partition whose name begins with `prefix`: `k<32 hex>.` of all generations, `k<32 hex>.<generation>.` of one. Numbers in
 * names are padded, so it is the one that begins last. Undefined where nothing was counted. Throws `StoreTimeout`.
 */
export function lookUpKafka(
  counts: Pick<Counts, 'lastBatches'>,
  prefix: string,
  patience: Patience,
): Promise<LastBatch | undefined> {
  return persist(patience, () => counts.lastBatches(prefix));
}
