import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import { sourceOf } from '../../services/collector/sources.ts';
import { SourceBook } from '../../services/ingester/source-book.ts';
import { type ChunkSource, nameOf } from '../../shared/kafka/chunk.ts';
import { lookUpCoverage } from '../../shared/store/coverage.ts';
import { coverageRow, markerRow, type OwnRow } from '../../shared/store/own-row.ts';
import type { Store } from '../../shared/store/store.ts';

const keyed = (text: string) => hash('sha256', text);
const patience = { clock: { now: () => 0, sleep: async () => undefined }, timeoutMs: 0 };
const day = 20_110;

/** Lines of 300 bytes: four begin a source. */
function logOf(name: string, lines = 9): Buffer {
  const texts = Array.from({ length: lines }, (_, line) => `${`${name} ${line} `.padEnd(299, '.')}\n`);
  return Buffer.from(texts.join(''));
}

/** As `ship` names a log of which it first saw so many bytes. */
function named(log: Buffer, length: number): ChunkSource {
  return sourceOf(log.subarray(0, length), false)!;
}

/** A store in which bytes `[from, to)` of a log were counted under the name that it had then. */
async function storeWith(counted: { source: ChunkSource; from: number; to: number }[]): Promise<Store> {
  const rows: OwnRow[] = [];
  const counts = {
    coverage: async (firsts: readonly string[]) =>
      rows.filter(({ project }) => firsts.some((first) => project.startsWith(`source/${first}/`))),
    markers: async (batches: readonly string[]) =>
      batches.map((batch) => {
        const name = batch.slice('batch/'.length);
        return markerRow({ batch: name, month: 202501, months: [202501], isVoid: false, how: [] });
      }),
  };
  const store = { keyed, counts } as unknown as Store;
  for (const [index, { source, from, to }] of counted.entries()) {
    const candidate = { ...source, startDigest: (length: number) => source.starts.get(length) ?? '' };
    const [coverage] = await lookUpCoverage(store, [candidate], patience);
    rows.push(coverageRow({ ...coverage!.key, from, to, last: 'l', batch: `b${index}`, day, lines: 1 }));
  }
  return store;
}

async function rangesOf(store: Store, source: ChunkSource): Promise<[number, number][]> {
  const book = new SourceBook(store, patience);
  await book.learn(new Map([[nameOf(source), source]]));
  return book.of(source).ranges.map(({ from, to }) => [from, to]);
}

const log = logOf('a');

test.each([
  { name: 'a log that was counted while it was shorter', counted: 600, met: 2700 },
  { name: 'a log that was counted when it was longer', counted: 2700, met: 600 },
  { name: 'a log of less than a KiB that was counted when it was longer', counted: 900, met: 300 },
  { name: 'a log of which only what comes later was counted', counted: 2700, met: 600, from: 1200 },
])('$name is known', async ({ counted, met, from = 0 }) => {
  const store = await storeWith([{ source: named(log, counted), from, to: 2700 }]);
  expect(await rangesOf(store, named(log, met))).toEqual([[from, 2700]]);
});

test('a log keeps the name by which it was counted, so that all of it is one source', async () => {
  const store = await storeWith([
    { source: named(log, 2700), from: 0, to: 1200 },
    { source: named(log, 600), from: 1200, to: 1500 },
    { source: named(log, 900), from: 1500, to: 1800 },
  ]);
  const rows = await store.counts.coverage([
    keyed(`first/${named(log, 300).identity.firstLine}`).slice(0, 32),
  ]);
  expect(new Set(rows.map(({ project }) => project.split('/')[2])).size).toBe(1);
  expect(await rangesOf(store, named(log, 300))).toHaveLength(3);
});

test('a log that begins with the same line is another one', async () => {
  const other = Buffer.concat([log.subarray(0, 300), logOf('b').subarray(300)]);
  const store = await storeWith([{ source: named(other, 2700), from: 0, to: 2700 }]);
  expect(await rangesOf(store, named(log, 600))).toEqual([]);
});

test('names of one log are one source before anything of it is in the store, in any order', async () => {
  const book = new SourceBook(await storeWith([]), patience);
  const names = [600, 2700, 300, 900].map((length) => named(log, length));
  for (const source of names) await book.learn(new Map([[nameOf(source), source]]));
  book.add(names[1]!, { from: 0, to: 2700, last: 'l' });
  for (const source of names) expect(book.of(source).ranges).toMatchObject([{ from: 0, to: 2700 }]);
});

test('two logs that a shorter name may be of stay two', async () => {
  const other = Buffer.concat([log.subarray(0, 600), logOf('b').subarray(600)]);
  const book = new SourceBook(await storeWith([{ source: named(log, 2700), from: 0, to: 2700 }]), patience);
  for (const source of [named(log, 600), named(other, 2700)])
    await book.learn(new Map([[nameOf(source), source]]));
  expect(book.of(named(log, 600)).ranges).toHaveLength(1);
  expect(book.of(named(other, 2700)).ranges).toEqual([]);
});
