import type { Block } from './block.ts';

export type Compression = 'none' | 'gzip' | 'zstd' | 'bzip2';

/**
 * What a source is known by (`exactly-once.md`, "Identities"): plain SHA-256 digests in hex, kept in the store only under
 * its key. The same for a growing file, its rotated copy and its archive.
 */
export interface SourceIdentity {
  /** Digest of the first line that is not a `#` directive nor empty, without its line end: finds the source. */
  readonly firstLine: string;
  /** Decompressed bytes that `start` covers: 1024, or the length of a shorter source. */
  readonly startLength: number;
  /** Digest of these bytes: tells sources with an equal first line apart. */
  readonly start: string;
}

/** One opened file, or standard input. */
export interface Source extends AsyncDisposable {
  /** As the operator gave it; `-` for standard input. */
  readonly path: string;
  readonly compression: Compression;
  /** Bytes on disk, for the progress bar; undefined for standard input. */
  readonly size: number | undefined;
  /** The first decompressed bytes, up to 1 MiB, for detection and identity; empty for an empty file. */
  readonly head: Uint8Array;
  /** True where `head` is the whole source. */
  readonly headIsAll: boolean;
  /** Undefined where there is no first line yet. */
  readonly identity: SourceIdentity | undefined;
  /**
   * Blocks of whole lines from byte `from` on (which is a line's start) up to `to`, or to the end as it was when the source was opened. A
   * `to` within a line ends in an `unterminated` block. Ends by throwing a `SourceError` after the last whole line where the archive is truncated or
   * corrupt ('changed' where the source has become shorter, or ends before `from` or `to`), and then has no `unterminated` block. A
   * stream can be read once; of a file each call starts anew.
   */
  blocks(options: { from: number; to?: number; signal?: AbortSignal }): AsyncIterable<Block>;
  /** Compressed bytes read so far, for the progress bar. */
  readonly bytesRead: number;
}

export type SourceErrorCode = 'missing' | 'unreadable' | 'truncated' | 'corrupt' | 'changed';

/** What is wrong with a file: code, path and what to do; never bytes of it. */
export class SourceError extends Error {
  readonly code: SourceErrorCode;
  readonly path: string;

  constructor(code: SourceErrorCode, path: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SourceError';
    this.code = code;
    this.path = path;
  }
}

/** Whether a file could only not be opened for now: this process, or the machine, holds as many as it may. */
export function isTooManyOpen(error: unknown): boolean {
  const cause = error instanceof SourceError ? error.cause : error;
  const { code = '' } = (cause ?? {}) as NodeJS.ErrnoException;
  return code === 'EMFILE' || code === 'ENFILE';
}

/** Whether reading ended because the archive is truncated or corrupt: the lines before are good. */
export function isBrokenArchive(error: unknown): error is SourceError {
  return error instanceof SourceError && (error.code === 'truncated' || error.code === 'corrupt');
}
