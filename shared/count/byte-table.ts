/**
 * Numbers byte strings: equal bytes get equal numbers, 0, 1, 2… in order of first sight. An open-addressing table over typed
 * arrays, since a line looks its path and its user agent up here and a string a line would cost more than the counting.
 */
export class ByteTable {
  #slots = new Int32Array(1 << 12).fill(-1);
  #hashes = new Int32Array(1 << 11);
  #starts = new Int32Array((1 << 11) + 1);
  #bytes = new Uint8Array(1 << 18);
  #view = new DataView(this.#bytes.buffer);
  #size = 0;
  #source: Uint8Array = this.#bytes;
  #sourceView: DataView = this.#view;

  /** How many distinct byte strings it holds. */
  get size(): number {
    return this.#size;
  }

  /** Bytes held, for the limit of the batch. */
  get byteLength(): number {
    return this.#starts[this.#size] + this.#slots.byteLength + this.#size * 8;
  }

  /** The number of `bytes[start, end)`, a new one (`size` before the call) where it was not seen before. */
  intern(bytes: Uint8Array, start: number, end: number): number {
    if (bytes !== this.#source) this.#read(bytes);
    const hash = hashOf(this.#sourceView, start, end);
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (let id = slots[slot]; id >= 0; id = slots[slot]) {
      if (this.#hashes[id] === hash && this.#equals(id, start, end)) return id;
      slot = (slot + 1) & mask;
    }
    return this.#insert(hash, start, end);
  }

  #read(bytes: Uint8Array): void {
    this.#source = bytes;
    this.#sourceView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #equals(id: number, start: number, end: number): boolean {
    let at = this.#starts[id];
    if (this.#starts[id + 1] - at !== end - start) return false;
    const mine = this.#view;
    const other = this.#sourceView;
    let from = start;
    for (; from + 4 <= end; from += 4, at += 4) {
      if (mine.getInt32(at, true) !== other.getInt32(from, true)) return false;
    }
    for (; from < end; from++, at++) {
      if (mine.getUint8(at) !== other.getUint8(from)) return false;
    }
    return true;
  }

  #insert(hash: number, start: number, end: number): number {
    const id = this.#size;
    const at = this.#starts[id];
    const to = at + end - start;
    if (to > this.#bytes.length) this.#growBytes(to);
    if (id === this.#hashes.length) this.#growIds();
    this.#bytes.set(this.#source.subarray(start, end), at);
    this.#hashes[id] = hash;
    this.#starts[id + 1] = to;
    this.#size = id + 1;
    if (this.#size * 2 > this.#slots.length) this.#rehash();
    else place(this.#slots, hash, id);
    return id;
  }

  #growBytes(needed: number): void {
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }

  #growIds(): void {
    const hashes = new Int32Array(this.#hashes.length * 2);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    const starts = new Int32Array(hashes.length + 1);
    starts.set(this.#starts);
    this.#starts = starts;
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 4).fill(-1);
    for (let id = 0; id < this.#size; id++) place(this.#slots, this.#hashes[id], id);
  }
}

function place(slots: Int32Array, hash: number, id: number): void {
  const mask = slots.length - 1;
  let slot = hash & mask;
  while (slots[slot] >= 0) slot = (slot + 1) & mask;
  slots[slot] = id;
}

/** Two multiplicative lanes of four bytes each: 66 ns for 400 bytes, a byte at a time takes six times as long. */
function hashOf(view: DataView, start: number, end: number): number {
  let even = (end - start) | 0;
  let odd = 0;
  let at = start;
  for (; at + 8 <= end; at += 8) {
    even = Math.imul(even ^ view.getInt32(at, true), 0x9e3779b1);
    odd = Math.imul(odd ^ view.getInt32(at + 4, true), 0x85ebca77);
    even ^= even >>> 15;
  }
  for (; at < end; at++) odd = Math.imul(odd ^ view.getUint8(at), 0x01000193);
  const hash = Math.imul(even ^ (odd >>> 13) ^ odd, 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
