/**
 * How the bytes of a span become text. A span is decoded only for a line that is counted.
 * - `plain`: UTF-8 as it stands
 * - `json`: the inside of a JSON string (`\"`, `\/`, `é`)
 * - `apache`: Apache's and nginx' escapes (`\"`, `\\`, `\t`, `\xhh`, `\xHH`)
 * - `percent`: percent-encoded once beyond what a URL has (CloudFront's user agent)
 * - `percent2`: percent-encoded once beyond what a URL has already (CloudFront's path)
 * - `pep381`: `project,filename` of a PEP 381 statistics line, standing for `/packages/any/p/project/filename`
 */
export type Encoding = 'plain' | 'json' | 'apache' | 'percent' | 'percent2' | 'pep381';

/** Where a field stands in `RequestView.bytes`, half open; `start === end` where the line has none. */
export class Span {
  start = 0;
  end = 0;
  encoding: Encoding = 'plain';

  set(start: number, end: number, encoding: Encoding = 'plain'): void {
    this.start = start;
    this.end = end;
    this.encoding = encoding;
  }
}

/** What a format can say of a request's method; all the rules ask for. */
export const methods = ['GET', 'HEAD', 'POST', 'OPTIONS', 'other'] as const;
export type Method = (typeof methods)[number];

/** Which part of the file a 206 carried: `unknown` where the log does not say. */
export type Range = 'unknown' | 'from-start' | 'later';

/**
 * One log line with its fields found: offsets into the block, no strings. One instance is reused for all lines of a
 * reader, so whoever needs a field past the next line decodes it. Referer, cookie, query, request id, TLS and port have
 * no place here on purpose: a format steps over them.
 */
export class RequestView {
  bytes: Uint8Array = new Uint8Array(0);
  /** Client address as the log has it (may carry port, brackets, zone, or be a host name). Personal. */
  readonly address = new Span();
  /** Personal. */
  readonly userAgent = new Span();
  /** Request target: path, with or without query, or an absolute URL; cut by the counting core. */
  readonly path = new Span();
  /** Host the request was for, where logged (vhost, Host header); lower-cased by whoever decodes it. */
  readonly host = new Span();
  /** Country code the CDN logged, whatever it looks like; checked against ISO 3166-1 by `geo`. */
  readonly country = new Span();
  /** UTC day of the request, days since 1970-01-01; -1 where the line has no readable time. */
  day = -1;
  method: Method = 'other';
  /** HTTP status, 0 where the client left before one was sent. */
  status = 0;
  range: Range = 'unknown';
  /** True for the CDN's own traffic (shield copies, worker subrequests): dropped as `internal`. */
  internal = false;
  /** How many downloads the line stands for; 1 but for `pep381`. */
  downloads = 1;
  /**
   * Whether the country is the one the CDN logged, since the line's format has no address. Only the reader of `auto` says so, on each
   * line it finds: elsewhere all lines of a file are of one format, and this means nothing.
   */
  countryOnly = false;

  /** Forgets the line before, but for `countryOnly`; a reader calls it first. */
  reset(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.address.start = this.address.end = 0;
    this.userAgent.start = this.userAgent.end = 0;
    this.path.start = this.path.end = 0;
    this.host.start = this.host.end = 0;
    this.country.start = this.country.end = 0;
    this.day = -1;
    this.method = 'other';
    this.status = 0;
    this.range = 'unknown';
    this.internal = false;
    this.downloads = 1;
  }
}
