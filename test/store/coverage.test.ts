import { expect, test } from 'vitest';
import {
  type Coverage,
  checkpoints,
  isCoveredBy,
  isShorter,
  openStretches,
  rangesWithin,
} from '../../shared/store/coverage.ts';
import { coverageRow, firstDay, markerRow, readCoverage, readMarker } from '../../shared/store/own-row.ts';
import { keyLastLine } from '../../shared/store/source-key.ts';

const january = 20_110;
const february = 20_130;
const keyed = (text: string) => text.padEnd(32, '.');

function coverage(ranges: [from: number, to: number, complete: boolean][], longerKnown = false): Coverage {
  return {
    key: { first: 'f', start: 's', startLength: 1024 },
    longerKnown,
    ranges: ranges.map(([from, to, complete]) => ({
      ...{
        from,
        to,
        complete,
        batch: `b${from}`,
        last: keyLastLine(keyed, `line ${to}`),
        months: [202501],
        lines: 1,
        how: [],
      },
    })),
  };
}

const toRead = [
  { name: 'nothing is counted', ranges: [], want: [[0, undefined]] },
  { name: 'a beginning is counted', ranges: [[0, 100, true]], want: [[100, undefined]] },
  {
    name: 'a range in the middle is counted',
    ranges: [[100, 200, true]],
    want: [
      [0, 100],
      [200, undefined],
    ],
  },
  {
    name: 'a month of a range is missing: it is read again, by itself',
    ranges: [[0, 100, false]],
    want: [
      [0, 100],
      [100, undefined],
    ],
  },
  {
    name: 'the rest of a month was counted by two more batches',
    ranges: [
      [0, 100, false],
      [0, 60, true],
      [60, 100, true],
    ],
    want: [[100, undefined]],
  },
] as const;

test.each(toRead)('what is to be read where $name', ({ ranges, want }) => {
  const stretches = openStretches(coverage(ranges.map((range) => [...range])));
  expect(stretches.map(({ from, to }) => [from, to])).toEqual(want);
});

test('a line is covered by a range of its own month only', () => {
  const isCovered = isCoveredBy(rangesWithin(coverage([[100, 200, false]]), { from: 0, to: undefined }));
  expect([isCovered(january, 100), isCovered(january, 199)]).toEqual([true, true]);
  expect([isCovered(january, 99), isCovered(january, 200), isCovered(february, 150)]).toEqual([
    false,
    false,
    false,
  ]);
  expect(rangesWithin(coverage([[100, 200, false]]), { from: 0, to: 100 })).toEqual([]);
});

test('a source that differs at the end of a covered range is seen', () => {
  const [checkpoint, ...others] = checkpoints(keyed, coverage([[0, 100, true]]));
  expect(others).toEqual([]);
  expect([checkpoint?.to, checkpoint?.matches('line 100'), checkpoint?.matches('line 99')]).toEqual([
    100,
    true,
    false,
  ]);
});

const lengths = [
  { name: 'longer than what was counted', known: coverage([[0, 100, true]]), length: 150, shorter: false },
  { name: 'exactly what was counted', known: coverage([[0, 100, true]]), length: 100, shorter: false },
  { name: 'ends inside a counted range', known: coverage([[0, 100, true]]), length: 50, shorter: true },
  {
    name: 'ends where one of the ranges does',
    known: coverage([
      [0, 100, true],
      [100, 200, true],
    ]),
    length: 100,
    shorter: false,
  },
  {
    name: 'unknown, but it may be the beginning of a known one',
    known: coverage([], true),
    length: 50,
    shorter: true,
  },
  {
    name: 'grown, and another one begins alike',
    known: coverage([[0, 100, true]], true),
    length: 150,
    shorter: false,
  },
];

test.each(lengths)('a source that is $name', ({ known, length, shorter }) => {
  expect(isShorter(known, length)).toBe(shorter);
});

test('what a range and a marker say is read as it was written', () => {
  const range = {
    first: 'f',
    start: 's',
    startLength: 600,
    shorter: ['t.200', 'u.400'],
    from: 0,
    to: 600,
    last: 'l',
    batch: 'b',
    day: january,
    lines: 2,
  };
  expect(readCoverage(coverageRow(range))).toEqual(range);
  const marker = {
    batch: 'b',
    month: 202501,
    months: [202501, 202502],
    isVoid: false,
    how: ['layout/pypi', 'rules/default'],
  };
  expect(readMarker(markerRow(marker))).toEqual(marker);
  expect(readMarker(markerRow({ ...marker, isVoid: true, how: [] })).isVoid).toBe(true);
  expect([firstDay(197001), firstDay(202501)]).toEqual([0, 20_089]);
});

test('a range written in an unknown way stops us', () => {
  const row = { project: 'source/x', day: 1, downloads: 0, linesBy: {}, downloadsBy: {} };
  expect(() => readCoverage(row)).toThrow('does not know');
});
