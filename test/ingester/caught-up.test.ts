import { expect, test } from 'vitest';
import { notCaughtUp } from '../../services/ingester/caught-up.ts';
import type { Admin } from '../../shared/kafka/connect-kafka.ts';

/** Two partitions that are to be counted up to 10: number 0 is here, number 1 with another ingester. */
const targets = new Map([
  [0, 10],
  [1, 10],
]);

test.each([
  { name: 'all is counted', done: 10, others: 10, want: { ours: [], others: [] } },
  { name: 'ours is not counted', done: 9, others: 10, want: { ours: [0], others: [] } },
  { name: 'ours is being looked at', done: undefined, others: 10, want: { ours: [0], others: [] } },
  { name: 'ours is refused', done: undefined, isRefused: true, others: 10, want: { ours: [], others: [] } },
  { name: 'ours cannot be read from 5 on', done: 4, stuckAt: 5, others: 10, want: { ours: [0], others: [] } },
  {
    name: 'ours is counted up to what cannot be read',
    done: 5,
    stuckAt: 5,
    others: 10,
    want: { ours: [], others: [] },
  },
  {
    name: 'what cannot be read is of a batch that was left half-way',
    done: undefined,
    stuckAt: 5,
    others: 10,
    want: { ours: [], others: [] },
  },
  {
    name: 'what cannot be read is behind all that is to be counted',
    done: 10,
    stuckAt: 12,
    others: 10,
    want: { ours: [], others: [] },
  },
  { name: 'another has not counted its own', done: 10, others: 9, want: { ours: [], others: [1] } },
  { name: 'another has not begun', done: 10, others: -1, want: { ours: [], others: [1] } },
])('$name', async ({ done, stuckAt, isRefused = false, others, want }) => {
  const flushed: number[] = [];
  const ours = {
    all: new Map([[0, { done, flushAt: (offset: number) => void flushed.push(offset) }]]),
    refused: new Set(isRefused ? [0] : []),
    unreadable: new Map(stuckAt === undefined ? [] : [[0, stuckAt]]),
  };
  const fetchOffsets = async () => [
    { partitions: [{ partition: 1, offset: String(others), metadata: null }] },
  ];
  const group = { admin: { fetchOffsets } as unknown as Admin, topic: 'lines', group: 'tallymark' };
  expect(await notCaughtUp(group, ours, targets)).toEqual(want);
  expect(flushed).toEqual([Math.min(stuckAt ?? 10, 10)]);
});
