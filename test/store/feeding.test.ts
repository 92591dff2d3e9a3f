import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Store as Connection, connectStore } from '../../shared/clickhouse/connect-store.ts';
import {
  noteGap,
  noteSites,
  readGaps,
  readSites,
  readSourceHoles,
  rememberPartitions,
} from '../../shared/store/feeding.ts';
import { lookUpKafka } from '../../shared/store/kafka-batches.ts';
import { storeOver } from '../../shared/store/store-over.ts';

let folder: string;
let connection: Connection;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallymark-feeding-'));
  connection = await connectStore({ data: join(folder, 'data') });
});

afterAll(async () => {
  await connection[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

test('lines of a site are noted once a token, and add up', async () => {
  const [early, late] = [Date.UTC(2026, 0, 1), Date.UTC(2026, 0, 2, 3, 4, 5, 678)];
  await noteSites(connection, [], 'none');
  await noteSites(
    connection,
    [
      { site: 'b', atMs: early, lines: 5 },
      { site: 'a', atMs: late, lines: 3 },
    ],
    'k1',
  );
  for (let twice = 0; twice < 2; twice++)
    await noteSites(connection, [{ site: 'b', atMs: late, lines: 7 }], 'k2');
  await noteSites(connection, [{ site: 'a', atMs: early, lines: 1 }], 'k3');
  expect(await readSites(connection)).toEqual([
    { site: 'a', atMs: late, lines: 4 },
    { site: 'b', atMs: late, lines: 12 },
  ]);
});

test('a gap is noted once, however often it is told', async () => {
  const gap = { topic: 'access-logs', partition: 70_000, from: 0, to: 2 ** 40 + 1 };
  await Promise.all([noteGap(connection, gap), noteGap(connection, gap)]);
  await noteGap(connection, gap);
  await noteGap(connection, { ...gap, from: gap.to, to: gap.to + 5 });
  const gaps = await readGaps(connection);
  expect(gaps).toMatchObject([gap, { from: gap.to, to: gap.to + 5 }]);
  expect(Math.abs((gaps[0]?.atMs ?? 0) - Date.now())).toBeLessThan(60_000);
  expect(await connection.query('SELECT count() AS rows FROM gaps')).toEqual([{ rows: 2 }]);
});

test('the number of partitions that a topic was first counted with stays', async () => {
  const both = await Promise.all([8, 9].map((n) => rememberPartitions(connection, 'c', 't', n)));
  expect(both[0]).toBe(both[1]);
  expect(await rememberPartitions(connection, 'c', 't', 10)).toBe(both[0]);
  expect(await rememberPartitions(connection, 'other', 't', 10)).toBe(10);
});

/** Inserts ranges of a source that a SELECT of `number` makes, five lines each, on two days. */
async function cover(source: string, ranges: string, count: number): Promise<void> {
  await connection.command(
    `INSERT INTO counts (registry, project, day, lines_by)
     SELECT '', concat('source/', ${source}, '/', ${ranges}, '/l/b'), 20110 + (number % 2) * 30, map('lines', 5)
     FROM numbers({count:UInt64})`,
    { count },
  );
}

test('holes are what no range of any month covers before the end', async () => {
  expect(await readSourceHoles(connection)).toEqual({ sources: 0, bytes: 0 });
  await cover("'whole/s.600'", "concat(toString(number * 100), '-', toString(number * 100 + 100))", 6);
  // Ranges within others, and beside them in another month.
  await cover("'whole/s.600'", "'0-250'", 2);
  await cover("'whole/s.600'", "'50-100'", 1);
  await cover("'partition/s.0'", "'500-600'", 1);
  expect(await readSourceHoles(connection)).toEqual({ sources: 0, bytes: 0 });
  await cover("'late/s.600'", "'600-900'", 2);
  await cover("'torn/s.600'", "concat(toString(number * 100), '-', toString(number * 100 + 90))", 3);
  await cover("'torn/t.600'", "'0-90'", 1);
  expect(await readSourceHoles(connection)).toEqual({ sources: 2, bytes: 620 });
});

test('holes are found among 300,000 ranges in good time', { timeout: 120_000 }, async () => {
  await cover(
    "concat(hex(MD5(toString(intDiv(number, 100)))), '/', hex(MD5('x')), '.1024')",
    "concat(toString(number % 100 * 1000), '-', toString(number % 100 * 1000 + 1000))",
    300_000,
  );
  const before = performance.now();
  expect(await readSourceHoles(connection)).toEqual({ sources: 2, bytes: 620 });
  const took = performance.now() - before;
  // 2.1 s on two cores that eleven processes wanted.
  expect(took).toBeLessThan(30_000);
});

test('the last batch of a partition is found among 100,000 fast', { timeout: 120_000 }, async () => {
  const partitions = ['a', 'b', 'c', 'd'].map((digit) => `k${digit.repeat(32)}.`);
  const { counts, clock } = storeOver(connection);
  const lookUp = (prefix: string) => lookUpKafka(counts, prefix, { clock, timeoutMs: 10_000 });
  expect(await lookUp('k')).toBeUndefined();
  await connection.command(
    `INSERT INTO counts (registry, project, day, downloads, lines_by)
     SELECT '', concat('batch/', {partitions:Array(String)}[1 + number % 4], leftPad(toString(1 + intDiv(number, 50000)), 4, '0'), '.',
       leftPad(toString(number * 10), 16, '0'), '-', leftPad(toString(number * 10 + 40), 16, '0')),
       20089 + number % 3 * 31, 1, map('month/202501', 1)
     FROM numbers(100000)`,
    { partitions },
  );
  const times: number[] = [];
  for (const [index, prefix] of partitions.entries()) {
    const before = performance.now();
    const [first, last] = [49_996 + index, 99_996 + index].map((n) => {
      const [from, to] = [n * 10, n * 10 + 40].map((offset) => String(offset).padStart(16, '0'));
      return `${from}-${to}`;
    });
    expect(await lookUp(prefix)).toEqual({ name: `${prefix}0002.${last}` });
    expect(await lookUp(`${prefix}0001.`)).toEqual({ name: `${prefix}0001.${first}` });
    expect(await lookUp(`${prefix}0003.`)).toBeUndefined();
    times.push((performance.now() - before) / 3);
  }
  // 8 to 11 ms on two cores that eleven processes wanted.
  expect(Math.min(...times)).toBeLessThan(1_000);
});
