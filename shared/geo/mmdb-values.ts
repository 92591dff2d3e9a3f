/** Something in a database is not as its format says; the message says what, without bytes of it. */
export class BrokenDatabase extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'BrokenDatabase';
  }
}

export type MmdbValue = string | number | boolean | undefined | readonly MmdbValue[] | MmdbMap;

/** A map of the database. */
export interface MmdbMap extends ReadonlyMap<string, MmdbValue> {}

/** Part of the database that holds values: offsets and pointers count from its beginning. */
export type Section = Uint8Array;

/** Records of country databases are three deep; a deeper one is made to exhaust the stack. */
const DEEPEST = 16;
/** Values in one record: those of countries have some fifty, of cities two hundred. */
const MOST_VALUES = 4096;

/** Types by their number (https://maxmind.github.io/MaxMind-DB/, "Data Field Format"), and the sizes each may have. */
const POINTER = 1;
const STRING = 2;
const MAP = 7;
const ARRAY = 11;
const BOOLEAN = 14;
const SIZES: Readonly<Record<number, readonly [least: number, most: number]>> = {
  [STRING]: [0, Number.POSITIVE_INFINITY],
  3: [8, 8],
  4: [0, Number.POSITIVE_INFINITY],
  5: [0, 2],
  6: [0, 4],
  8: [0, 4],
  9: [0, 8],
  10: [0, 16],
  [BOOLEAN]: [0, 1],
  15: [4, 4],
};
const UNSIGNED = [5, 6, 9, 10];

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

interface Cursor {
  /** Where the next value begins. */
  offset: number;
  /** Values that may still come. */
  left: number;
}

/**
 * The value at an offset of a section; numbers other than unsigned ones are checked and left out. Unlike the reader we look up with, it ends for
 * any bytes: sizes, depth and number of values are bounded. Throws `BrokenDatabase`.
 */
export function readValue(section: Section, offset: number): MmdbValue {
  return next(section, { offset, left: MOST_VALUES }, 0);
}

function next(section: Section, cursor: Cursor, depth: number): MmdbValue {
  if (depth > DEEPEST) throw new BrokenDatabase('a record is nested too deeply');
  if (cursor.left-- === 0) throw new BrokenDatabase('a record has too many values');
  const control = take(section, cursor, 1);
  const type = control >> 5 || take(section, cursor, 1) + 7;
  if (type === POINTER) {
    const target = { offset: pointer(section, cursor, control), left: cursor.left };
    if (section[target.offset] >> 5 === POINTER) throw new BrokenDatabase('a pointer points to a pointer');
    const value = next(section, target, depth + 1);
    cursor.left = target.left;
    return value;
  }
  const size = sizeOf(section, cursor, control & 31);
  if (type === MAP) return map(section, cursor, { size, depth });
  if (type === ARRAY) return Array.from({ length: bounded(size) }, () => next(section, cursor, depth + 1));
  return scalar(section, cursor, { type, size });
}

function map(section: Section, cursor: Cursor, { size, depth }: { size: number; depth: number }): MmdbMap {
  const entries = new Map<string, MmdbValue>();
  for (let i = 0; i < bounded(size); i++) {
    const key = next(section, cursor, depth + 1);
    if (typeof key !== 'string') throw new BrokenDatabase('a key is no text');
    entries.set(key, next(section, cursor, depth + 1));
  }
  return entries;
}

function scalar(section: Section, cursor: Cursor, { type, size }: { type: number; size: number }): MmdbValue {
  const sizes = SIZES[type];
  if (sizes === undefined) throw new BrokenDatabase('a value has an unknown type');
  if (size < sizes[0] || size > sizes[1])
    throw new BrokenDatabase('a value has a size that its type has not');
  if (type === BOOLEAN) return size === 1;
  if (UNSIGNED.includes(type)) return take(section, cursor, size);
  const start = cursor.offset;
  skip(section, cursor, size);
  return type === STRING ? text(section.subarray(start, cursor.offset)) : undefined;
}

function text(bytes: Uint8Array): string {
  try {
    // A copy: the decoder takes no shared memory.
    return strictUtf8.decode(bytes.slice());
  } catch {
    throw new BrokenDatabase('a text is no UTF-8');
  }
}

/** Sizes up to 28 are in the control byte, larger ones in one to three bytes after it. */
function sizeOf(section: Section, cursor: Cursor, size: number): number {
  if (size < 29) return size;
  const base = [29, 285, 65821][size - 29];
  return base + take(section, cursor, size - 28);
}

/** Two bits of the control byte say how long a pointer is; three are its highest bits, but of the longest. */
function pointer(section: Section, cursor: Cursor, control: number): number {
  const length = (control >> 3) & 3;
  const value = take(section, cursor, length + 1);
  return length === 3 ? value : (control & 7) * 2 ** (8 * (length + 1)) + value + [0, 2048, 526336][length];
}

function bounded(size: number): number {
  if (size > MOST_VALUES) throw new BrokenDatabase('a record has too many values');
  return size;
}

function take(section: Section, cursor: Cursor, count: number): number {
  const start = cursor.offset;
  skip(section, cursor, count);
  let value = 0;
  for (let at = start; at < cursor.offset; at++) value = value * 256 + section[at];
  return value;
}

function skip(section: Section, cursor: Cursor, count: number): void {
  if (cursor.offset + count > section.length) throw new BrokenDatabase('a value goes past the end');
  cursor.offset += count;
}
