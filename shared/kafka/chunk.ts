import type { SourceIdentity } from '../source/source.ts';

/**
 * A chunk: whole lines of one source in one message, as our own collector sends them. The value is the lines, each with its line end (a
 * source's unterminated last line without); what they are is in the headers:
 *
 *     src         <first line>/<start>.<length>[/<start>.<length>…]   digests of the source's first line and of its beginning
 *     pos         byte of the first line in the decompressed source
 *     lines       how many lines
 *     site        where the log comes from, a label of the operator's
 *     directives  the `#` lines before, where the format has them (#Version, #Fields of CloudFront), as they stand
 *
 * Digests are plain SHA-256 in hex. Beginnings come shortest first: the last one is the source's identity, those before it are where the
 * source's first lines end, so that a source is found which was counted while it was shorter, or is named by one of them later.
 */
export interface Chunk {
  readonly source: ChunkSource;
  readonly position: number;
  readonly lines: number;
  readonly site: string;
  /** Empty where there are none. */
  readonly directives: Uint8Array;
}

/** A source as its chunks name it. */
export interface ChunkSource {
  readonly identity: SourceIdentity;
  /** Digests of shorter beginnings, by their length in bytes. */
  readonly starts: ReadonlyMap<number, string>;
}

/** Headers of a message as kafkajs has them. */
export type MessageHeaders = Readonly<
  Record<string, Uint8Array | string | readonly (Uint8Array | string)[] | undefined>
>;

/** A directive line or two; longer ones are no directives. */
const MOST_DIRECTIVE_BYTES = 16 * 1024;
const SITE = /^[\w.:@/-]{1,128}$/;

/** Headers of a chunk. */
export function chunkHeaders({ source, position, lines, site, directives }: Chunk): Record<string, Buffer> {
  return {
    src: Buffer.from(nameOf(source)),
    pos: Buffer.from(String(position)),
    lines: Buffer.from(String(lines)),
    ...(site !== '' && { site: Buffer.from(site) }),
    ...(directives.length > 0 && { directives: Buffer.from(directives) }),
  };
}

/** What a source's chunks have as `src`: the same source always has the same name. */
export function nameOf({ identity, starts }: ChunkSource): string {
  const beginnings = [...starts, [identity.startLength, identity.start] as const].sort(([a], [b]) => a - b);
  return [identity.firstLine, ...beginnings.map(([length, start]) => `${start}.${length}`)].join('/');
}

/**
 * The chunk that a message is: undefined where it has no `src`, so is somebody else's; `lie` where its headers cannot be those of a chunk, or
 * do not fit its value, and nothing may be concluded from them.
 */
export function readChunk(headers: MessageHeaders | undefined, value: Uint8Array): Chunk | 'lie' | undefined {
  const src = textOf(headers?.src);
  if (src === undefined) return undefined;
  const source = readSource(src);
  const position = wholeNumber(textOf(headers?.pos));
  const lines = wholeNumber(textOf(headers?.lines));
  const site = textOf(headers?.site) ?? '';
  const directives = bytesOf(headers?.directives) ?? new Uint8Array(0);
  if (source === undefined || position === undefined || lines === undefined) return 'lie';
  if (site !== '' && !SITE.test(site)) return 'lie';
  if (directives.length > MOST_DIRECTIVE_BYTES || lines !== countLines(value)) return 'lie';
  return { source, position, lines, site, directives };
}

/** Lines in a chunk's value, one without line end at its end included. */
export function countLines(value: Uint8Array): number {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.length);
  let lines = 0;
  let end = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, end)) {
    lines++;
    end = at + 1;
  }
  return end < bytes.length ? lines + 1 : lines;
}

const DIGEST = /^[0-9a-f]{64}$/;
const BEGINNING = /^([0-9a-f]{64})\.(\d{1,4})$/;

function readSource(src: string): ChunkSource | undefined {
  const [firstLine, ...words] = src.split('/');
  const beginnings = words.map((word) => BEGINNING.exec(word));
  if (!DIGEST.test(firstLine) || beginnings.length === 0) return undefined;
  const starts = new Map<number, string>();
  for (const beginning of beginnings) {
    if (!beginning) return undefined;
    starts.set(Number(beginning[2]), beginning[1]);
  }
  const startLength = Math.max(...starts.keys());
  const start = starts.get(startLength) as string;
  starts.delete(startLength);
  return { identity: { firstLine, startLength, start }, starts };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function textOf(header: MessageHeaders[string]): string | undefined {
  const bytes = bytesOf(header);
  return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

/** Of a header that is given several times the first. */
function bytesOf(header: MessageHeaders[string]): Uint8Array | undefined {
  const one = Array.isArray(header) ? header[0] : header;
  return typeof one === 'string' ? Buffer.from(one) : (one as Uint8Array | undefined);
}
