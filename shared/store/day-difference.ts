import type { CountedBatch } from '../count/counted-batch.ts';
import { type CountsRow, emptyRow, readRows } from './counts-row.ts';
import { isNothing, personColumns, subtract } from './subtract-rows.ts';

/**
 * A day counted again − what is entered for it, by registry and project, sorted as the table is. Rows that do not differ
 * are left out, and so are person-side maps where they have been cleared.
 */
export function dayDifference(day: number, old: readonly CountsRow[], again: CountedBatch): CountsRow[] {
  const isCleared = isPersonSideCleared(old);
  const rows = new Map<string, { from: CountsRow | undefined; to: CountsRow | undefined }>();
  const pair = ({ registry, project }: CountsRow) => {
    const name = `${registry}\n${project}`;
    const found = rows.get(name) ?? { from: undefined, to: undefined };
    rows.set(name, found);
    return found;
  };
  for (const row of old) if (row.registry !== '' || row.project === '') pair(row).from = row;
  for (const row of dayRows(day, again)) pair(row).to = row;
  return [...rows.values()]
    .map(({ from, to }) => {
      const { registry, project } = (from ?? to) as CountsRow;
      const nothing = emptyRow(registry, project, day);
      const difference = subtract(to ?? nothing, from ?? nothing);
      return isCleared ? withoutPersonSide(difference) : difference;
    })
    .filter((row) => !isNothing(row))
    .sort((a, b) => compare(a.registry, b.registry) || compare(a.project, b.project));
}

/** Whether the person side was cleared after its release: countries do not add up to headline downloads any more. */
export function isPersonSideCleared(rows: readonly CountsRow[]): boolean {
  const located = rows
    .flatMap(({ country }) => Object.values(country))
    .reduce((sum, downloads) => sum + downloads, 0);
  return located !== sumDownloads(rows);
}

/** Headline downloads of all projects. */
export function sumDownloads(rows: readonly CountsRow[]): number {
  return rows.reduce((sum, row) => sum + (row.registry === '' ? 0 : row.downloads), 0);
}

/** The rows and the books of one day. */
function* dayRows(day: number, { months }: CountedBatch): Generator<CountsRow> {
  for (const month of months) {
    for (const books of month.days) {
      const { lines, downloads } = books;
      if (books.day === day)
        yield { ...emptyRow('', '', day), lines_by: { ...lines }, downloads_by: { ...downloads } };
    }
    for (const row of readRows(month.rows)) if (row.day === day) yield row;
  }
}

function withoutPersonSide(row: CountsRow): CountsRow {
  return { ...row, ...Object.fromEntries(personColumns.map((column) => [column, {}])) };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
