import type { ReplayErrorCode } from './replay-options.ts';

/** A file that is not counted: what is wrong, and what to do; nothing of its lines. */
export class FileRefused extends Error {
  override readonly name = 'FileRefused';
  readonly code: ReplayErrorCode;

  constructor(code: ReplayErrorCode, path: string, sentences: readonly string[]) {
    super(`${path}: ${sentences.join(' ')}`);
    this.code = code;
  }
}
