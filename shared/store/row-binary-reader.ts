const twoTo32 = 2 ** 32;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Below so many bytes the decoder takes longer to begin than its work takes. */
const shortText = 16;

/** Reads what `RowBinaryWriter` wrote, value by value. */
export class RowBinaryReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.#view.getUint8(this.#at++);
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  string(): string {
    const length = this.varint();
    const text = length < shortText ? this.#shortText(length) : this.#text(length);
    this.#at += length;
    return text;
  }

  int64(): number {
    const value = this.#view.getInt32(this.#at + 4, true) * twoTo32 + this.#view.getUint32(this.#at, true);
    this.#at += 8;
    return value;
  }

  /** Days since 1970-01-01. */
  date(): number {
    const day = this.#view.getUint16(this.#at, true);
    this.#at += 2;
    return day;
  }

  map(): Record<string, number> {
    const size = this.varint();
    const entries: [string, number][] = [];
    for (let entry = 0; entry < size; entry++) entries.push([this.string(), this.int64()]);
    return Object.fromEntries(entries);
  }

  #shortText(length: number): string {
    let text = '';
    for (let at = this.#at; at < this.#at + length; at++) {
      const byte = this.#view.getUint8(at);
      if (byte >= 0x80) return this.#text(length);
      text += String.fromCharCode(byte);
    }
    return text;
  }

  #text(length: number): string {
    return decoder.decode(this.#bytes.subarray(this.#at, this.#at + length));
  }
}
