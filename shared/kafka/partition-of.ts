/**
 * The partition that a source's chunks go to: `firstLine` is the SHA-256 of its first line in hex, of which the first four bytes, as an
 * unsigned big endian number, are taken modulo `partitions`. Fixed for ever, as the number of partitions of a topic is.
 */
export function partitionOf(firstLine: string, partitions: number): number {
  return Number.parseInt(firstLine.slice(0, 8), 16) % partitions;
}
