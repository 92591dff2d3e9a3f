import { type DimensionColumn, dimensionColumns, type SumColumn, sumColumns } from './counts-columns.ts';
import type { RowBinaryWriter } from './row-binary.ts';
import { RowBinaryReader } from './row-binary-reader.ts';

/** Amounts by key. */
export type Amounts = Readonly<Record<string, number>>;

/** One row of `counts`; `day` in days since 1970-01-01. */
export type CountsRow = Readonly<Record<SumColumn, number>> &
  Readonly<Record<DimensionColumn, Amounts>> & {
    readonly registry: string;
    readonly project: string;
    readonly day: number;
    readonly lines_by: Amounts;
    readonly downloads_by: Amounts;
  };

/** A row in which all but its name and day is zero. */
export function emptyRow(registry: string, project: string, day: number): CountsRow {
  const sums = { downloads: 0, mirror: 0, bot: 0, index_requests: 0 };
  const client = { installer: {}, runtime: {}, system: {}, ci: {} };
  const books = { lines_by: {}, downloads_by: {} };
  return { registry, project, day, ...sums, version: {}, file_type: {}, country: {}, ...client, ...books };
}

/** Writes a row in `countsColumns`' order. */
export function writeRow(writer: RowBinaryWriter, row: CountsRow): void {
  writer.string(row.registry);
  writer.string(row.project);
  writer.date(row.day);
  for (const column of sumColumns) writer.int64(row[column]);
  for (const column of dimensionColumns) writer.map(row[column]);
  writer.map(row.lines_by);
  writer.map(row.downloads_by);
}

/** The rows in RowBinary bytes written in `countsColumns`' order. */
export function* readRows(bytes: Uint8Array): Generator<CountsRow> {
  const reader = new RowBinaryReader(bytes);
  while (!reader.done) {
    const [registry, project, day] = [reader.string(), reader.string(), reader.date()];
    const row: Record<string, unknown> = { registry, project, day };
    for (const column of sumColumns) row[column] = reader.int64();
    for (const column of dimensionColumns) row[column] = reader.map();
    row.lines_by = reader.map();
    row.downloads_by = reader.map();
    yield row as unknown as CountsRow;
  }
}
