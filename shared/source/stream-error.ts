import { SourceError, type SourceErrorCode } from './source.ts';

/** Why the stream of a file ends before its time; `asSourceError` adds path and position. */
export class StreamError extends Error {
  readonly code: SourceErrorCode;

  constructor(code: SourceErrorCode, options?: ErrorOptions) {
    super(code, options);
    this.name = 'StreamError';
    this.code = code;
  }
}

/** What happened, and what to do about it. */
const MESSAGES: Readonly<Record<SourceErrorCode, readonly [what: string, todo: string]>> = {
  missing: ['does not exist', 'Check the path'],
  unreadable: ['cannot be read', 'Check the disk and the permissions'],
  truncated: ['is cut off', 'Get the whole file and run again: counting goes on from there'],
  corrupt: ['is corrupt', 'Get a good copy of the file and run again: counting goes on from there'],
  changed: ['is shorter than it was', 'Check whether it was rotated or rewritten meanwhile, and run again'],
};

/**
 * Of a failed stream the error that is shown: path, byte of the decompressed log up to which its lines are good, what to do. Any other
 * error comes back as it is.
 */
export function asSourceError(error: unknown, path: string, position: number): unknown {
  if (!(error instanceof StreamError)) return error;
  const [what, todo] = MESSAGES[error.code];
  const message = `${path} ${what} after byte ${position} of its lines. ${todo}.`;
  return new SourceError(error.code, path, message, { cause: error.cause });
}
