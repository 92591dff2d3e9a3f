import { close, closeSync, fstatSync, openSync, read, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isTooManyOpen, SourceError } from './source.ts';
import { type ReadStream, readStandardInput } from './standard-input.ts';
import { StreamError } from './stream-error.ts';

/** The bytes of a file as they are on disk, or of a stream that can be read once. */
export interface Input {
  readonly path: string;
  readonly fd: number;
  /** Bytes when it was opened, which is as far as it is read: what is written meanwhile is for the next time. Undefined for a stream. */
  readonly size: number | undefined;
  /** Reads a stream that is not read by its `fd`. */
  readonly stream?: ReadStream | undefined;
  /** How far it has been read. */
  bytesRead: number;
}

/** Bytes of an archive read at once: inflated they make about a block. */
const CHUNK_SIZE = 128 * 1024;

/** A pipe that its writer left non-blocking says EAGAIN where it is only empty. */
const EMPTY_PIPE_PAUSE_MS = 5;

const STDIN = 0;

/** Opens a file, pipe, or standard input (`-`). Throws a `SourceError` 'missing' or 'unreadable'. */
export function openInput(path: string): Input {
  if (path === '-') return { path, fd: STDIN, size: undefined, stream: readStandardInput(), bytesRead: 0 };
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch (cause) {
    throw cannotOpen(path, cause);
  }
  const stat = fstatSync(fd);
  if (stat.isDirectory()) {
    closeSync(fd);
    throw new SourceError(
      'unreadable',
      path,
      `${path} is a folder: name the log files in it, or search it first`,
    );
  }
  return { path, fd, size: stat.isFile() ? stat.size : undefined, bytesRead: 0 };
}

/** Closes what `openInput` opened; standard input stays open. */
export function closeInput(input: Input): Promise<void> {
  if (input.fd === STDIN) return Promise.resolve();
  return new Promise((resolve, reject) => close(input.fd, (error) => (error ? reject(error) : resolve())));
}

/**
 * Reads at `position` (a stream: on) and says how many bytes; 0 at the end. Throws a `StreamError` 'changed' where the file has
 * become shorter than it was.
 */
export async function readInput(input: Input, into: Uint8Array, position: number): Promise<number> {
  const { size } = input;
  const want = size === undefined ? into.length : Math.min(into.length, size - position);
  if (want <= 0) return 0;
  const at = { length: want, position: size === undefined ? null : position };
  const count = await (input.stream ? readStream(input.stream, into) : readFile(input.fd, into, at));
  if (count === 0 && size !== undefined) throw new StreamError('changed');
  input.bytesRead = Math.max(input.bytesRead, position + count);
  return count;
}

/** The whole of a small file, without a turn of the event loop. Throws as `readInput` does. */
export function readWholeInput(input: Input, size: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(size);
  let count: number;
  try {
    count = readSync(input.fd, bytes, 0, size, 0);
  } catch (cause) {
    throw new StreamError('unreadable', { cause });
  }
  if (count < size) throw new StreamError('changed');
  input.bytesRead = size;
  return bytes;
}

/** The whole input from its beginning, in pieces that are the caller's to keep. */
export async function* chunksOf(input: Input): AsyncGenerator<Buffer> {
  for (let position = 0; ; ) {
    const chunk = Buffer.allocUnsafeSlow(CHUNK_SIZE);
    const count = await readInput(input, chunk, position);
    if (count === 0) return;
    position += count;
    yield chunk.subarray(0, count);
  }
}

async function readStream(stream: ReadStream, into: Uint8Array): Promise<number> {
  try {
    return await stream.read(into);
  } catch (cause) {
    throw new StreamError('unreadable', { cause });
  }
}

async function readFile(fd: number, into: Uint8Array, at: { length: number; position: number | null }) {
  for (;;) {
    try {
      return await new Promise<number>((resolve, reject) => {
        read(fd, into, 0, at.length, at.position, (error, count) => (error ? reject(error) : resolve(count)));
      });
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EAGAIN') throw new StreamError('unreadable', { cause });
      await sleep(EMPTY_PIPE_PAUSE_MS);
    }
  }
}

function cannotOpen(path: string, cause: unknown): SourceError {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new SourceError('missing', path, `${path} does not exist: check the path`, { cause });
  }
  const todo = isTooManyOpen(cause)
    ? 'too many files are open; raise the limit (`ulimit -n`, LimitNOFILE)'
    : 'check its permissions';
  return new SourceError('unreadable', path, `${path} cannot be opened (${code}): ${todo}`, { cause });
}
