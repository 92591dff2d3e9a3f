import { createRequire } from 'node:module';
import type { Cluster } from 'kafkajs';
import { expect, test } from 'vitest';
import { fetchAround, type Unreadable } from '../../shared/kafka/fetch-around.ts';
import type { FetchedPartition } from '../../shared/kafka/fetched-partition.ts';
import { KafkaError } from '../../shared/kafka/kafka-error.ts';
import { fetchedOf } from '../../shared/kafka/passage.ts';
import { kafkaJsBatch, recordsOf } from './kafkajs-batch.ts';

const { parse } = createRequire(import.meta.url)('kafkajs/src/protocol/requests/fetch/v11/response');

interface Request {
  readonly topics: readonly { readonly partitions: readonly { readonly partition: number }[] }[];
}

/** A broker of partitions that it answers with, or an error's number, or throws; and a fetch of them all from 5 on. */
async function fetchFrom(
  partitions: Record<number, FetchedPartition['messages'] | number | Error>,
  abortedTransactions: FetchedPartition['abortedTransactions'] = [],
) {
  let refreshed = 0;
  const broker = {
    brokerAddress: '192.0.2.1:9092',
    async fetch({ topics }: Request) {
      const asked = topics.flatMap((topic) => topic.partitions).map(({ partition }) => partition);
      const answers = asked.map((partition) => {
        const found = partitions[partition];
        if (found instanceof Error) throw found;
        if (typeof found === 'number') return { partition, errorCode: found, messages: [] };
        return { partition, errorCode: 0, messages: found, abortedTransactions };
      });
      return await parse({ responses: [{ topicName: 'lines', partitions: answers }] });
    },
  };
  const cluster = {
    findBroker: async () => broker,
    refreshMetadata: async () => void refreshed++,
  } as unknown as Cluster;
  const unreadable: Unreadable[] = [];
  const readable: number[] = [];
  fetchAround(cluster, {
    onUnreadable: (found) => void unreadable.push(found),
    onReadable: (partition) => void readable.push(partition),
  });
  const fetch = ((await cluster.findBroker({ nodeId: '1' })) as unknown as typeof broker).fetch;
  const wanted = Object.keys(partitions).map((partition) => {
    return { partition: Number(partition), fetchOffset: '5', maxBytes: 1 << 20 };
  });
  const request = { maxWaitTime: 200, maxBytes: 1 << 23, topics: [{ topic: 'lines', partitions: wanted }] };
  const { responses } = (await fetch(request)) as {
    responses: { topicName: string; partitions: FetchedPartition[] }[];
  };
  const read = responses
    .flatMap((response) => response.partitions)
    .map((one) => [one.partition, fetchedOf(kafkaJsBatch(5, one))] as const)
    .map(([partition, { messages, next }]) => [partition, messages.map(({ offset }) => offset), next]);
  return { read, refreshed, unreadable, readable };
}

test.each([
  [-1, 'UNKNOWN'],
  [2, 'CORRUPT_MESSAGE'],
  [56, 'KAFKA_STORAGE_ERROR'],
  [999, 'KAFKAJS_UNKNOWN_ERROR_CODE'],
])(
  'a partition that the broker answers with error %i is told, and the others are read',
  async (code, name) => {
    const [before, after] = [recordsOf({ offsets: [5, 6] }), recordsOf({ offsets: [5, 6, 7] })];
    const { read, refreshed, unreadable, readable } = await fetchFrom({ 0: before, 1: code, 2: after });
    expect(read).toEqual([
      [0, [5, 6], 7],
      [2, [5, 6, 7], 8],
    ]);
    expect(unreadable).toMatchObject([{ partition: 1, offset: 5 }]);
    expect(unreadable[0]?.error.message).toBe(
      `Kafka at 192.0.2.1:9092 cannot read it (${name}). See the log and the disk of that broker.`,
    );
    expect(refreshed).toBe(1);
    expect(readable).toEqual([0, 2]);
  },
);

test.each([
  [1, 'OFFSET_OUT_OF_RANGE'],
  [3, 'UNKNOWN_TOPIC_OR_PARTITION'],
  [5, 'LEADER_NOT_AVAILABLE'],
  [6, 'NOT_LEADER_FOR_PARTITION'],
  [74, 'FENCED_LEADER_EPOCH'],
  [75, 'UNKNOWN_LEADER_EPOCH'],
  [29, 'TOPIC_AUTHORIZATION_FAILED'],
  [58, 'SASL_AUTHENTICATION_FAILED'],
])('error %i is left to kafkajs, or ends the session', async (code, type) => {
  await expect(fetchFrom({ 0: recordsOf({ offsets: [5] }), 1: code })).rejects.toMatchObject({ type });
  // Also behind one that is of a partition alone.
  await expect(fetchFrom({ 0: 2, 1: code })).rejects.toMatchObject({ type });
});

test('a batch that cannot be unpacked is told in its own words, and a connection that fails is not', async () => {
  const damaged = new KafkaError('damaged', 'A batch is damaged.');
  const { read, unreadable } = await fetchFrom({ 0: damaged, 1: recordsOf({ offsets: [5] }) });
  expect(read).toEqual([[1, [5], 6]]);
  expect(unreadable).toEqual([{ partition: 0, offset: 5, error: damaged }]);
  await expect(fetchFrom({ 0: new Error('closed'), 1: recordsOf({ offsets: [5] }) })).rejects.toThrow(
    'closed',
  );
});

test('what is no message is passed over up to its end, and what was aborted too', async () => {
  const ends = recordsOf({ offsets: [6], producer: 'A', ending: 'commit' });
  const gone = recordsOf({ offsets: [1], end: 9 });
  const of = (producer: string, offset: number) => recordsOf({ offsets: [offset], producer });
  const { read } = await fetchFrom({ 0: ends, 1: gone, 2: [...of('A', 5), ...of('B', 6), ...of('C', 7)] }, [
    { producerId: 'B', firstOffset: '4' },
    { producerId: 'A', firstOffset: '3' },
  ]);
  expect(read).toEqual([
    [0, [], 7],
    [1, [], 10],
    [2, [7], 8],
  ]);
});

test('a partition that is answered without messages can be read too', async () => {
  const { readable } = await fetchFrom({ 0: [], 1: recordsOf({ offsets: [5] }) });
  expect(readable).toEqual([0, 1]);
});
