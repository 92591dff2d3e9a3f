import { hash } from 'node:crypto';
import { LINE_LIMIT } from './line-limit.ts';
import type { SourceIdentity } from './source.ts';

/** What `SourceIdentity.start` covers at most. */
export const START_LENGTH = 1024;

/** Log lines are longer than that. */
const MOST_STARTS = 32;

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const HASH = 0x23;

/**
 * The identity of the source that begins with `head` (`exactly-once.md`, "Identities"). Undefined where no line that is not a `#`
 * directive nor empty is complete in it; the end of the source (`headIsAll`) completes a line too.
 */
export function identify(head: Uint8Array, headIsAll: boolean): SourceIdentity | undefined {
  const line = firstLine(Buffer.from(head.buffer, head.byteOffset, head.length), headIsAll);
  if (line === undefined) return undefined;
  const start = head.subarray(0, START_LENGTH);
  return { firstLine: hash('sha256', line), startLength: start.length, start: hash('sha256', start) };
}

/**
 * Digests of the beginnings of `start` that end with a line, by their length, shortest first: a source that was met while it was shorter is known
 * by one of them.
 */
export function startsWithin(start: Uint8Array): ReadonlyMap<number, string> {
  const starts = new Map<number, string>();
  for (let at = start.indexOf(NEWLINE); at >= 0; at = start.indexOf(NEWLINE, at + 1)) {
    const length = at + 1;
    if (length === start.length || starts.size === MOST_STARTS) break;
    starts.set(length, hash('sha256', start.subarray(0, length)));
  }
  return starts;
}

function firstLine(head: Buffer, headIsAll: boolean): Buffer | undefined {
  for (let start = 0; start < head.length; ) {
    const newline = head.indexOf(NEWLINE, start);
    const whole = newline >= 0 || headIsAll || head.length - start > LINE_LIMIT;
    if (!whole) return undefined;
    const end = newline >= 0 ? newline : head.length;
    const line = withoutCarriageReturn(head.subarray(start, end));
    // Of a line that is too long only as much as is always at hand.
    if (line.length > 0 && line[0] !== HASH) return line.subarray(0, LINE_LIMIT);
    start = end + 1;
  }
  return undefined;
}

/** The line without the `\r` of a CRLF line end. */
function withoutCarriageReturn(line: Buffer): Buffer {
  return line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line;
}
