/** One row of text columns as insertable bytes, for the store's small tables. */

import type { InsertBytes } from './database.ts';

/**
 * Encodes one row in ClickHouse's Native format: varint number of columns and rows, then name, type and value of each column.
 * See https://clickhouse.com/docs/interfaces/formats/Native
 */
export function stringColumns(
  row: Readonly<Record<string, string>>,
): Pick<InsertBytes, 'columns' | 'format' | 'bytes'> {
  const columns = Object.keys(row);
  const cells = columns.flatMap((name) => [text(name), text('String'), text(row[name]!)]);
  return { columns, format: 'Native', bytes: Buffer.concat([varint(columns.length), varint(1), ...cells]) };
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}
