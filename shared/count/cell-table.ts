/**
 * Sums by a pair of small numbers, in order of first sight: an open-addressing table over typed arrays. Cells are numbered
 * 0, 1, 2…; `first`, `second` and `sums` are read by that number.
 */
export class CellTable {
  first = new Int32Array(1 << 11);
  second = new Int32Array(1 << 11);
  /** Sums in doubles: exact to 2^53, and a `pep381` line may stand for more than 2^31 downloads. */
  sums = new Float64Array(1 << 11);
  size = 0;
  #slots = new Int32Array(1 << 12).fill(-1);

  /** Number of the cell, made with sum 0 where it is new. */
  cell(first: number, second: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hashOf(first, second) & mask;
    for (let id = slots[slot]; id >= 0; id = slots[slot]) {
      if (this.first[id] === first && this.second[id] === second) return id;
      slot = (slot + 1) & mask;
    }
    return this.#insert(first, second);
  }

  add(first: number, second: number, amount: number): void {
    const id = this.cell(first, second);
    this.sums[id] = this.sums[id] + amount;
  }

  clear(): void {
    this.#slots.fill(-1);
    this.sums.fill(0, 0, this.size);
    this.size = 0;
  }

  #insert(first: number, second: number): number {
    const id = this.size;
    if (id === this.first.length) this.#grow();
    this.first[id] = first;
    this.second[id] = second;
    this.size = id + 1;
    if (this.size * 2 > this.#slots.length) this.#rehash();
    else this.#place(id);
    return id;
  }

  #grow(): void {
    const length = this.first.length * 2;
    const first = new Int32Array(length);
    first.set(this.first);
    this.first = first;
    const second = new Int32Array(length);
    second.set(this.second);
    this.second = second;
    const sums = new Float64Array(length);
    sums.set(this.sums);
    this.sums = sums;
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 4).fill(-1);
    for (let id = 0; id < this.size; id++) this.#place(id);
  }

  #place(id: number): void {
    const mask = this.#slots.length - 1;
    let slot = hashOf(this.first[id], this.second[id]) & mask;
    while (this.#slots[slot] >= 0) slot = (slot + 1) & mask;
    this.#slots[slot] = id;
  }
}

/** Multiplicative (Fibonacci) hashing of both numbers. */
function hashOf(first: number, second: number): number {
  const hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second + 0x7f4a7c15, 0x85ebca77);
  return hash ^ (hash >>> 15);
}
