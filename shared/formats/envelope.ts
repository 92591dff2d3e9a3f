import { unescapeJson } from './decode-span.ts';
import { absent, JsonScanner, string } from './json-scanner.ts';
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

const lineKeys = [['message', 'log', 'msg', 'event.original']];

class EnvelopeReader implements LineReader {
  private readonly inner: LineReader;
  private readonly scanner = new JsonScanner(lineKeys);
  /** The inner line without JSON's escapes; reused, and grown where a longer one comes. */
  private scratch: Uint8Array = new Uint8Array(4096);

  constructor(inner: LineReader) {
    this.inner = inner;
  }

  read(bytes: Uint8Array, start: number, end: number, view: RequestView): ReadOutcome {
    const from = afterSyslogPrefix(bytes, start, end);
    if (from >= end || bytes[from] !== 0x7b || !this.scanner.scan(bytes, from, end)) {
      return this.inner.read(bytes, from, end, view);
    }
    if (this.scanner.kind[0] === absent) return this.inner.read(bytes, from, end, view);
    if (this.scanner.kind[0] !== string) return malformed(view, bytes);
    return this.readInner(bytes, this.scanner.start[0], this.scanner.end[0], view);
  }

  /** The inside of a JSON string: read where it stands if nothing in it is escaped. */
  private readInner(bytes: Uint8Array, start: number, end: number, view: RequestView): ReadOutcome {
    let p = start;
    while (p < end && bytes[p] !== 0x5c) p++;
    if (p === end) return this.inner.read(bytes, afterSyslogPrefix(bytes, start, end), end, view);
    if (this.scratch.length < end - start) this.scratch = new Uint8Array(2 * (end - start));
    let length = unescapeJson(bytes.subarray(start, end), this.scratch);
    if (length < 0) return malformed(view, bytes);
    // Docker keeps the line's end inside the string.
    while (length > 0 && (this.scratch[length - 1] === 0x0a || this.scratch[length - 1] === 0x0d)) length--;
    return this.inner.read(this.scratch, afterSyslogPrefix(this.scratch, 0, length), length, view);
  }
}

function malformed(view: RequestView, bytes: Uint8Array): ReadOutcome {
  view.reset(bytes);
  return 'malformed_line';
}
