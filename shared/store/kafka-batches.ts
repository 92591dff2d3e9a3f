import type { Counts } from './counts.ts';
import { type Patience, persist } from './persist.ts';

/** What begins the name of each batch from Kafka; names of other batches are hexadecimal. */
export const kafkaPrefix = 'k';

/** A batch from Kafka as its markers name it: `k<32 hex>.<generation>.<from>-<to>`, numbers padded, so that names sort by offset. */
export interface KafkaBatch {
  readonly name: string;
  readonly generation: number;
  /** Offsets `[from, to)`. */
  readonly from: number;
  readonly to: number;
}

/** Puts a batch's name together; `partition` are 32 hex digits that stand for cluster, topic and partition. */
export function nameKafkaBatch(
  partition: string,
  { generation, from, to }: Omit<KafkaBatch, 'name'>,
): string {
  const [a, b] = [from, to].map((offset) => String(offset).padStart(16, '0'));
  return `${kafkaPrefix}${partition}.${String(generation).padStart(4, '0')}.${a}-${b}`;
}

/**
 * The last batch of a partition whose name begins with `prefix`: `k<32 hex>.` of all generations, `k<32 hex>.<generation>.` of one. Undefined
 * where nothing was counted. Throws `StoreTimeout`.
 */
export async function lookUpKafka(
  counts: Pick<Counts, 'lastBatches'>,
  prefix: string,
  patience: Patience,
): Promise<KafkaBatch | undefined> {
  const last = await persist(patience, () => counts.lastBatches(prefix));
  return last && readKafkaBatch(last.name);
}

const kafkaName = /^k[0-9a-f]{32}\.(\d+)\.(\d+)-(\d+)$/;

/** Throws where a newer version named it otherwise. */
function readKafkaBatch(name: string): KafkaBatch {
  const found = kafkaName.exec(name);
  if (!found) throw new Error('A batch in the store is named in a way this version does not know.');
  return { name, generation: Number(found[1]), from: Number(found[2]), to: Number(found[3]) };
}
