import { hash } from 'node:crypto';
import type { SourceIdentity } from '../source/source.ts';
import type { SourceKey } from './own-row.ts';

/** Digest of a text under the store's key, hex. */
export type Keyed = (text: string) => string;

/** Hex digits kept of a digest that finds or tells sources: 128 bits. */
const sourceDigits = 32;
/** Hex digits kept of a digest that checks a last line: 64 bits. */
const lineDigits = 16;

/** How the store knows a source. */
export function keySource(keyed: Keyed, identity: SourceIdentity): SourceKey {
  return {
    first: keyFirst(keyed, identity.firstLine),
    start: keyStart(keyed, identity.start),
    startLength: identity.startLength,
  };
}

/** The keyed form of the SHA-256 (hex) of a source's first line. */
export function keyFirst(keyed: Keyed, firstLine: string): string {
  return keyed(`first/${firstLine}`).slice(0, sourceDigits);
}

/** The keyed form of the SHA-256 (hex) of a source's beginning. */
export function keyStart(keyed: Keyed, start: string): string {
  return keyed(`start/${start}`).slice(0, sourceDigits);
}

/** The keyed form of the SHA-256 (hex) of a line without its line end. */
export function keyLastLine(keyed: Keyed, line: string): string {
  return keyed(`last/${line}`).slice(0, lineDigits);
}

/** A partition of a topic, for lines of which nothing else tells where they are from: positions in it are offsets. */
export interface TopicPartition {
  readonly clusterId: string;
  readonly topic: string;
  readonly partition: number;
  /** Counts how often the topic was made anew. */
  readonly generation: number;
}

/** A partition as a source. It has no beginning that files could be compared with, so its length is 0, as no file's ever is. */
export function identifyPartition({
  clusterId,
  topic,
  partition,
  generation,
}: TopicPartition): SourceIdentity {
  const name = hash('sha256', `kafka/${clusterId}/${topic}/${partition}/${generation}`);
  return { firstLine: name, start: name, startLength: 0 };
}

/** Whether a source is a partition of a topic, so that its lines are in no file. */
export function isPartition({ startLength }: Pick<SourceKey, 'startLength'>): boolean {
  return startLength === 0;
}
