import { expect, test } from 'vitest';
import { UnreadablePartitions } from '../../services/ingester/unreadable-partitions.ts';
import { KafkaError } from '../../shared/kafka/kafka-error.ts';

const broken = new KafkaError('damaged', 'A batch is damaged.');
const failing = new KafkaError('other', 'The broker cannot read it.');
const says = (partition: number, offset: number, error: KafkaError) =>
  `Partition ${partition} of t is not read from offset ${offset} on: ${error.message}`;

test('what cannot be read here is told at once, and not any more once it is read on', () => {
  const unreadable = new UnreadablePartitions('t');
  expect(unreadable.add({ partition: 3, offset: 7, error: broken })).toBe(says(3, 7, broken));
  expect([unreadable.get(3), unreadable.size]).toEqual([7, 1]);
  expect(unreadable.reasons).toEqual([says(3, 7, broken)]);
  unreadable.delete(3);
  expect([unreadable.get(3), unreadable.reasons]).toEqual([undefined, []]);
});

test('what a broker cannot read is told where it fails once more at the same offset', () => {
  const unreadable = new UnreadablePartitions('t');
  const fails = (offset: number) => unreadable.add({ partition: 3, offset, error: failing });
  expect([fails(7), unreadable.get(3)]).toEqual([undefined, undefined]);
  expect([fails(9), unreadable.get(3)]).toEqual([undefined, undefined]);
  expect([fails(9), unreadable.get(3)]).toEqual([says(3, 9, failing), 9]);
  unreadable.delete(3);
  expect(fails(9)).toBeUndefined();
});

test('partitions that are another member’s now are told of no more', () => {
  const unreadable = new UnreadablePartitions('t');
  unreadable.add({ partition: 1, offset: 0, error: broken });
  unreadable.add({ partition: 3, offset: 0, error: failing });
  unreadable.clear();
  expect(unreadable.size).toBe(0);
  expect(unreadable.add({ partition: 3, offset: 0, error: failing })).toBeUndefined();
});
