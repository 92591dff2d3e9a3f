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

/** Whether a source is a partition of a topic, whose lines are in no file: it has no beginning, which every file has. */
export function isPartition({ startLength }: Pick<SourceKey, 'startLength'>): boolean {
  return startLength === 0;
}
