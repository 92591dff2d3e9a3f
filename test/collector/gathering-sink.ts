import { chunkHeaders, nameOf, readChunk } from '../../shared/kafka/chunk.ts';
import type { ChunkMessage, ChunkSink } from '../../shared/kafka/chunk-message.ts';

/** A sink that keeps what it is sent, as an ingester would see it. */
export interface GatheringSink extends ChunkSink {
  readonly chunks: readonly { readonly partition: number; readonly chunk: ChunkMessage }[];
  /** The lines of each source in the order of their positions, each byte once however often it came. */
  texts(): string[];
  /** Chunks that it was sent and has not acknowledged. */
  readonly waiting: number;
  /** While held, nothing is acknowledged. */
  hold(): void;
  letGo(): void;
}

/** Refuses chunks that an ingester would not believe. */
export function gatheringSink(): GatheringSink {
  const chunks: { partition: number; chunk: ChunkMessage }[] = [];
  let gate = Promise.resolve();
  let open = () => {};
  let waiting = 0;
  return {
    chunks,
    get waiting() {
      return waiting;
    },
    async send(partition, sent) {
      waiting += sent.length;
      await gate;
      waiting -= sent.length;
      for (const chunk of sent) {
        const value = Buffer.from(chunk.value);
        const read = readChunk(chunkHeaders(chunk), value);
        if (read === undefined || read === 'lie') throw new Error('A chunk has headers that lie');
        chunks.push({ partition, chunk: { ...chunk, value } });
      }
    },
    texts: () => textsOf(chunks.map(({ chunk }) => chunk)),
    hold() {
      gate = new Promise((resolve) => {
        open = resolve;
      });
    },
    letGo: () => open(),
  };
}

/** What sources come to when each byte of them is taken once; throws where there is a gap. */
export function textsOf(chunks: readonly ChunkMessage[]): string[] {
  const sources = new Map<string, Buffer>();
  for (const { source, position, value } of chunks) {
    const known = sources.get(nameOf(source)) ?? Buffer.alloc(0);
    if (position > known.length) throw new Error(`A gap before byte ${position}`);
    const end = Math.max(known.length, position + value.length);
    sources.set(
      nameOf(source),
      Buffer.concat([known.subarray(0, position), value, known.subarray(position + value.length)], end),
    );
  }
  return [...sources.values()].map((bytes) => bytes.toString());
}
