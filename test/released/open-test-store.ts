import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectStore } from '../../shared/clickhouse/connect-store.ts';
import type { Database } from '../../shared/clickhouse/database.ts';
import { parseDay } from '../../shared/days.ts';
import { CountsBlock } from '../../shared/store/counts-block.ts';
import { countsColumns } from '../../shared/store/counts-columns.ts';
import { type CountsRow, emptyRow, writeRow } from '../../shared/store/counts-row.ts';
import { monthStart } from '../../shared/store/released/calendar.ts';

/** An embedded store in a folder of its own, with what the tests count into it. */
export interface TestStore extends AsyncDisposable {
  readonly database: Database;
  readonly folder: string;
  /** Inserts rows of counts, with a marker like any batch; a registry is of the layout of its name, unless `layout` is given. */
  count(rows: readonly TestRow[], layout?: string): Promise<void>;
}

/** A row of counts; what is left out is empty. `downloads` is what its `country` adds up to where it is left out. */
export type TestRow = { readonly project: string; readonly day: string } & Partial<
  Omit<CountsRow, 'day' | 'project'>
>;

export async function openTestStore(): Promise<TestStore> {
  const folder = await mkdtemp(join(tmpdir(), 'tallymark-released-'));
  const store = await connectStore({ data: folder });
  let batches = 0;
  return {
    database: store,
    folder,
    count: async (rows, layout) => {
      const batch = `test-${++batches}`;
      for (const [month, ofMonth] of byMonth(rows)) {
        const marker = {
          ...emptyRow('', `batch/${batch}`, month),
          downloads: 1,
          lines_by: { 'rules/default': 1, ...layoutKeys(ofMonth, layout) },
        };
        const writer = new CountsBlock();
        for (const row of [marker, ...ofMonth]) writeRow(writer, row);
        const bytes = writer.take();
        await store.insert({
          table: 'counts',
          columns: countsColumns,
          format: 'Native',
          bytes,
          token: `${batch}/${month}`,
        });
      }
    },
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

function layoutKeys(rows: readonly CountsRow[], layout: string | undefined): CountsRow['lines_by'] {
  return Object.fromEntries(rows.map(({ registry }) => [`registry/${registry}/${layout ?? registry}`, 1]));
}

function byMonth(rows: readonly TestRow[]): ReadonlyMap<number, CountsRow[]> {
  const months = new Map<number, CountsRow[]>();
  for (const row of rows.map(toCountsRow)) {
    const month = monthStart(row.day);
    months.set(month, [...(months.get(month) ?? []), row]);
  }
  return months;
}

function toCountsRow({ day: text, ...given }: TestRow): CountsRow {
  const day = parseDay(text);
  if (day === undefined) throw new Error(`no day: ${text}`);
  const downloads = Object.values(given.country ?? {}).reduce((sum, count) => sum + count, 0);
  return { ...emptyRow('pypi', given.project, day), downloads, ...given };
}

/** Days since 1970-01-01. */
export function day(text: string): number {
  const parsed = parseDay(text);
  if (parsed === undefined) throw new Error(`no day: ${text}`);
  return parsed;
}
