import type { SourceIdentity } from '../source/source.ts';
import type { SourceKey } from './own-row.ts';

/** Digest of a text under the store's key, hex. */
export type Keyed = (text: string) => string;

/** Hex digits kept of a digest that finds or tells sources: 128 bits. */
const sourceDigits = 32;
/** Hex digits kept of a digest that checks a last line, or tells sources apart that have their first line in common: 64 bits. */
const lineDigits = 16;

/** How the store knows a source; `starts` are digests of shorter beginnings, by their length. */
export function keySource(
  keyed: Keyed,
  identity: SourceIdentity,
  starts: ReadonlyMap<number, string> = new Map(),
): SourceKey {
  return {
    first: keyFirst(keyed, identity.firstLine),
    start: keyStart(keyed, identity.start),
    startLength: identity.startLength,
    shorter: [...starts].map(([startLength, start]) =>
      shorterStart({ start: keyStart(keyed, start), startLength }),
    ),
  };
}

/** How a longer beginning names this one. */
export function shorterStart({ start, startLength }: Pick<SourceKey, 'start' | 'startLength'>): string {
  return `${start.slice(0, lineDigits)}.${startLength}`;
}

/** The keyed form of the SHA-256 (hex) of a source's first line. */
function keyFirst(keyed: Keyed, firstLine: string): string {
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
