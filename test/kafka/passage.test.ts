import { expect, test } from 'vitest';
import type { FetchedRecord } from '../../shared/kafka/fetched-partition.ts';
import { fetchedOf, withPassage } from '../../shared/kafka/passage.ts';
import { kafkaJsBatch, recordsOf } from './kafkajs-batch.ts';

const aborted = recordsOf({ offsets: [5, 6], producer: 'A' }).map((record) => ({
  ...record,
  isControlRecord: true,
}));
const abort = recordsOf({ offsets: [7], producer: 'A', ending: 'abort' });

test.each([
  {
    name: 'a message',
    messages: recordsOf({ offsets: [5] }),
    want: { next: 6, offsets: [5] },
  },
  {
    name: 'a message behind others that are gone',
    messages: recordsOf({ offsets: [3, 8], end: 9 }),
    want: { next: 9, offsets: [8] },
  },
  {
    name: 'a message, and the end of its transaction',
    messages: [
      ...recordsOf({ offsets: [5], producer: 'A' }),
      ...recordsOf({ offsets: [6], ending: 'commit' }),
    ],
    want: { next: 7, offsets: [5] },
  },
  {
    name: 'the end of a transaction',
    messages: recordsOf({ offsets: [5], producer: 'A', ending: 'commit' }),
    want: { next: 6, offsets: [] },
  },
  {
    name: 'the end of a transaction behind messages that are gone',
    messages: recordsOf({ offsets: [7], producer: 'A', ending: 'commit' }),
    want: { next: 8, offsets: [] },
  },
  { name: 'what was aborted', messages: [...aborted, ...abort], want: { next: 8, offsets: [] } },
  {
    name: 'a batch whose messages from there on are gone',
    messages: recordsOf({ offsets: [2, 3], end: 9 }),
    want: { next: 10, offsets: [] },
  },
  {
    name: 'messages in an old format, of which those from there on are gone',
    messages: [{ offset: '3' }],
    want: { next: 6, offsets: [] },
  },
])('from the offset that was asked for to behind $name, all is handed on', ({ messages, want }) => {
  const { next, offsets } = want;
  const batch = kafkaJsBatch(5, withPassage({ partition: 0, messages }, 5));
  // Else kafkajs goes on by itself.
  expect(batch.isEmpty()).toBe(false);
  const fetched = fetchedOf(batch);
  expect({ ...fetched, messages: fetched.messages.map(({ offset }) => offset) }).toEqual({
    ...{ from: 5, next },
    messages: offsets,
  });
});

test('where nothing is fetched nothing is handed on', () => {
  expect(kafkaJsBatch(5, withPassage({ partition: 0, messages: [] }, 5)).isEmpty()).toBe(true);
});

test('a log that was compacted is read to its end', () => {
  const batches = [
    recordsOf({ offsets: [0, 1], end: 4 }),
    recordsOf({ offsets: [7], begin: 5 }),
    recordsOf({ offsets: [8], end: 12 }),
  ];
  const read: number[] = [];
  let wanted = 0;
  while (wanted < 13) {
    const isThere = (records: readonly FetchedRecord[]) => {
      const { firstOffset, lastOffsetDelta } = records[0]!.batchContext!;
      return Number(firstOffset) + lastOffsetDelta >= wanted;
    };
    // One batch a fetch.
    const messages = batches.find(isThere)!;
    const { from, next, ...fetched } = fetchedOf(
      kafkaJsBatch(wanted, withPassage({ partition: 0, messages }, wanted)),
    );
    expect(from).toBe(wanted);
    expect(next).toBeGreaterThan(wanted);
    read.push(...fetched.messages.map(({ offset }) => offset));
    wanted = next;
  }
  expect(read).toEqual([0, 1, 7, 8]);
  expect(wanted).toBe(13);
});
