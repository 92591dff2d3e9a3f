import { type CountsBlock, readBlocks } from './counts-block.ts';
import { countsColumns, type DimensionColumn, type SumColumn } from './counts-columns.ts';

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

/** Writes a row; its maps in the order of their keys. */
export function writeRow(block: CountsBlock, row: CountsRow): void {
  block.beginRow(row.registry, row.project, row.day);
  countsColumns.forEach((column, index) => {
    const value: string | number | Amounts = row[column];
    if (typeof value === 'object') {
      for (const key of Object.keys(value).sort()) block.entry(index, key, value[key] as number);
    } else if (typeof value === 'number' && column !== 'day') block.sum(index, value);
  });
  block.endRow();
}

/** The rows in blocks of `counts`. */
export function* readRows(bytes: Uint8Array): Generator<CountsRow> {
  for (const row of readBlocks(bytes)) yield row as unknown as CountsRow;
}
