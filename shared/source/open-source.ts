import { gunzipSync } from 'node:zlib';
import type { Block } from './block.ts';
import type { BlockPool } from './block-pool.ts';
import { type ByteReader, type Chunks, limited, oneChunk, readerOf, readHead } from './chunks.ts';
import { compressionOf, LONGEST_BEGINNING } from './compression.ts';
import { cutLines } from './cut-lines.ts';
import { decompress } from './decompress.ts';
import { identify } from './identify.ts';
import { chunksOf, closeInput, type Input, openInput, readInput, readWholeInput } from './input.ts';
import type { Compression, Source } from './source.ts';
import { asSourceError, StreamError } from './stream-error.ts';

/** Bytes of the decompressed source that are kept for detection and identity. */
const HEAD_SIZE = 1024 * 1024;

/**
 * A file up to this size on disk is read in one go, without a turn of the event loop: CDNs write a hundred thousand of 2 to 50 KB a
 * day, and a turn costs more than reading one.
 */
const SMALL_FILE = 128 * 1024;

/** The shortest gzip member: header, empty deflate block, CRC and length. */
const SHORTEST_GZIP = 20;

/** What `sourceOf` needs to know beside the input. */
interface Content {
  readonly compression: Compression;
  readonly head: Uint8Array;
  readonly headIsAll: boolean;
  /** A reader of the decompressed bytes from `from` on. */
  readerAt(from: number): ByteReader;
  close(): Promise<void>;
}

/**
 * Opens a log file, plain or compressed, a pipe, or standard input (`-`). Throws a `SourceError` 'missing' or 'unreadable'; what is
 * wrong further on is thrown by `blocks`, after the lines that are good. End all reading before you dispose of it.
 */
export async function openSource(path: string, pool: BlockPool): Promise<Source> {
  const input = openInput(path);
  try {
    return sourceOf(input, pool, smallContent(input) ?? (await streamedContent(input)));
  } catch (error) {
    await closeInput(input);
    throw asSourceError(error, path, 0);
  }
}

/** Of a small file, plain or gzip, at once; undefined where it is none, or broken. */
function smallContent(input: Input): Content | undefined {
  if (input.size === undefined || input.size > SMALL_FILE) return undefined;
  const onDisk = readWholeInput(input, input.size);
  const compression = compressionOf(onDisk);
  if (compression === 'none') return wholeContent(compression, onDisk);
  const inflated = compression === 'gzip' ? inflateWhole(onDisk) : undefined;
  return inflated && wholeContent(compression, inflated);
}

function wholeContent(compression: Compression, head: Uint8Array): Content {
  const readerAt = (from: number) => readerOf(oneChunk(head), from);
  return { compression, head, headIsAll: true, readerAt, close: nothing };
}

/** Undefined where the archive is large or broken: then it is streamed, which finds the good lines. */
function inflateWhole(onDisk: Buffer): Uint8Array | undefined {
  if (onDisk.length < SHORTEST_GZIP) return undefined;
  // The last four bytes say how long the last member is (RFC 1952, ISIZE): so one output buffer does.
  const length = Math.min(Math.max(onDisk.readUInt32LE(onDisk.length - 4), 4096), HEAD_SIZE);
  try {
    const { buffer, engine } = inflateSync(onDisk, length);
    return onDisk.subarray(engine.bytesWritten).some((byte) => byte !== 0) ? undefined : buffer;
  } catch {
    return undefined;
  }
}

/** With `info`, zlib says too how much of its input it has taken; the types do not know. */
function inflateSync(onDisk: Buffer, length: number) {
  const options = { chunkSize: length, maxOutputLength: HEAD_SIZE, info: true };
  return gunzipSync(onDisk, options) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
}

async function streamedContent(input: Input): Promise<Content> {
  const onDisk = await readHead(chunksOf(input), LONGEST_BEGINNING);
  const compression = compressionOf(onDisk.bytes);
  if (compression === 'none' && input.size !== undefined) return plainContent(input, input.size);
  const content = await readHead(decompress(compression, onDisk.chunks), HEAD_SIZE);
  const head = content.bytes.subarray(0, HEAD_SIZE);
  const headIsAll = content.isAll && content.bytes.length <= HEAD_SIZE;
  let first: Chunks | undefined = content.chunks;
  return {
    compression,
    head,
    headIsAll,
    readerAt(from) {
      const chunks = first ?? decompress(compression, chunksOf(input));
      if (first === undefined && input.size === undefined) throw new Error('A stream can be read only once');
      first = undefined;
      return readerOf(chunks, from);
    },
    close: content.close,
  };
}

/** A plain file is read where it is asked for, straight into the blocks. */
async function plainContent(input: Input, size: number): Promise<Content> {
  const head = Buffer.allocUnsafeSlow(Math.min(size, HEAD_SIZE));
  const read = await readInput(input, head, 0);
  return {
    compression: 'none',
    head: head.subarray(0, read),
    headIsAll: read === size,
    readerAt(from) {
      let position = from;
      return {
        async fill(into) {
          if (position > size) throw new StreamError('changed');
          // What a source is known by is what is read of it, even where the file is cut and filled anew in between.
          const count =
            position < read ? head.copy(into, 0, position, read) : await readInput(input, into, position);
          position += count;
          return count;
        },
        close: nothing,
      };
    },
    close: nothing,
  };
}

function sourceOf(input: Input, pool: BlockPool, content: Content): Source {
  const { compression, head, headIsAll } = content;
  let open = true;
  return {
    path: input.path,
    compression,
    size: input.size,
    head,
    headIsAll,
    identity: identify(head, headIsAll),
    get bytesRead() {
      return input.bytesRead;
    },
    blocks: (range) => blocksOf(input, content, { ...range, pool }),
    async [Symbol.asyncDispose]() {
      if (!open) return;
      open = false;
      await content.close();
      await closeInput(input);
    },
  };
}

interface Range {
  readonly from: number;
  readonly to?: number;
  readonly signal?: AbortSignal;
  readonly pool: BlockPool;
}

async function* blocksOf(
  input: Input,
  content: Content,
  { from, to, signal, pool }: Range,
): AsyncGenerator<Block> {
  const reader = content.readerAt(from);
  const fill = to === undefined ? reader.fill : limited(reader.fill, to - from);
  // Whoever waits for a writer is told to stop; a file is read to the end of the block.
  const stop = () => input.stream?.stop();
  signal?.addEventListener('abort', stop, { once: true });
  let position = from;
  try {
    for await (const block of cutLines(fill, pool, { from, signal })) {
      position = block.to;
      yield block;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw asSourceError(error, input.path, position);
  } finally {
    signal?.removeEventListener('abort', stop);
    await reader.close();
  }
}

function nothing(): Promise<void> {
  return Promise.resolve();
}
