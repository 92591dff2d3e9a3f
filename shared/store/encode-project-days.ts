import { CellTable } from '../count/cell-table.ts';

import type { Tally } from '../count/tally.ts';
import { monthOf } from '../days.ts';
import { CountsBlock } from './counts-block.ts';
import { ProjectDayEncoder } from './project-day-encoder.ts';

/** Rows of one month as a block, and how many they are. */
export interface EncodedRows {
  readonly bytes: Uint8Array;
  readonly count: number;
}

/** Rows of `counts`, one a project's day, by month (`YYYYMM`), sorted by registry, project and day. */
export function encodeProjectDays(tally: Tally): ReadonlyMap<number, EncodedRows> {
  const rows = sortedRows(tally);
  const encoder = new ProjectDayEncoder(tally, rows);
  const months = new Map<number, CountsBlock>();
  for (let row = 0; row < rows.count; row++) {
    const month = monthOf(rows.day[row]);
    let block = months.get(month);
    if (!block) {
      block = new CountsBlock();
      months.set(month, block);
    }
    encoder.write(row, block);
  }
  return new Map([...months].map(([month, block]) => [month, { count: block.rows, bytes: block.take() }]));
}

/** Project-days in the order of their rows; numbers of the catalog. */
export interface Rows {
  readonly count: number;
  readonly project: Int32Array;
  readonly day: Int32Array;
  /** (project, day) → row. */
  readonly of: CellTable;
}

/** Sorted as one number each: rank of the project, then day. */
function sortedRows({ projectDays, catalog }: Tally): Rows {
  const { ranks } = catalog;
  const ranked = new Int32Array(ranks.length);
  for (let project = 0; project < ranks.length; project++) ranked[ranks[project]] = project;
  const keys = new Float64Array(projectDays.size);
  let next = 0;
  projectDays.forEach((project, day) => {
    keys[next++] = ranks[project] * dayRange + day;
  });
  keys.sort();
  const of = new CellTable();
  const project = Int32Array.from(keys, (key) => ranked[Math.floor(key / dayRange)]);
  const day = Int32Array.from(keys, (key) => key % dayRange);
  for (let row = 0; row < keys.length; row++) of.add(project[row], day[row], row);
  return { count: keys.length, project, day, of };
}

/** Days are below 2^16 (2149-06-06). */
const dayRange = 2 ** 16;
