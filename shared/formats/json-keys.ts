import { matches } from './ascii-bytes.ts';

/** The keys of all fields, ready to be looked up; made once for many scanners. */
export interface JsonKeys {
  readonly root: KeyTable;
  /** How many fields they serve. */
  readonly fields: number;
}

/** Field by field, its keys, the most wanted first. */
export function jsonKeys(fields: readonly (readonly string[])[]): JsonKeys {
  const root = new KeyTable();
  fields.forEach((keys, field) => {
    keys.forEach((path, rank) => {
      root.add(path, { field, rank });
    });
  });
  return { root, fields: fields.length };
}

/** A key asked for, or one on the way to it. */
export interface Key {
  readonly bytes: Uint8Array;
  /** -1 where only keys inside its object are asked for. */
  field: number;
  rank: number;
  inside?: KeyTable;
}

/** The keys asked for in one object, found by length and last byte: few enough that a bucket seldom holds two. */
export class KeyTable {
  private readonly buckets: (Key[] | undefined)[] = new Array(64).fill(undefined);

  add(path: string, target: { readonly field: number; readonly rank: number }): void {
    const flat = this.entry(path);
    flat.field = target.field;
    flat.rank = target.rank;
    const dot = path.indexOf('.');
    if (dot < 0) return;
    const outer = this.entry(path.slice(0, dot));
    outer.inside ??= new KeyTable();
    outer.inside.add(path.slice(dot + 1), target);
  }

  /** The key in `bytes[start, end)`; one that is written with escapes is not recognised. */
  find(bytes: Uint8Array, start: number, end: number): Key | undefined {
    const length = end - start;
    const bucket = this.buckets[(length * 5 + bytes[end - 1]) & 63];
    if (bucket === undefined) return undefined;
    for (let i = 0; i < bucket.length; i++) {
      const key = bucket[i];
      if (key.bytes.length === length && matches(bytes, start, key.bytes)) return key;
    }
    return undefined;
  }

  private entry(name: string): Key {
    const bytes = utf8.encode(name);
    const known = this.find(bytes, 0, bytes.length);
    if (known !== undefined) return known;
    const key: Key = { bytes, field: -1, rank: 0 };
    const bucket = (bytes.length * 5 + bytes[bytes.length - 1]) & 63;
    this.buckets[bucket] = [...(this.buckets[bucket] ?? []), key];
    return key;
  }
}

const utf8 = new TextEncoder();
