import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyDay, ClfDays, dayOf, epochDay, httpDay, isoDay } from '../../shared/formats/days.ts';

const lastDay = 65535;
const dateOf = (day: number) => new Date(day * 86_400_000).toISOString().slice(0, 10);
const readWith = (read: (bytes: Uint8Array, start: number, end: number) => number) => (text: string) => {
  const bytes = Buffer.from(`99${text}99Z`);
  return read(bytes, 2, bytes.length - 3);
};

test('every day from 1970-01-02 to 2149-06-06 is itself, as Date has it, and none beside them is', () => {
  for (let day = -400; day <= lastDay + 400; day++) {
    const [year, month, dayOfMonth] = dateOf(day).split('-').map(Number);
    expect(dayOf(year, month, dayOfMonth)).toBe(day >= 1 && day <= lastDay ? day : -1);
  }
});

test.each([
  ['2024-01-16', '2024-01-16'],
  ['2024-01-16T23:53:20Z', '2024-01-16'],
  ['2024-01-16T23:53:20.460557177Z', '2024-01-16'],
  ['2024-01-16 23:53', '2024-01-16'],
  ['2024-01-16T23:53:20', '2024-01-16'],
  ['2024-01-16T23:53:20-01:00', '2024-01-17'],
  ['2024-01-16T00:53:20.5+01', '2024-01-15'],
  ['2025-05-09T09:13:14+0000', '2025-05-09'],
  ['2024/01/16 12:00:00.000', '2024-01-16'],
  ['1970-01-02T00:00:00+01:00', undefined],
  ['2149-06-06T23:30:00-01:00', undefined],
  ['2024-02-30', undefined],
  ['2024-01-16T25:00:00Z', undefined],
  ['2024-01-16T23:53:20 PST', undefined],
  ['2024-01-16T23:53:20+99:00', undefined],
  ['2024-01/16', undefined],
  ['2024-1-16', undefined],
  ['', undefined],
])('isoDay(%s) is %s', (text, want) => {
  const day = readWith(isoDay)(text);
  expect(day < 0 ? undefined : dateOf(day)).toBe(want);
});

test.each([
  ['1705449599', '2024-01-16'],
  ['1705449600', '2024-01-17'],
  ['1705449599.999', '2024-01-16'],
  ['1705449599999', '2024-01-16'],
  ['1705449599999999', '2024-01-16'],
  ['1705449599999999999', '2024-01-16'],
  ['1705449600000000000', '2024-01-17'],
  ['86400', '1970-01-02'],
  ['86399', undefined],
  ['5662310400', undefined],
  ['-1705449599', undefined],
  ['1.7e9', undefined],
  ['99999999999999999999', undefined],
  ['now', undefined],
])('epochDay(%s) is %s', (text, want) => {
  const day = readWith(epochDay)(text);
  expect(day < 0 ? undefined : dateOf(day)).toBe(want);
});

test.each([
  ['Thu, 07 Jan 2021 20:54:54 GMT', '2021-01-07'],
  ['Sat, 06 Feb 2014 04:32:22 GMT', '2014-02-06'],
  ['Thu, 07 jan 2021 20:54:54 GMT', undefined],
  ['Thu, 31 Feb 2021 20:54:54 GMT', undefined],
])('httpDay(%s) is %s', (text, want) => {
  const day = readWith(httpDay)(text);
  expect(day < 0 ? undefined : dateOf(day)).toBe(want);
});

describe('the common log format', () => {
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  const two = (n: number) => String(n).padStart(2, '0');

  test('one reader tells the UTC day of any times in any order, whatever their zones', () => {
    const days = new ClfDays();
    const time = fc.record({
      seconds: fc.integer({ min: 3 * 86_400, max: (lastDay - 2) * 86_400 }),
      zone: fc.integer({ min: -14 * 60, max: 14 * 60 }),
    });
    fc.assert(
      fc.property(fc.array(time, { minLength: 1 }), (times) => {
        for (const { seconds, zone } of times) {
          const local = new Date((seconds + zone * 60) * 1000);
          const offset = `${zone < 0 ? '-' : '+'}${two(Math.floor(Math.abs(zone) / 60))}${two(Math.abs(zone) % 60)}`;
          const date = `${two(local.getUTCDate())}/${months[local.getUTCMonth()]}/${local.getUTCFullYear()}`;
          const text = `${date}:${local.toISOString().slice(11, 19)} ${offset}`;
          expect(days.read(Buffer.from(text), 0)).toBe(Math.floor(seconds / 86_400));
          expect(readWith(anyDay)(text)).toBe(Math.floor(seconds / 86_400));
        }
      }),
    );
  });

  test('a bad date after a good one is still bad', () => {
    const days = new ClfDays();
    const read = (text: string) => days.read(Buffer.from(text), 0);
    expect(read('17/May/2015:10:05:03 +0000')).toBe(dayOf(2015, 5, 17));
    for (const bad of [
      '17/Mai/2015:10:05:03 +0000',
      '17/May/2015:24:05:03 +0000',
      '17/May/2015:10:05:03 *0000',
    ]) {
      expect(read(bad)).toBe(-1);
    }
    expect(read('17/May/2015:10:05:03 +0000')).toBe(dayOf(2015, 5, 17));
  });
});
