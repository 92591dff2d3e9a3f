const empty = -1;

/**
 * Sums by a pair of numbers from 0 to 2^31 − 1: an open-addressing table whose slots hold the pair beside its sum, so that a cell costs one
 * read from far memory. Sums are doubles, exact to 2^53: a `pep381` line may stand for more than 2^31 downloads.
 */
export class CellTable {
  /** Cells in the table. */
  size = 0;
  /** Four Int32 a slot: the pair, then the sum as a Float64 in the place of two. */
  #pairs = new Int32Array(1 << 12).fill(empty);
  #sums = new Float64Array(this.#pairs.buffer);

  /** Bytes that its cells take, about: slots are full by half. */
  get byteLength(): number {
    return this.size * 32;
  }

  /** Forgets all cells and keeps the memory, which the next batch will want again. */
  clear(): void {
    this.#pairs.fill(empty);
    this.size = 0;
  }

  /** Adds to the pair's sum; true where the pair is new. */
  add(first: number, second: number, amount: number): boolean {
    const slot = slotOf(this.#pairs, first, second);
    if (this.#pairs[slot] !== empty) {
      this.#sums[(slot >> 1) + 1] += amount;
      return false;
    }
    this.#write(slot, { first, second, sum: amount });
    this.size++;
    if (this.size * 4 > (this.#pairs.length >> 2) * 3) this.#grow();
    return true;
  }

  /** Reads where the pair should be, so that it is near when `add` wants it. What it answers means nothing. */
  touch(first: number, second: number): number {
    return this.#pairs[firstSlot(first, second) & (this.#pairs.length - 1)];
  }

  /** The pair's sum, 0 where it has none. */
  sumOf(first: number, second: number): number {
    const slot = slotOf(this.#pairs, first, second);
    return this.#pairs[slot] === empty ? 0 : this.#sums[(slot >> 1) + 1];
  }

  /** All cells, in no order that means anything. */
  forEach(visit: (first: number, second: number, sum: number) => void): void {
    const pairs = this.#pairs;
    for (let slot = 0; slot < pairs.length; slot += 4) {
      if (pairs[slot] !== empty) visit(pairs[slot], pairs[slot + 1], this.#sums[(slot >> 1) + 1]);
    }
  }

  #write(slot: number, { first, second, sum }: { first: number; second: number; sum: number }): void {
    this.#pairs[slot] = first;
    this.#pairs[slot + 1] = second;
    this.#sums[(slot >> 1) + 1] = sum;
  }

  #grow(): void {
    const pairs = this.#pairs;
    const sums = this.#sums;
    this.#pairs = new Int32Array(pairs.length * 2).fill(empty);
    this.#sums = new Float64Array(this.#pairs.buffer);
    for (let slot = 0; slot < pairs.length; slot += 4) {
      const first = pairs[slot];
      const second = pairs[slot + 1];
      const sum = sums[(slot >> 1) + 1];
      if (first !== empty) this.#write(slotOf(this.#pairs, first, second), { first, second, sum });
    }
  }
}

/** The pair's slot, or the empty one it would go to. */
function slotOf(pairs: Int32Array, first: number, second: number): number {
  const mask = pairs.length - 1;
  let slot = firstSlot(first, second) & mask;
  while (pairs[slot] !== empty && (pairs[slot] !== first || pairs[slot + 1] !== second)) {
    slot = (slot + 4) & mask;
  }
  return slot;
}

/** Where to look for the pair first, before the mask: multiplicative (Fibonacci) hashing of both numbers. */
function firstSlot(first: number, second: number): number {
  const hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second + 0x7f4a7c15, 0x85ebca77);
  return (hash ^ (hash >>> 15)) << 2;
}
