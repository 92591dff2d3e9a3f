import type { CellTable } from '../count/cell-table.ts';

/** Cells by row: those of row `r` are `numbers` and `sums` from `starts[r]` to `starts[r + 1]`. */
export interface Grouped {
  readonly starts: Int32Array;
  readonly numbers: Int32Array;
  readonly sums: Float64Array;
}

/** What a cell is to its row. */
export interface CellReading {
  rowOf(first: number, second: number): number;
  /** The cell's number in the row's dimension. */
  numberOf(first: number, second: number): number;
}

/** Groups the cells of a table by row, `0` to `rows - 1`: a counting sort. */
export function groupByRow(table: CellTable, rows: number, { rowOf, numberOf }: CellReading): Grouped {
  const starts = new Int32Array(rows + 1);
  const rowOfCell = new Int32Array(table.size);
  let cell = 0;
  table.forEach((first, second) => {
    const row = rowOf(first, second);
    rowOfCell[cell++] = row;
    starts[row + 1]++;
  });
  for (let row = 0; row < rows; row++) starts[row + 1] += starts[row];
  const place = starts.slice();
  const grouped = { starts, numbers: new Int32Array(table.size), sums: new Float64Array(table.size) };
  cell = 0;
  table.forEach((first, second, sum) => {
    const at = place[rowOfCell[cell++]]++;
    grouped.numbers[at] = numberOf(first, second);
    grouped.sums[at] = sum;
  });
  return grouped;
}
