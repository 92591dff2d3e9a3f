import { type Chunk, countLines } from './chunk.ts';
import { directivesAfter } from './directives.ts';

/** A chunk with its lines: what one message holds. */
export interface ChunkMessage extends Chunk {
  readonly value: Uint8Array;
}

/** Takes chunks to their partition: real brokers, or a list in tests. */
export interface ChunkSink {
  /** Does ahead what can be done before a chunk's turn. */
  prepare?(chunk: ChunkMessage): void;
  /**
   * Resolves when all of them are kept for good, in their order; rejects where trying again cannot help or patience has ended. A caller waits
   * for one partition's answer before it sends that partition more: so nothing overtakes.
   */
  send(partition: number, chunks: readonly ChunkMessage[]): Promise<void>;
}

const NEWLINE = 0x0a;

/** Two chunks of about half the bytes, for a topic whose messages are smaller; undefined where the chunk is one line. */
export function splitChunk(chunk: ChunkMessage): readonly [ChunkMessage, ChunkMessage] | undefined {
  const bytes = Buffer.from(chunk.value.buffer, chunk.value.byteOffset, chunk.value.length);
  const half = Math.floor(bytes.length / 2);
  const before = bytes.lastIndexOf(NEWLINE, half);
  const cut = (before >= 0 ? before : bytes.indexOf(NEWLINE, half)) + 1;
  if (cut === 0 || cut === bytes.length) return undefined;
  const [first, second] = [bytes.subarray(0, cut), bytes.subarray(cut)];
  const directives =
    chunk.directives.length === 0 ? chunk.directives : directivesAfter(chunk.directives, first);
  return [
    { ...chunk, value: first, lines: countLines(first) },
    { ...chunk, value: second, lines: countLines(second), position: chunk.position + cut, directives },
  ];
}
