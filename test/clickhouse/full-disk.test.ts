import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectStore, type Store } from '../../shared/clickhouse/connect-store.ts';
import type { InsertBytes } from '../../shared/clickhouse/database.ts';
import { stringColumns } from '../../shared/clickhouse/native-strings.ts';
import { smallDisk } from '../small-disk.ts';

const { path: disk, whyNot, ...small } = smallDisk();
const title = 'a small disk of its own';

describe.skipIf(whyNot !== undefined)(whyNot ? `${title} (skipped: ${whyNot})` : title, () => {
  beforeEach(() => {
    expect(small.mount('32m')).toBe(true);
  });
  afterEach(() => {
    small.unmount();
  });

  test('that is full refuses an insert, says so, and takes it with the same token when there is room', async () => {
    const data = join(disk, 'data');
    const filler = join(disk, 'filler');
    writeFileSync(filler, Buffer.alloc(24 << 20));
    await using owner = await connectStore({ data });
    await using guest = await connectStore({ data });
    const inserts = [insertOf(4 << 20, 'small'), insertOf(16 << 20, 'large')];
    for (const store of [owner, guest]) {
      for (const insert of inserts) {
        const refused = {
          name: 'StoreError',
          code: 243,
          message: expect.stringMatching(/disk is full: make room/),
        };
        await expect(store.insert(insert)).rejects.toMatchObject(refused);
      }
      expect(await rows(store)).toBe(0);
    }
    rmSync(filler);
    for (const store of [owner, guest]) await store.insert(inserts[0]!);
    expect(await rows(owner)).toBe(1);
  });

  test('that is full refuses a new store and says so', async () => {
    writeFileSync(join(disk, 'filler'), Buffer.alloc(32 << 20));
    await expect(connectStore({ data: join(disk, 'data') })).rejects.toThrow(
      /ENOSPC.*disk is full: make room/,
    );
  });

  test('that is read-only refuses an old store and a new one', async () => {
    const data = join(disk, 'data');
    await (await connectStore({ data }))[Symbol.asyncDispose]();
    expect(small.makeReadOnly()).toBe(true);
    await expect(connectStore({ data })).rejects.toThrow(/EROFS.*read-only.*--data/);
    await expect(connectStore({ data: join(disk, 'other') })).rejects.toThrow(/read-only.*--data/);
  });
});

function insertOf(bytes: number, entry: string): InsertBytes {
  // Noise, since the table compresses.
  let noise = 12345;
  const body = Buffer.alloc(bytes);
  for (let i = 0; i < bytes; i++) {
    noise = (Math.imul(noise, 1103515245) + 12345) >>> 0;
    body[i] = 33 + ((noise >>> 16) % 90);
  }
  return {
    table: 'ledger',
    ...stringColumns({ entry, event: 'x', body: body.toString('latin1') }),
    token: entry,
  };
}

async function rows(store: Store): Promise<number> {
  return (await store.query<{ rows: number }>('SELECT count() AS rows FROM ledger'))[0]!.rows;
}
