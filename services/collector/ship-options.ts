import type { ChunkSink } from '../../shared/kafka/chunk-message.ts';
import type { FindProblem } from '../../shared/source/find-files.ts';
import type { SourceErrorCode } from '../../shared/source/source.ts';
import type { Progress } from '../../shared/terminal/progress.ts';
import type { Sources } from './sources.ts';

/** What to ship, where to, and whom to tell. */
export interface ShipOptions {
  /** Files, folders, globs, `-`. */
  readonly paths: readonly string[];
  /** A file with one path a line. */
  readonly filesFrom?: string | undefined;
  /** Label of where the logs come from. */
  readonly site: string;
  readonly sink: ChunkSink;
  /** Of the topic. */
  readonly partitions: number;
  /** What has been shipped before; moved on as the broker acknowledges. */
  readonly sources: Sources;
  /** Writes down what is acknowledged. */
  saveState(): Promise<void>;
  /** Resolves when more may be read: waits while the counting is too far behind. */
  mayRead(): Promise<void>;
  readonly signal: AbortSignal;
  onProgress(progress: Progress): void;
  /** A line over 64 KiB was left out. */
  onTooLong(): void;
  /** Something the operator should know, in words; nothing of a line. */
  onNotice(text: string): void;
}

/** What became of one file. */
export interface ShippedFile {
  readonly path: string;
  /** Lines shipped now; those that were shipped before are not among them. */
  readonly lines: number;
  readonly bytes: number;
  /** Lines over 64 KiB, which are not shipped. */
  readonly too_long: number;
  /** Why it was not read to its end. */
  readonly error?: { readonly code: ShipErrorCode; readonly message: string };
}

/** Why a file was not read to its end. */
export type ShipErrorCode = SourceErrorCode | FindProblem['code'] | 'other_content' | PipeErrorCode;

/** `no_log`: a stream that begins with comments only. `not_acknowledged`: what was read of a stream is lost unless it is sent again. */
export type PipeErrorCode = 'no_log' | 'not_acknowledged';

/** What a run came to: `tallymark ship --json`. */
export interface ShipSummary {
  readonly lines: number;
  readonly bytes: number;
  readonly chunks: number;
  readonly sources: number;
  readonly too_long: number;
  readonly files: readonly ShippedFile[];
  readonly seconds: number;
  readonly lines_per_second: number;
}
