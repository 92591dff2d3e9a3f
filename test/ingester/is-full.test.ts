import { expect, test } from 'vitest';
import { isFull } from '../../services/ingester/is-full.ts';

const little = { rows: 1, bytes: 1, stretches: 1 };
const bounds = { batchMs: 10_000, memoryBytes: 1_000_000 };

test.each([
  { what: 'little, for a moment', openMs: 0, moreWaits: false, want: false },
  { what: 'little, for as long as it may', openMs: 10_000, moreWaits: false, want: true },
  { what: 'little, for so long, and more waits', openMs: 10_000, moreWaits: true, want: false },
  { what: 'little, for a minute, and more waits', openMs: 60_000, moreWaits: true, want: true },
  { what: 'all rows', fill: { rows: 100_000 }, openMs: 0, moreWaits: true, want: true },
  { what: 'all memory', fill: { bytes: 1_000_000 }, openMs: 0, moreWaits: true, want: true },
  { what: 'all stretches', fill: { stretches: 8_000 }, openMs: 0, moreWaits: true, want: true },
])('a batch with $what: full is $want', ({ fill = {}, want, openMs, moreWaits }) => {
  expect(isFull({ fill: { ...little, ...fill }, openMs, moreWaits }, bounds)).toBe(want);
});

test('a batch that may be open for more than a minute is, whatever waits', () => {
  const slow = { ...bounds, batchMs: 120_000 };
  const at = (openMs: number) => isFull({ fill: little, openMs, moreWaits: true }, slow);
  expect([at(60_000), at(119_999), at(120_000)]).toEqual([false, false, true]);
});
