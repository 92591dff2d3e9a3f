import { hash } from 'node:crypto';
import type { SourceIdentity } from '../source/source.ts';
import type { Keyed } from './source-key.ts';

/** One partition of a topic of a cluster. */
export interface PartitionName {
  /** Kafka's own id of the cluster. */
  readonly cluster: string;
  readonly topic: string;
  readonly partition: number;
}

/**
 * A batch of a partition: offsets `[from, to)` of a generation of it, which is one more each time that the topic was made again. Its
 * name is `k<32 hex digits>.<generation>.<from>-<to>`, padded so that names sort as numbers do.
 */
export interface KafkaBatch {
  readonly generation: number;
  readonly from: number;
  readonly to: number;
}

/** What all batches of a partition begin with; `keyed` is the store's. */
export function batchPrefix(keyed: Keyed, { cluster, topic, partition }: PartitionName): string {
  return `k${keyed(`kafka/${cluster}/${topic}/${partition}`).slice(0, 32)}.`;
}

/** A batch's name. */
export function batchName(prefix: string, { generation, from, to }: KafkaBatch): string {
  return `${prefix}${padded(generation, 4)}.${padded(from, offsetDigits)}-${padded(to, offsetDigits)}`;
}

/** The batch that a name says; throws where a newer version wrote it otherwise. */
export function readBatchName(name: string): KafkaBatch {
  const found = batchShape.exec(name);
  if (!found) throw new Error('A batch of Kafka in the store is named in a way this version does not know.');
  return { generation: Number(found[1]), from: Number(found[2]), to: Number(found[3]) };
}

/**
 * The source that messages without a chunk's headers are of: the partition itself, and its offsets are their positions. Exact
 * whatever crashes, and blind to a log that is shipped twice.
 */
export function partitionSource(
  { cluster, topic, partition }: PartitionName,
  generation: number,
): SourceIdentity {
  const firstLine = hash('sha256', `kafka/${cluster}/${topic}/${partition}/${generation}`);
  return { firstLine, startLength: 0, start: hash('sha256', '') };
}

/** Offsets below 10^16 are exact as JS numbers. */
const offsetDigits = 16;
const batchShape = /^k[0-9a-f]+\.(\d{4})\.(\d{16})-(\d{16})$/;

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
