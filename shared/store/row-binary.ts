const initialCapacity = 1 << 16;
const twoTo32 = 2 ** 32;
const encoder = new TextEncoder();
const nothing = new Uint8Array(0);
const viewOfNothing = new DataView(nothing.buffer);

/**
 * Writes ClickHouse's `RowBinary` into one growing buffer; a row is its columns written one after the other.
 * https://clickhouse.com/docs/en/interfaces/formats/RowBinary
 */
export class RowBinaryWriter {
  #bytes: Uint8Array = nothing;
  #view = viewOfNothing;
  #length = 0;
  readonly #capacity: number;

  /** `capacity` in bytes is a first guess, taken when something is written; the buffer doubles as it fills. */
  constructor(capacity = initialCapacity) {
    this.#capacity = capacity;
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** Unsigned LEB128, below 2^53: lengths of strings, numbers of map entries. */
  varint(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  /** `String`, as UTF-8. */
  string(value: string): void {
    this.#reserve(value.length + 8);
    const before = this.#length;
    this.varint(value.length);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let index = 0; index < value.length; index++) {
      const code = value.charCodeAt(index);
      if (code >= 0x80) {
        this.#length = before;
        this.bytes(encoder.encode(value));
        return;
      }
      bytes[at++] = code;
    }
    this.#length = at;
  }

  /** `String` of these bytes, or of a part of them. */
  bytes(value: Uint8Array, from = 0, to = value.length): void {
    const size = to - from;
    this.varint(size);
    this.#reserve(size);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let index = from; index < to; index++) bytes[at++] = value[index] as number;
    this.#length = at;
  }

  /** Appends what is written here to another writer; this one is empty afterwards and gives back what it has grown by. */
  moveTo(other: RowBinaryWriter): void {
    if (this.#length === 0) return;
    other.raw(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    if (this.#bytes.length <= this.#capacity) return;
    this.#bytes = nothing;
    this.#view = viewOfNothing;
  }

  /** What is RowBinary already, such as a row or a map made before. */
  raw(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** `UInt32`. */
  uint32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
  }

  /** `Int64`; safe integers, negative ones too. */
  int64(value: number): void {
    this.#reserve(8);
    this.#view.setInt32(this.#length, value | 0, true);
    this.#view.setInt32(this.#length + 4, Math.floor(value / twoTo32), true);
    this.#length += 8;
  }

  /** `Date`: days since 1970-01-01, up to 65535. */
  date(day: number): void {
    this.#reserve(2);
    this.#view.setUint16(this.#length, day, true);
    this.#length += 2;
  }

  /** Everything written, in memory of its own; the writer is empty afterwards and keeps its capacity. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2, this.#capacity));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}
