import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CountsBlock } from '../../shared/store/counts-block.ts';
import { type CountsRow, emptyRow, readRows, writeRow } from '../../shared/store/counts-row.ts';
import { RowBinaryWriter } from '../../shared/store/row-binary.ts';
import { RowBinaryReader } from '../../shared/store/row-binary-reader.ts';
import { isNothing, subtract } from '../../shared/store/subtract-rows.ts';

const amount = fc.maxSafeInteger();
const amounts = fc
  .uniqueArray(
    fc.tuple(
      fc.string({ unit: 'grapheme' }),
      amount.filter((value) => value !== 0),
    ),
    { selector: ([key]) => key },
  )
  .map((entries) => Object.fromEntries(entries));
const row: fc.Arbitrary<CountsRow> = fc
  .record({
    registry: fc.string(),
    project: fc.string({ unit: 'grapheme', maxLength: 300 }),
    day: fc.nat(65_535),
    downloads: amount,
    mirror: amount,
    bot: amount,
    version: amounts,
    country: amounts,
    lines_by: amounts,
  })
  .map((some) => ({ ...emptyRow('', '', 0), ...some }));

test('rows are read as they were written', () => {
  fc.assert(
    fc.property(fc.array(row), (rows) => {
      const block = new CountsBlock();
      for (const one of rows) writeRow(block, one);
      const bytes = block.take();
      expect([...readRows(bytes)]).toEqual(rows);
      expect(block.take()).toEqual(new Uint8Array(0));
      expect([...readRows(Buffer.concat([bytes, bytes]))]).toEqual([...rows, ...rows]);
    }),
  );
});

test('the same map is the same bytes, in whatever order it was filled', () => {
  const write = (country: Record<string, number>) => {
    const block = new CountsBlock();
    writeRow(block, { ...emptyRow('pypi', 'demo', 20_000), country });
    return block.take();
  };
  expect(write({ b: 1, a: 2, é: -3 })).toEqual(write({ é: -3, a: 2, b: 1 }));
});

const values = [
  { name: 'small', bytes: [5], write: (writer: RowBinaryWriter) => writer.varint(5) },
  { name: 'two-byte length', bytes: [0xac, 0x02], write: (writer: RowBinaryWriter) => writer.varint(300) },
  { name: 'text', bytes: [3, 97, 0xc3, 0xa9], write: (writer: RowBinaryWriter) => writer.string('aé') },
  {
    name: 'part of bytes',
    bytes: [2, 2, 3],
    write: (writer: RowBinaryWriter) => writer.bytes(Uint8Array.of(1, 2, 3, 4), 1, 3),
  },
  { name: 'minus one', bytes: Array(8).fill(0xff), write: (writer: RowBinaryWriter) => writer.int64(-1) },
  {
    name: '2^32 + 1',
    bytes: [1, 0, 0, 0, 1, 0, 0, 0],
    write: (writer: RowBinaryWriter) => writer.int64(2 ** 32 + 1),
  },
  { name: 'day 258', bytes: [2, 1], write: (writer: RowBinaryWriter) => writer.date(258) },
];

test.each(values)('$name is as RowBinary has it', ({ bytes, write }) => {
  const writer = new RowBinaryWriter();
  write(writer);
  expect([...writer.take()]).toEqual(bytes);
});

test('lengths up to 2^53 are read as they were written', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (value) => {
      const writer = new RowBinaryWriter();
      writer.varint(value);
      expect(new RowBinaryReader(writer.take()).varint()).toBe(value);
    }),
  );
});

test('a row less itself is nothing', () => {
  fc.assert(fc.property(row, (one) => isNothing(subtract(one, one))));
});
