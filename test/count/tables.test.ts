import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteTable } from '../../shared/count/byte-table.ts';
import { CellTable } from '../../shared/count/cell-table.ts';

test('a byte table is a map from bytes to numbers', () => {
  const short = fc.uint8Array({ maxLength: 12 });
  fc.assert(
    fc.property(fc.array(short, { maxLength: 3000 }), (keys) => {
      const table = new ByteTable();
      const map = new Map<string, number>();
      for (const key of keys) {
        const bytes = Buffer.concat([Buffer.from('..'), key, Buffer.from('..')]);
        const span = { start: 2, end: 2 + key.length };
        const name = Buffer.from(key).toString('hex');
        expect(table.find(bytes, span, table.hashOf(bytes, span.start, span.end))).toBe(map.get(name) ?? -1);
        if (map.has(name)) continue;
        map.set(name, map.size);
        table.add(bytes, span, map.size - 1);
      }
    }),
    { numRuns: 20 },
  );
});

test('a byte table keeps a hundred thousand keys apart as it grows', () => {
  const table = new ByteTable();
  const keys = Array.from({ length: 100_000 }, (_, index) => Buffer.from(`/packages/${index}`));
  keys.forEach((key, index) => {
    table.add(key, { start: 0, end: key.length }, index);
  });
  expect(
    keys.map((key) => table.find(key, { start: 0, end: key.length }, table.hashOf(key, 0, key.length))),
  ).toEqual(keys.map((_, index) => index));
});

test('a cell table is a map from pairs to sums', () => {
  const pair = fc.tuple(fc.nat(50), fc.nat(2 ** 31 - 1), fc.nat(2 ** 40));
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 3000 }), (pairs) => {
      const table = new CellTable();
      const map = new Map<string, number>();
      for (const [first, second, amount] of pairs) {
        const key = `${first} ${second}`;
        expect(table.add(first, second, amount)).toBe(!map.has(key));
        map.set(key, (map.get(key) ?? 0) + amount);
      }
      const cells: [string, number][] = [];
      table.forEach((first, second, sum) => {
        cells.push([`${first} ${second}`, sum]);
      });
      expect(new Map(cells)).toEqual(map);
      expect(table.size).toBe(map.size);
      for (const [first, second] of pairs)
        expect(table.sumOf(first, second)).toBe(map.get(`${first} ${second}`));
    }),
    { numRuns: 20 },
  );
});
