import { nthForwarded, setForwardedAddress } from './client-address.ts';
import { anyDay } from './days.ts';
import { isDirective } from './is-directive.ts';
import { isNothing } from './is-nothing.ts';
import { type JsonKeys, jsonKeys } from './json-keys.ts';
import { absent, isFalse, isTrue, JsonScanner, number, string } from './json-scanner.ts';
import {
  type ClientAddress,
  type FieldUse,
  fieldUses,
  type LineReader,
  type ReaderOptions,
  type ReadOutcome,
} from './log-format.ts';
import { methodOf, rangeOf, statusOf } from './request-line.ts';
import type { Encoding, RequestView, Span } from './request-view.ts';
import { afterSyslogPrefix } from './syslog-prefix.ts';

/** What a JSON log is like, beyond its keys. */
export interface JsonShape {
  /** Key → use, the most wanted first (`LogFormat.fields`). */
  readonly fields: Readonly<Record<string, FieldUse>>;
  /** Encoding of the path and of the user agent, default `json`. */
  readonly path?: Encoding;
  readonly userAgent?: Encoding;
  /** May stand behind a syslog prefix. */
  readonly syslog?: boolean;
}

/**
 * Reader of a log with one JSON object a line. A line without time or path key, or without a method or status key where
 * the shape names one, is of another log and malformed; without such a key in the shape all lines are `GET` and 200.
 */
export function openJson(shape: JsonShape, options: ReaderOptions): LineReader {
  return new JsonReader(shape, options);
}

/** Where each use stands in the scanner's fields. */
const address = fieldUses.indexOf('address');
const userAgent = fieldUses.indexOf('userAgent');
const path = fieldUses.indexOf('path');
const host = fieldUses.indexOf('host');
const country = fieldUses.indexOf('country');
const time = fieldUses.indexOf('time');
const method = fieldUses.indexOf('method');
const status = fieldUses.indexOf('status');
const range = fieldUses.indexOf('range');
const internal = fieldUses.indexOf('internal');
const edge = fieldUses.indexOf('edge');
const forwarded = fieldUses.indexOf('forwarded');
const version = fieldUses.indexOf('version');

class JsonReader implements LineReader {
  private readonly scanner: JsonScanner;
  private readonly shape: JsonShape;
  private readonly nthForwarded: number;
  private readonly hasMethod: boolean;
  private readonly hasStatus: boolean;

  constructor(shape: JsonShape, options: ReaderOptions) {
    const uses = Object.values(shape.fields);
    this.shape = shape;
    this.scanner = new JsonScanner(keysOf(shape, options.clientAddress ?? 'first'));
    this.hasMethod = uses.includes('method');
    this.hasStatus = uses.includes('status');
    this.nthForwarded = nthForwarded(options.clientAddress);
  }

  read(bytes: Uint8Array, start: number, end: number, view: RequestView): ReadOutcome {
    view.reset(bytes);
    const from = this.shape.syslog ? afterSyslogPrefix(bytes, start, end) : start;
    if (from >= end || bytes[from] !== 0x7b)
      return isDirective(bytes, start, end) ? 'directive' : 'malformed_line';
    const { scanner } = this;
    if (!scanner.scan(bytes, from, end)) return 'malformed_line';
    const { kind } = scanner;
    if (kind[time] === absent || kind[path] !== string) return 'malformed_line';
    if (kind[version] !== absent && !this.isVersionOne(bytes)) return 'malformed_line';
    if (!this.readMethodAndStatus(bytes, view)) return 'malformed_line';
    view.day = anyDay(bytes, scanner.start[time], scanner.end[time]);
    if (view.day < 0) return 'malformed_time';
    view.internal = kind[internal] === isTrue || kind[edge] === isFalse;
    if (kind[range] === string) {
      view.range = rangeOf(bytes, scanner.start[range], scanner.end[range]);
    }
    this.readSpans(bytes, view);
    return 'found';
  }

  /** `read` finds whole objects only. */
  showsItsEnd(): boolean {
    return true;
  }

  private isVersionOne(bytes: Uint8Array): boolean {
    const { start, end } = this.scanner;
    return end[version] - start[version] === 1 && bytes[start[version]] === 0x31;
  }

  private readMethodAndStatus(bytes: Uint8Array, view: RequestView): boolean {
    const { kind, start, end } = this.scanner;
    view.method = 'GET';
    view.status = 200;
    if (this.hasMethod) {
      if (kind[method] !== string) return false;
      view.method = methodOf(bytes, start[method], end[method]);
    }
    if (this.hasStatus) {
      if (kind[status] !== string && kind[status] !== number) return false;
      view.status = oneDigitZero(bytes, start[status], end[status]);
    }
    return view.status >= 0;
  }

  private readSpans(bytes: Uint8Array, view: RequestView): void {
    const { scanner, shape, nthForwarded } = this;
    view.path.set(scanner.start[path], scanner.end[path], shape.path ?? 'json');
    this.set(bytes, userAgent, view.userAgent, shape.userAgent ?? 'json');
    this.set(bytes, host, view.host, 'json');
    this.set(bytes, country, view.country, 'json');
    if (nthForwarded === 0) this.set(bytes, address, view.address, 'json');
    else if (scanner.kind[forwarded] === string) {
      setForwardedAddress(view, {
        start: scanner.start[forwarded],
        end: scanner.end[forwarded],
        nth: nthForwarded,
        encoding: 'json',
      });
    }
  }

  private set(bytes: Uint8Array, use: number, span: Span, encoding: Encoding): void {
    const { kind, start, end } = this.scanner;
    if (kind[use] === string && !isNothing(bytes, start[use], end[use]))
      span.set(start[use], end[use], encoding);
  }
}

/** The keys of a shape with the usual address: made once, or a hundred thousand files would make them anew. */
const usualKeys = new WeakMap<JsonShape, JsonKeys>();

function keysOf(shape: JsonShape, clientAddress: ClientAddress): JsonKeys {
  const known = clientAddress === 'first' ? usualKeys.get(shape) : undefined;
  if (known !== undefined) return known;
  const keys = jsonKeys(keysByUse(shape.fields, clientAddress));
  if (clientAddress === 'first') usualKeys.set(shape, keys);
  return keys;
}

/** The keys of each use, by its place in `fieldUses`; none for what is stepped over or not asked for. */
function keysByUse(fields: JsonShape['fields'], clientAddress: ClientAddress): string[][] {
  const keys: string[][] = fieldUses.map(() => []);
  for (const [key, use] of Object.entries(fields)) keys[fieldUses.indexOf(use)].push(key);
  keys[fieldUses.indexOf('stepped-over')] = [];
  if (clientAddress === 'first' || 'field' in clientAddress) keys[forwarded] = [];
  if (clientAddress !== 'first') keys[address] = 'field' in clientAddress ? [clientAddress.field] : [];
  return keys;
}

/** The status, where a client that left early may also be a bare `0`. */
function oneDigitZero(bytes: Uint8Array, start: number, end: number): number {
  return end - start === 1 && bytes[start] === 0x30 ? 0 : statusOf(bytes, start, end);
}
