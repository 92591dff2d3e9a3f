import { countsColumns } from './counts-columns.ts';
import { RowBinaryWriter } from './row-binary.ts';
import { RowBinaryReader } from './row-binary-reader.ts';

/**
 * Rows of `counts` on their way to ClickHouse, in its `Native` format: blocks, each of them column after column. Half of the processor time
 * of `RowBinary` for the insert (100,000 rows: 0.36 s instead of 0.77 s, decision 0001). Blocks may follow each other; one insert of
 * them is one part all the same. https://clickhouse.com/docs/interfaces/formats/Native
 */
export class CountsBlock {
  /** Rows written. */
  rows = 0;
  readonly #columns = countsColumns.map((name) => newColumn(name));

  /** Begins a row: registry, project and day (days since 1970-01-01). Its sums and maps follow, then `endRow`. */
  beginRow(registry: string, project: string, day: number): void {
    this.#columns[0].data.string(registry);
    this.#columns[1].data.string(project);
    this.#columns[2].data.date(day);
  }

  /** The sum in a column (index into `countsColumns`). */
  sum(column: number, amount: number): void {
    this.#columns[column].data.int64(amount);
  }

  /** One entry of the map in a column (index into `countsColumns`); in the order of their keys, so that the same counts are the same bytes. */
  entry(column: number, key: string, amount: number): void {
    const { keys, data } = this.#columns[column];
    this.#columns[column].entries++;
    keys.string(key);
    data.int64(amount);
  }

  /** Closes the row's maps. */
  endRow(): void {
    this.rows++;
    for (let column = firstMap; column < this.#columns.length; column++) {
      this.#columns[column].ends.int64(this.#columns[column].entries);
    }
  }

  /** The block's bytes, none where it has no rows; the block is empty afterwards. */
  take(): Uint8Array {
    if (this.rows === 0) return new Uint8Array(0);
    const size = this.#columns.reduce(
      (total, { ends, keys, data }) => total + ends.length + keys.length + data.length,
      0,
    );
    const block = new RowBinaryWriter(size + headerBytes);
    block.varint(this.#columns.length);
    block.varint(this.rows);
    for (const column of this.#columns) {
      block.string(column.name);
      block.string(column.type);
      // A map: where each row's entries end, all keys, all values.
      for (const part of [column.ends, column.keys, column.data]) part.moveTo(block);
      column.entries = 0;
    }
    this.rows = 0;
    return block.take();
  }
}

/** The rows in blocks of `counts`, columns by name; maps in the order of their keys. */
export function* readBlocks(bytes: Uint8Array): Generator<Readonly<Record<string, unknown>>> {
  const reader = new RowBinaryReader(bytes);
  while (!reader.done) {
    const [columns, rows] = [reader.varint(), reader.varint()];
    const names: string[] = [];
    const values: unknown[][] = [];
    for (let column = 0; column < columns; column++) {
      names.push(reader.string());
      values.push(readColumn(reader, reader.string(), rows));
    }
    for (let row = 0; row < rows; row++) {
      const found: Record<string, unknown> = {};
      for (let column = 0; column < columns; column++) found[names[column]] = values[column][row];
      yield found;
    }
  }
}

/** A column while it grows; `ends` and `keys` are a map's. */
interface Column {
  readonly name: string;
  readonly type: (typeof types)[keyof typeof types];
  readonly ends: RowBinaryWriter;
  readonly keys: RowBinaryWriter;
  readonly data: RowBinaryWriter;
  entries: number;
}

/** What a column travels as; the server makes `LowCardinality` and `SimpleAggregateFunction` of it. */
const types = { name: 'String', day: 'Date', sum: 'Int64', map: 'Map(String, Int64)' } as const;
const firstSum = 3;
const firstMap = 7;
/** Names and types of all columns, about. */
const headerBytes = 1024;

function newColumn(name: (typeof countsColumns)[number]): Column {
  const index = countsColumns.indexOf(name);
  const type =
    index < 2 ? types.name : index < firstSum ? types.day : index < firstMap ? types.sum : types.map;
  const small = (): RowBinaryWriter => new RowBinaryWriter(1 << 10);
  return { name, type, ends: small(), keys: small(), data: small(), entries: 0 };
}

function readColumn(reader: RowBinaryReader, type: string, rows: number): unknown[] {
  if (type === types.name) return times(rows, () => reader.string());
  if (type === types.day) return times(rows, () => reader.date());
  if (type === types.sum) return times(rows, () => reader.int64());
  const ends = times(rows, () => reader.int64());
  const keys = times(ends.at(-1) ?? 0, () => reader.string());
  const amounts = times(keys.length, () => reader.int64());
  return ends.map((end, row) => {
    const start = row === 0 ? 0 : ends[row - 1];
    // Most maps are empty.
    if (start === end) return {};
    return Object.fromEntries(keys.slice(start, end).map((key, index) => [key, amounts[start + index]]));
  });
}

function times<T>(count: number, read: () => T): T[] {
  const found: T[] = [];
  for (let at = 0; at < count; at++) found.push(read());
  return found;
}
