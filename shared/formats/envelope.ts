import { unescapeJson } from './decode-span.ts';
import { jsonKeys } from './json-keys.ts';
import { JsonScanner, string } from './json-scanner.ts';
import type { LineReader, LogFormat, ReadOutcome } from './log-format.ts';
import type { RequestView } from './request-view.ts';
import { afterSyslogPrefix } from './syslog-prefix.ts';

/**
 * The same format in a shipper's envelope: JSON with the line in `message`, `log`, `msg` or `event.original` (Filebeat,
 * Fluent Bit, Docker, Vector), a syslog prefix, or that prefix inside the JSON. A line without envelope is read as it
 * is. Plain files are read by the format itself and pay nothing.
 */
export function enveloped(format: LogFormat): LogFormat {
  return { ...format, open: (options) => new EnvelopeReader(format.open(options)) };
}

const lineKeys = jsonKeys([['message', 'log', 'msg', 'event.original']]);

class EnvelopeReader implements LineReader {
  private readonly inner: LineReader;
  private readonly scanner = new JsonScanner(lineKeys);
  /** The inner line without JSON's escapes; reused, and grown where a longer one comes. */
  private scratch: Uint8Array = new Uint8Array(4096);

  constructor(inner: LineReader) {
    this.inner = inner;
  }

  read(bytes: Uint8Array, start: number, end: number, view: RequestView): ReadOutcome {
    const outcome = this.readInner(bytes, start, end, view);
    if (!isMalformed(outcome)) return outcome;
    const from = afterSyslogPrefix(bytes, start, end);
    if (from >= end || bytes[from] !== 0x7b || !this.scanner.scan(bytes, from, end)) return outcome;
    return this.scanner.kind[0] === string ? this.readString(bytes, view) : outcome;
  }

  /** With the `}` of its JSON, or as the line inside does. */
  showsItsEnd(bytes: Uint8Array, start: number, end: number): boolean {
    const from = afterSyslogPrefix(bytes, start, end);
    if (from < end && bytes[from] === 0x7b) return this.scanner.scan(bytes, from, end);
    return this.inner.showsItsEnd?.(bytes, from, end) === true;
  }

  /** Some formats know the syslog prefix themselves; the others get the line behind it. */
  private readInner(bytes: Uint8Array, start: number, end: number, view: RequestView): ReadOutcome {
    const outcome = this.inner.read(bytes, start, end, view);
    if (!isMalformed(outcome)) return outcome;
    const from = afterSyslogPrefix(bytes, start, end);
    return from > start ? this.inner.read(bytes, from, end, view) : outcome;
  }

  /** The line in the string that the scanner found: read where it stands if nothing in it is escaped. */
  private readString(bytes: Uint8Array, view: RequestView): ReadOutcome {
    const start = this.scanner.start[0];
    const end = this.scanner.end[0];
    let p = start;
    while (p < end && bytes[p] !== 0x5c) p++;
    if (p === end) return this.readInner(bytes, start, end, view);
    if (this.scratch.length < end - start) this.scratch = new Uint8Array(2 * (end - start));
    let length = unescapeJson(bytes.subarray(start, end), this.scratch);
    if (length < 0) return 'malformed_line';
    // Docker keeps the line's end inside the string.
    while (length > 0 && (this.scratch[length - 1] === 0x0a || this.scratch[length - 1] === 0x0d)) length--;
    return this.readInner(this.scratch, 0, length, view);
  }
}

function isMalformed(outcome: ReadOutcome): boolean {
  return outcome === 'malformed_line' || outcome === 'malformed_time';
}
