import type { CountsBlock } from './counts-block.ts';

/**
 * Sums by key for one map of one row after the other. Many numbers may have one key (the versions of a project's files);
 * numbers are turned to keys once a batch, so that a row costs no look-up of strings.
 */
export class KeyedSums {
  readonly #keys: string[];
  readonly #keyOf: Int32Array;
  readonly #sums: Float64Array;
  #touched: number[] = [];

  /** `names` by number; equal names are one key. */
  constructor(names: readonly string[]) {
    this.#keys = [...new Set(names)].sort();
    const ids = new Map(this.#keys.map((key, id) => [key, id]));
    this.#keyOf = Int32Array.from(names, (name) => ids.get(name) as number);
    this.#sums = new Float64Array(this.#keys.length);
  }

  add(number: number, amount: number): void {
    if (amount === 0) return;
    const key = this.#keyOf[number];
    if (this.#sums[key] === 0) this.#touched.push(key);
    this.#sums[key] += amount;
  }

  /** Writes the map in a column (index into `countsColumns`), in the order of its keys, and forgets the sums. */
  drain(block: CountsBlock, column: number): void {
    const touched = this.#touched;
    if (touched.length > 1) touched.sort((a, b) => a - b);
    for (const key of touched) {
      block.entry(column, this.#keys[key], this.#sums[key]);
      this.#sums[key] = 0;
    }
    touched.length = 0;
  }
}
