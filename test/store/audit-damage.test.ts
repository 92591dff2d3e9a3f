import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connectStore } from '../../shared/clickhouse/connect-store.ts';
import { auditBooks } from '../../shared/store/audit-books.ts';
import { CountsBlock } from '../../shared/store/counts-block.ts';
import { countsColumns } from '../../shared/store/counts-columns.ts';
import { emptyRow, writeRow } from '../../shared/store/counts-row.ts';
import { startStoreProcess } from '../clickhouse/store-process.ts';

test('the audit tells that a part was damaged on disk, though the engine goes on without it', async () => {
  const data = await mkdtemp(join(tmpdir(), 'tallymark-damage-'));
  {
    // A process of its own, since the engine looks at parts when it loads a table.
    await using store = await startStoreProcess(data);
    const block = new CountsBlock();
    writeRow(block, emptyRow('pypi', 'demo', 20_703));
    const insert = {
      table: 'counts',
      columns: countsColumns,
      format: 'Native',
      bytes: block.take(),
      token: 'x',
    } as const;
    expect(await store.ask({ do: 'insert', insert })).not.toHaveProperty('error');
  }
  const parts = (await readdir(data, { recursive: true })).filter((name) =>
    /202609_1_1_0.data\.bin$/.test(name),
  );
  for (const name of parts) await writeFile(join(data, name), '');
  {
    await using store = await connectStore({ data });
    const wrong = (await auditBooks(store)).checks.filter(({ ok }) => !ok);
    expect(wrong).toEqual([
      {
        name: 'No part of a table has been put aside as damaged',
        ok: false,
        examples: ['counts, part broken-on-start_202609_1_1_0'],
      },
    ]);
  }
  await rm(data, { recursive: true });
});
