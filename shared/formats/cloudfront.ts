import { asciiBytes, startsWith } from './ascii-bytes.ts';
import { nthForwarded, setForwardedAddress } from './client-address.ts';
import { isoDay } from './days.ts';
import type { FieldUse, LineReader, LogFormat, ReaderOptions, ReadOutcome } from './log-format.ts';
import { methodOf, statusOf } from './request-line.ts';
import type { RequestView } from './request-view.ts';
import { withoutReturn } from './without-return.ts';

// The day is `date` alone (UTC), so the time of day is never read.
const fields: Readonly<Record<string, FieldUse>> = {
  date: 'time',
  time: 'stepped-over',
  'x-edge-location': 'stepped-over',
  'sc-bytes': 'stepped-over',
  'c-ip': 'address',
  'cs-method': 'method',
  'x-host-header': 'host',
  'cs-uri-stem': 'path',
  'sc-status': 'status',
  'cs(Referer)': 'stepped-over',
  'cs(User-Agent)': 'userAgent',
  'cs-uri-query': 'stepped-over',
  'cs(Cookie)': 'stepped-over',
  'x-edge-request-id': 'stepped-over',
  'cs(Host)': 'stepped-over',
  'x-forwarded-for': 'forwarded',
  'ssl-protocol': 'stepped-over',
  'ssl-cipher': 'stepped-over',
  'c-port': 'stepped-over',
  'sc-range-start': 'range',
  'sc-range-end': 'stepped-over',
  'c-country': 'country',
};

/**
 * CloudFront's standard log: W3C extended, tab separated; paths are percent-encoded once more than in the request, user
 * agents once. https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
 */
export const cloudfront: LogFormat = {
  name: 'cloudfront',
  description: 'CloudFront standard log, W3C and tab separated, #Version: 1.0.',
  sample: [
    '#Version: 1.0',
    '#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent)',
    '2024-01-16\t23:56:42\tCMH68-P2\t214182\t192.0.2.1\tGET\td111111abcdef8.cloudfront.net\t/crates/demo/demo-1.0.0.crate\t200\t-\tcargo%201.74.0',
  ].join('\n'),
  fields,
  header: '#Version:',
  stateful: true,
  open: (options) => new CloudFrontReader(options),
};

const tab = 0x09;

class CloudFrontReader implements LineReader {
  private readonly options: ReaderOptions;
  private readonly nthForwarded: number;
  private uses: FieldUse[] = [];
  /** One past the last column that is read on each line, and on a 206, where the range matters too. */
  private needed = 0;
  private neededOf206 = 0;
  private unknownVersion = false;

  constructor(options: ReaderOptions) {
    this.options = options;
    this.nthForwarded = nthForwarded(options.clientAddress);
  }

  read(bytes: Uint8Array, start: number, lineEnd: number, view: RequestView): ReadOutcome {
    view.reset(bytes);
    const end = withoutReturn(bytes, start, lineEnd);
    if (end > start && bytes[start] === 0x23) this.readDirective(bytes, start, end);
    if (this.unknownVersion) return 'unknown_version';
    if (end === start || bytes[start] === 0x23) return 'directive';
    const { uses, needed } = this;
    view.status = -1;
    let from = start;
    let column = 0;
    while (column < needed || (view.status === 206 && column < this.neededOf206)) {
      let p = from;
      while (p < end && bytes[p] !== tab) p++;
      // A line that ends before the last column declared was cut, perhaps within a value.
      if (p === end && column < uses.length - 1) return 'malformed_line';
      if (uses[column] !== 'stepped-over') this.readColumn(uses[column], from, p, view);
      from = p + 1;
      column++;
    }
    if (view.status < 0) return 'malformed_line';
    return view.day < 0 ? 'malformed_time' : 'found';
  }

  private readColumn(use: FieldUse, start: number, end: number, view: RequestView): void {
    const { bytes } = view;
    if (use === 'time') view.day = isoDay(bytes, start, end);
    else if (use === 'method') view.method = methodOf(bytes, start, end);
    else if (use === 'status') view.status = statusOf(bytes, start, end);
    else if (start === end || (end - start === 1 && bytes[start] === 0x2d)) return;
    else if (use === 'path') view.path.set(start, end, 'percent2');
    else if (use === 'address') view.address.set(start, end);
    else if (use === 'userAgent') view.userAgent.set(start, end, 'percent');
    else if (use === 'host') view.host.set(start, end);
    else if (use === 'country') view.country.set(start, end);
    else if (use === 'range')
      view.range = end - start === 1 && bytes[start] === 0x30 ? 'from-start' : 'later';
    else setForwardedAddress(view, { start, end, nth: this.nthForwarded, encoding: 'percent' });
  }

  private readDirective(bytes: Uint8Array, start: number, end: number): void {
    if (startsWith(bytes, start, end, versionDirective)) {
      this.unknownVersion ||= !isVersionOne(bytes, start + versionDirective.length, end);
    }
    if (startsWith(bytes, start, end, fieldsDirective)) {
      this.declare(columnNames(bytes, start + fieldsDirective.length, end));
    }
  }

  private declare(names: readonly string[]): void {
    this.uses = names.map((name) => useOf(name, this.options));
    const isComplete = ['time', 'method', 'path', 'status'].every((use) =>
      this.uses.includes(use as FieldUse),
    );
    if (!isComplete) this.uses = [];
    this.neededOf206 = this.uses.findLastIndex((use) => use !== 'stepped-over') + 1;
    this.needed = this.uses.findLastIndex((use) => use !== 'stepped-over' && use !== 'range') + 1;
  }
}

const versionDirective = asciiBytes('#Version:');
const fieldsDirective = asciiBytes('#Fields:');

/** `1.0`, with blanks around it or not. */
function isVersionOne(bytes: Uint8Array, start: number, end: number): boolean {
  let p = start;
  while (p < end && bytes[p] === 0x20) p++;
  const isOne = end - p >= 3 && bytes[p] === 0x31 && bytes[p + 1] === 0x2e && bytes[p + 2] === 0x30;
  return isOne && (end - p === 3 || bytes[p + 3] === 0x20);
}

/** The declaration met last: a hundred thousand small files of one distribution have the same. */
let lastDeclared: { readonly bytes: Uint8Array; readonly names: readonly string[] } = {
  bytes: new Uint8Array(0),
  names: [],
};

/** The names of a `#Fields` line: it holds no person's data, so a string is fine here. */
function columnNames(bytes: Uint8Array, start: number, end: number): readonly string[] {
  const declared = bytes.subarray(start, Math.min(end, start + longestDeclaration));
  if (isEqual(declared, lastDeclared.bytes)) return lastDeclared.names;
  const names = String.fromCharCode(...declared)
    .split(/[ \t]+/)
    .filter((name) => name !== '');
  lastDeclared = { bytes: declared.slice(), names };
  return names;
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

/** The 33 standard names take 500 bytes; v2's longest list 1,200. */
const longestDeclaration = 8192;

function useOf(name: string, { clientAddress = 'first' }: ReaderOptions): FieldUse {
  const use = Object.hasOwn(fields, name) ? fields[name] : 'stepped-over';
  if (clientAddress === 'first') return use === 'forwarded' ? 'stepped-over' : use;
  if ('field' in clientAddress) {
    if (name === clientAddress.field) return 'address';
    return use === 'address' || use === 'forwarded' ? 'stepped-over' : use;
  }
  return use === 'address' ? 'stepped-over' : use;
}
