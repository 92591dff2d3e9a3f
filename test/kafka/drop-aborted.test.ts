import { expect, test } from 'vitest';
import { dropAborted } from '../../shared/kafka/drop-aborted.ts';
import type { FetchedRecord } from '../../shared/kafka/fetched-partition.ts';
import { kafkaJsBatch, recordsOf } from './kafkajs-batch.ts';

/** `90 A` is a message of producer A's transaction, `94 A abort` its end, `95 -` a message outside of all. */
function recordsIn(log: string): FetchedRecord[] {
  return log.split(', ').flatMap((record) => {
    const [offset, producer, ending] = record.split(' ');
    const isOutside = producer === '-';
    return recordsOf({
      offsets: [Number(offset)],
      ...(!isOutside && { producer: producer as string }),
      ending: ending as 'abort' | 'commit' | undefined,
    });
  });
}

/** `90 A` is a transaction of producer A that begins at 90. */
function transactionsIn(list: string) {
  return list.split(', ').map((begin) => {
    const [firstOffset, producerId] = begin.split(' ') as [string, string];
    return { firstOffset, producerId };
  });
}

test.each([
  {
    name: 'of two that overlap, of which the second ended first',
    aborted: '92 B, 90 A',
    log: '90 A, 91 A, 92 B, 93 B abort, 94 A, 95 A abort, 96 -',
    want: [96],
  },
  {
    name: 'of two that had begun before what is fetched',
    aborted: '90 A, 92 B',
    log: '94 B, 95 A, 96 B, 97 A abort, 98 B abort, 99 B, 100 B commit',
    want: [99],
  },
  {
    name: 'and nothing of what is committed between',
    aborted: '91 B',
    log: '90 A, 91 B, 92 A, 93 B, 94 C, 95 B abort, 96 A commit, 97 C, 98 C commit',
    want: [90, 92, 94, 97],
  },
  {
    name: 'of two in a row of one producer, and not the one that is committed between',
    aborted: '96 A, 90 A',
    log: '90 A, 91 A abort, 92 A, 93 A commit, 96 A, 97 A abort, 98 A, 99 A commit',
    want: [92, 98],
  },
  {
    name: 'of two in a row of one producer, with another beside both',
    aborted: '90 A, 93 A, 91 B',
    log: '90 A, 91 B, 92 A abort, 93 A, 94 B, 95 A abort, 96 A, 97 B abort, 98 A commit, 99 B',
    want: [96, 99],
  },
  {
    name: 'whose ends are fetched later',
    aborted: '91 B, 90 A',
    log: '90 A, 91 B, 92 A, 93 -, 94 B',
    want: [93],
  },
  {
    name: 'and nothing where all are committed',
    aborted: '',
    log: '90 A, 91 A commit, 92 -',
    want: [90, 92],
  },
])('what aborted transactions have written is not handed on: $name', ({ aborted, log, want }) => {
  const abortedTransactions = aborted === '' ? [] : transactionsIn(aborted);
  const messages = recordsIn(log);
  const from = Number(messages[0]!.offset);
  const batch = kafkaJsBatch(from, dropAborted({ partition: 0, abortedTransactions, messages }));
  expect(batch.messages.map(({ offset }) => Number(offset))).toEqual(want);
  expect(batch.lastOffset()).toBe(messages.at(-1)!.offset);
});

test('a message that has the key of an end ends nothing', () => {
  const [message] = recordsOf({ offsets: [90], producer: 'A' });
  const messages = [{ ...message!, key: Buffer.alloc(4) }, ...recordsIn('91 A, 92 A abort, 93 A')];
  const abortedTransactions = transactionsIn('90 A');
  const batch = kafkaJsBatch(90, dropAborted({ partition: 0, abortedTransactions, messages }));
  expect(batch.messages.map(({ offset }) => offset)).toEqual(['93']);
});

test('the messages of formats before transactions are none of any', () => {
  const messages = [{ offset: '89' }, ...recordsIn('90 A, 91 A abort')];
  const abortedTransactions = transactionsIn('88 A');
  const batch = kafkaJsBatch(89, dropAborted({ partition: 0, abortedTransactions, messages }));
  expect(batch.messages.map(({ offset }) => offset)).toEqual(['89']);
});
