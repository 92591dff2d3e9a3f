/** Rows in ClickHouse's Native format, written plainly, for tests. https://clickhouse.com/docs/interfaces/formats/Native */

/** A column: its values are strings, numbers or objects of key → number, as `type` wants. */
export interface NativeColumn {
  readonly name: string;
  readonly type: 'String' | 'Date' | 'Int64' | 'Map(String, Int64)';
  readonly values: readonly unknown[];
}

/** One block of these columns; all have as many values. */
export function nativeBlock(columns: readonly NativeColumn[]): Uint8Array {
  const bytes = new Bytes();
  bytes.varint(columns.length);
  bytes.varint(columns[0]!.values.length);
  for (const { name, type, values } of columns) {
    bytes.text(name);
    bytes.text(type);
    writeValues(bytes, type, values);
  }
  return bytes.done();
}

function writeValues(bytes: Bytes, type: NativeColumn['type'], values: readonly unknown[]): void {
  if (type === 'String') for (const value of values as string[]) bytes.text(value);
  else if (type === 'Date')
    for (const value of values as string[]) bytes.integer(Date.parse(value) / 86_400_000, 2);
  else if (type === 'Int64') for (const value of values as number[]) bytes.integer(value, 8);
  else {
    const entries = (values as Record<string, number>[]).map((map) => Object.entries(map));
    writeEnds(
      bytes,
      entries.map((list) => list.length),
    );
    writeValues(
      bytes,
      'String',
      entries.flat().map(([key]) => key),
    );
    writeValues(
      bytes,
      'Int64',
      entries.flat().map(([, value]) => value),
    );
  }
}

function writeEnds(bytes: Bytes, lengths: readonly number[]): void {
  let end = 0;
  for (const length of lengths) {
    end += length;
    bytes.integer(end, 8);
  }
}

class Bytes {
  #buffer = Buffer.allocUnsafe(1 << 16);
  #end = 0;

  varint(value: number): void {
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) this.integer((rest & 127) | 128, 1);
    this.integer(rest, 1);
  }

  text(value: string): void {
    const length = Buffer.byteLength(value);
    this.varint(length);
    this.#room(length);
    this.#end += this.#buffer.write(value, this.#end);
  }

  integer(value: number, size: number): void {
    this.#room(size);
    let rest = BigInt.asUintN(64, BigInt(value));
    for (let i = 0; i < size; i++, rest >>= 8n) this.#buffer[this.#end++] = Number(rest & 255n);
  }

  done(): Uint8Array {
    return this.#buffer.subarray(0, this.#end);
  }

  #room(size: number): void {
    if (this.#end + size <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#buffer.length, this.#end + size));
    this.#buffer.copy(larger);
    this.#buffer = larger;
  }
}
