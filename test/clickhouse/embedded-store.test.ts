import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectStore } from '../../shared/clickhouse/connect-store.ts';
import type { InsertBytes } from '../../shared/clickhouse/database.ts';
import { stringColumns } from '../../shared/clickhouse/native-strings.ts';
import { type StoreProcess, startStoreProcess } from './store-process.ts';

let folder: string;
let data: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallymark-'));
  data = join(folder, 'data');
});
afterEach(() => rm(folder, { recursive: true }));

describe('processes that share a folder', { timeout: 120_000 }, () => {
  test('one owns it, the others are its guests, and all see the same', async () => {
    await using processes = await start(3);
    const owners = await Promise.all(processes.list.map(async (it) => await it.ask({ do: 'owner' })));
    expect(owners.filter((answer) => 'result' in answer && answer.result === true)).toHaveLength(1);
    for (const [i, it] of processes.list.entries())
      await it.ask({ do: 'insert', insert: entry('shared', `shared/${i}`) });
    for (const it of processes.list) expect(await countEntries(it, 'shared')).toBe(3);
    for (const it of processes.list) expect(it.stderr()).not.toContain('Cannot lock');
  });

  test('keep the folder to their user', async () => {
    await using _ = await start(1);
    expect((await stat(data)).mode & 0o777).toBe(0o700);
    expect((await stat(join(data, 'store.sock'))).mode & 0o777).toBe(0o600);
    const key = await stat(join(data, 'store.key'));
    expect([key.mode & 0o777, key.size]).toEqual([0o600, 32]);
  });

  test('go on when the owner closes, and lose nothing that ran', async () => {
    await using processes = await start(3);
    const [owner, ...guests] = await byOwnership(processes.list);
    let leaving = false;
    const inserted = guests.map(async (guest, g) => {
      for (let i = 0; i < 40; i++) {
        const answer = await guest.ask({ do: 'insert', insert: entry('leaving', `leaving/${g}/${i}`) });
        expect(answer).toEqual({ result: undefined });
        if (i === 10) leaving = true;
      }
    });
    while (!leaving) await guests[0]!.ask({ do: 'query', sql: 'SELECT 1' });
    await owner![Symbol.asyncDispose]();
    await Promise.all(inserted);
    for (const guest of guests) expect(await countEntries(guest, 'leaving')).toBe(80);
  });

  test('go on when the owner is killed: what was acknowledged is there, and retries count once', async () => {
    await using processes = await start(3);
    const [owner, ...guests] = await byOwnership(processes.list);
    let ambiguous = 0;
    let halfway = false;
    const inserted = guests.map(async (guest, g) => {
      for (let i = 0; i < 40; i++) {
        const insert = entry('killed', `killed/${g}/${i}`);
        for (;;) {
          const answer = await guest.ask({ do: 'insert', insert });
          if ('result' in answer) break;
          expect(answer.error).toBe('AmbiguousInsert');
          ambiguous++;
        }
        if (i === 10) halfway = true;
      }
    });
    while (!halfway) await guests[0]!.ask({ do: 'query', sql: 'SELECT 1' });
    await owner!.kill();
    await Promise.all(inserted);
    expect(ambiguous).toBeLessThanOrEqual(guests.length);
    for (const guest of guests) expect(await countEntries(guest, 'killed')).toBe(80);
  });

  test('answer queries across the death of the owner', async () => {
    await using processes = await start(2);
    const [owner, guest] = await byOwnership(processes.list);
    const slow = guest!.ask({ do: 'query', sql: 'SELECT sum(number) AS n FROM numbers(3000000000)' });
    await new Promise((resolve) => setTimeout(resolve, 200));
    await owner!.kill();
    expect(await slow).toEqual({ result: [{ n: 4_499_999_998_500_000_000 }] });
    expect(await guest!.ask({ do: 'owner' })).toEqual({ result: true });
  });

  test('pass the store on from one to the next to the last', async () => {
    const rounds = 4;
    await using processes = await start(rounds);
    let left = processes.list;
    for (let i = 0; i < rounds; i++) {
      const [owner, ...guests] = await byOwnership(left);
      await owner!.ask({ do: 'insert', insert: entry('passed', `passed/${i}`) });
      await (i % 2 === 0 ? owner!.kill() : owner![Symbol.asyncDispose]());
      left = guests;
      if (left.length > 0) await left[0]!.ask({ do: 'query', sql: 'SELECT 1' });
    }
    await using store = await connectStore({ data });
    expect(await store.query("SELECT count() AS rows FROM ledger WHERE entry = 'passed'")).toEqual([
      { rows: rounds },
    ]);
  });

  test('leave nothing behind but the store', async () => {
    const processes = await start(2);
    await processes[Symbol.asyncDispose]();
    expect((await readdir(data)).sort()).toEqual(['chdb', 'store.json', 'store.key']);
    expect((await readdir(join(data, 'chdb'))).filter((name) => name.startsWith('insert-'))).toEqual([]);
  });

  test('work in a folder whose path is longer than a socket’s may be', async () => {
    data = join(folder, 'a'.repeat(120), 'b'.repeat(120));
    await using processes = await start(2);
    const [, guest] = await byOwnership(processes.list);
    expect(await guest!.ask({ do: 'query', sql: 'SELECT 1 AS one' })).toEqual({ result: [{ one: 1 }] });
    expect(await readdir(data)).toContain('store.sock');
  });

  test('do not meet in folders whose long paths begin alike', async () => {
    const long = join(folder, 'a'.repeat(120));
    await mkdir(long);
    const stores = await Promise.all(['one', 'two'].map((name) => startStoreProcess(join(long, name))));
    try {
      for (const store of stores) expect(store.opened).toEqual({ result: true });
      await stores[0]!.ask({ do: 'insert', insert: entry('mine', 'mine') });
      expect(await countEntries(stores[1]!, 'mine')).toBe(0);
    } finally {
      for (const store of stores) await store[Symbol.asyncDispose]();
    }
  });

  test('share one key', async () => {
    await using _ = await start(2);
    const key = await readFile(join(data, 'store.key'));
    await using first = await connectStore({ data });
    await using second = await connectStore({ data });
    expect(first.hmac('source', 'x')).toBe(second.hmac('source', 'x'));
    expect(first.hmac('source', 'x')).not.toBe(first.hmac('line', 'x'));
    expect(first.hmac('source', 'x')).not.toContain(key.toString('hex'));
  });
});

async function start(count: number): Promise<AsyncDisposable & { readonly list: StoreProcess[] }> {
  const list = await Promise.all(Array.from({ length: count }, () => startStoreProcess(data)));
  for (const { opened } of list) expect(opened).toHaveProperty('result');
  return {
    list,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(list.map((it) => it[Symbol.asyncDispose]()));
    },
  };
}

/** The owner first. */
async function byOwnership(processes: readonly StoreProcess[]): Promise<StoreProcess[]> {
  const owns = await Promise.all(processes.map((it) => it.ask({ do: 'owner' })));
  const owner = owns.findIndex((answer) => 'result' in answer && answer.result === true);
  expect(owner).not.toBe(-1);
  return [processes[owner]!, ...processes.filter((_, i) => i !== owner)];
}

function entry(name: string, token: string): InsertBytes {
  return { table: 'ledger', ...stringColumns({ entry: name, event: token, body: '' }), token };
}

async function countEntries(store: StoreProcess, name: string): Promise<unknown> {
  const sql = 'SELECT count() AS rows FROM ledger WHERE entry = {name:String}';
  const answer = await store.ask({ do: 'query', sql, params: { name } });
  return 'result' in answer ? (answer.result as { rows: number }[])[0]!.rows : answer;
}
