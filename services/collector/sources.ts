import { hash } from 'node:crypto';
import { type ChunkSource, nameOf } from '../../shared/kafka/chunk.ts';
import { identify, START_LENGTH, startsWithin } from '../../shared/source/identify.ts';

/** Up to where a source has been shipped. */
export interface Place {
  /** Byte of the decompressed source at which the next line begins. */
  readonly position: number;
  /** The bytes right before, to tell a file that goes on differently: up to a KiB, none where they were not held. */
  readonly tail: { readonly length: number; readonly digest: string };
  /** The directives that hold there. */
  readonly directives: string;
  /** Bytes of the last line behind `position` that was shipped without its end; 0 where none was. */
  readonly unterminated: number;
}

/** A source that has been shipped, or is about to be. */
export interface Tracked {
  readonly name: string;
  /** As it was first shipped: it stays while the source grows. */
  readonly source: ChunkSource;
  /** What the broker has. */
  acked: Place;
  /** What has been read and handed on, at least `acked`. */
  sent: Place;
  /** Milliseconds since 1970 when it was last met. */
  seenAt: number;
  /** Who follows it now; another file with the same lines waits. */
  reader?: object | undefined;
}

/** Where each source begins. */
export const BEGINNING: Place = {
  position: 0,
  tail: { length: 0, digest: '' },
  directives: '',
  unterminated: 0,
};

const TAIL_LENGTH = 1024;
const NEWLINE = 0x0a;

/** The sources that are known, by what they begin with. */
export class Sources {
  readonly #byFirstLine = new Map<string, Tracked[]>();

  /** All of them, in no order. */
  get all(): readonly Tracked[] {
    return [...this.#byFirstLine.values()].flat();
  }

  /** Takes in a source that the state tells of. */
  add(tracked: Tracked): void {
    const { firstLine } = tracked.source.identity;
    this.#byFirstLine.set(firstLine, [...(this.#byFirstLine.get(firstLine) ?? []), tracked]);
  }

  /** The longest known beginning of `head`, so the source it is; `but` those that go on differently. */
  find(head: Uint8Array, firstLine: string, but: ReadonlySet<Tracked>): Tracked | undefined {
    const alike = (this.#byFirstLine.get(firstLine) ?? []).filter(({ source: { identity } }) => {
      const { startLength, start } = identity;
      return startLength <= head.length && hash('sha256', head.subarray(0, startLength)) === start;
    });
    const longestFirst = alike.sort((a, b) => b.source.identity.startLength - a.source.identity.startLength);
    return longestFirst.find((each) => !but.has(each));
  }

  /**
   * The source that begins with `head`, known or new; undefined while its first line is not complete, 'other' where it begins like known ones
   * that all go on differently. `isAll` says that the source will not grow.
   */
  of(head: Uint8Array, isAll: boolean, but: ReadonlySet<Tracked>): Tracked | 'other' | undefined {
    const source = sourceOf(head, isAll);
    if (source === undefined) return undefined;
    const known = this.find(head, source.identity.firstLine, but);
    if (known !== undefined) return known;
    const name = nameOf(source);
    if ([...but].some((each) => each.name === name)) return 'other';
    const tracked = { name, source, acked: BEGINNING, sent: BEGINNING, seenAt: Date.now() };
    this.add(tracked);
    return tracked;
  }

  /** Forgets what was met last before `time`, in milliseconds since 1970. */
  forgetBefore(time: number): void {
    for (const [firstLine, tracked] of this.#byFirstLine) {
      const kept = tracked.filter(({ seenAt, reader }) => seenAt >= time || reader !== undefined);
      if (kept.length === 0) this.#byFirstLine.delete(firstLine);
      else this.#byFirstLine.set(firstLine, kept);
    }
  }
}

/**
 * What a source that begins so is known by. Only whole lines are taken, so that a beginning that was shipped early is among the starts of the
 * longer one; an unterminated line only where there is no other.
 */
export function sourceOf(head: Uint8Array, isAll: boolean): ChunkSource | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length);
  const end = bytes.lastIndexOf(NEWLINE) + 1;
  const whole = bytes.length < START_LENGTH ? bytes.subarray(0, end) : bytes;
  const identity =
    identify(whole, whole !== bytes) ?? (isAll || whole === bytes ? identify(bytes, isAll) : undefined);
  if (identity === undefined) return undefined;
  return { identity, starts: startsWithin(bytes.subarray(0, identity.startLength)) };
}

/** The end of what was shipped, to know it again. */
export function tailOf(bytes: Uint8Array): Place['tail'] {
  const tail = bytes.subarray(Math.max(0, bytes.length - TAIL_LENGTH));
  return { length: tail.length, digest: hash('sha256', tail) };
}
