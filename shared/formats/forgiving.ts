import { asciiBytes, startsWith } from './ascii-bytes.ts';
import { isDirective } from './is-directive.ts';
import type { LineReader, LogFormat, ReaderOptions, ReadOutcome } from './log-format.ts';
import type { RequestView } from './request-view.ts';

/**
 * The same format for a stream that anybody may write to: an unknown version makes the lines under it malformed until another header, which the
 * reader begins anew with, and stops nothing. `unknown_version` is never returned.
 */
export function forgiving(format: LogFormat): LogFormat {
  if (!format.stateful) return format;
  return { ...format, open: (options) => new ForgivingReader(format, options) };
}

class ForgivingReader implements LineReader {
  private readonly openAnew: () => LineReader;
  private readonly header: Uint8Array;
  private reader: LineReader;
  private isStuck = false;

  constructor({ open, header = '' }: LogFormat, options: ReaderOptions) {
    this.openAnew = () => open(options);
    this.header = asciiBytes(header);
    this.reader = this.openAnew();
  }

  read(bytes: Uint8Array, start: number, end: number, view: RequestView): ReadOutcome {
    if (this.isStuck && startsWith(bytes, start, end, this.header)) this.reader = this.openAnew();
    const outcome = this.reader.read(bytes, start, end, view);
    this.isStuck = outcome === 'unknown_version';
    if (!this.isStuck) return outcome;
    return isDirective(bytes, start, end) ? 'directive' : 'malformed_line';
  }
}
