import { chunkHeaders } from './chunk.ts';
import type { ChunkMessage } from './chunk-message.ts';
import { deflateBlocks } from './deflater.ts';
import { encodeRecordEnds } from './encode-record.ts';
import { type GzipPiece, gzipOf } from './gzip-pieces.ts';

/**
 * Batches that are compressed before kafkajs gets them. kafkajs encodes, copies and compresses a request while nothing else goes to that broker. So it is
 * given short messages that name a prepared batch, as many as that has records, and where it compresses them the codec puts the batch in
 * their place. Two million lines of 710 bytes cost 15 s of our processor time so, and 25 s without.
 */
const batches = new Map<string, { bytes: Buffer; isTaken: boolean }>();

const NAME = 'tallymark-prepared-batch-';
const NAME_LENGTH = NAME.length + 16;

/** What kafkajs writes of the first record before its value. */
const LONGEST_BEFORE_NAME = 32;

/** Values of chunks on their way, deflated or being so. */
const deflated = new WeakMap<ChunkMessage, Promise<Buffer>>();

let lastBatch = 0;

/** Begins to compress a chunk that is sent later. */
export function prepareChunk(chunk: ChunkMessage): Promise<Buffer> {
  const known = deflated.get(chunk);
  if (known !== undefined) return known;
  const begun = deflateBlocks(chunk.value);
  // Whoever sends it sees why.
  begun.catch(() => {});
  deflated.set(chunk, begun);
  return begun;
}

/** Runs `send` with the values of messages that stand for the chunks; throws where kafkajs sent them as they are. */
export async function withPreparedBatch(
  chunks: readonly ChunkMessage[],
  send: (values: readonly Buffer[]) => Promise<void>,
): Promise<void> {
  const name = NAME + String(++lastBatch).padStart(NAME_LENGTH - NAME.length, '0');
  const batch = { bytes: await batchOf(chunks), isTaken: false };
  batches.set(name, batch);
  try {
    await send(chunks.map(() => Buffer.from(name)));
    if (!batch.isTaken) throw new Error('kafkajs did not compress a batch by the codec that is registered');
  } finally {
    batches.delete(name);
  }
}

/** The prepared batch that these records stand for, compressed by gzip; undefined where they are to be sent as they are. */
export function preparedBatch(records: Buffer): Buffer | undefined {
  const at = records.subarray(0, LONGEST_BEFORE_NAME + NAME_LENGTH).indexOf(NAME);
  if (at < 0) return undefined;
  const batch = batches.get(records.toString('latin1', at, at + NAME_LENGTH));
  if (batch !== undefined) batch.isTaken = true;
  return batch?.bytes;
}

async function batchOf(chunks: readonly ChunkMessage[]): Promise<Buffer> {
  const values = await Promise.all(chunks.map(prepareChunk));
  const pieces = chunks.flatMap((chunk, index): GzipPiece[] => {
    const { before, after } = encodeRecordEnds(index, chunk.value.length, chunkHeaders(chunk));
    return [{ bytes: before }, { bytes: chunk.value, deflated: values[index] }, { bytes: after }];
  });
  return gzipOf(pieces);
}
