import { AssignerProtocol, type Cluster } from 'kafkajs';
import { expect, test } from 'vitest';
import { assignInTurn } from '../../shared/kafka/assign-in-turn.ts';
import { decodeReads } from '../../shared/kafka/member-metadata.ts';

const { MemberAssignment, MemberMetadata } = AssignerProtocol;

/** An assigner of one who knows these topics, with so many partitions. */
function assigner(known: Record<string, number>, beforeJoin = () => {}) {
  const cluster = {
    findTopicPartitionMetadata: (topic: string) =>
      Array.from({ length: known[topic] ?? 0 }, (_, partitionId) => ({ partitionId })),
  } as unknown as Cluster;
  return assignInTurn(cluster, beforeJoin);
}

/** What members get who read these topics, by one who reads `lines`, and knows no other. */
async function assigned(members: Record<string, string>, partitions: Record<string, number>) {
  const group = Object.entries(members).map(([memberId, topic]) => ({
    memberId,
    memberMetadata: assigner(partitions).protocol({ topics: [topic] }).metadata,
  }));
  const { lines = 0 } = partitions;
  const answers = await assigner({ lines }).assign({ members: group, topics: ['lines'] });
  return Object.fromEntries(
    answers.map(({ memberId, memberAssignment }) => [
      memberId,
      MemberAssignment.decode(memberAssignment)?.assignment,
    ]),
  );
}

test.each([
  {
    what: 'one after the other, by their ids',
    members: { b: 'lines', a: 'lines', c: 'lines' },
    want: { a: { lines: [0, 3] }, b: { lines: [1, 4] }, c: { lines: [2] } },
  },
  {
    what: 'of its own topic only, where others read another one, which who assigns does not know',
    members: { a: 'anew', b: 'lines', c: 'anew', d: 'lines' },
    want: { a: { anew: [0, 2] }, b: { lines: [0, 2, 4] }, c: { anew: [1] }, d: { lines: [1, 3] } },
  },
  {
    what: 'none of a topic that its reader does not know',
    members: { a: 'gone', b: 'lines' },
    want: { a: {}, b: { lines: [0, 1, 2, 3, 4] } },
  },
])('members get partitions in turn: $what', async ({ members, want }) => {
  expect(await assigned(members, { lines: 5, anew: 3 })).toEqual(want);
});

test('of its own topic who assigns knows best: it was asked for after all had joined', async () => {
  const { metadata } = assigner({ lines: 2 }).protocol({ topics: ['lines'] });
  const members = [{ memberId: 'a', memberMetadata: metadata }];
  const [answer] = await assigner({ lines: 3 }).assign({ members, topics: ['lines'] });
  expect(MemberAssignment.decode(answer!.memberAssignment)?.assignment).toEqual({ lines: [0, 1, 2] });
});

test('what is to be done before a join is done before anything is sent', () => {
  const order: string[] = [];
  assigner({ lines: 1 }, () => order.push('before')).protocol({ topics: ['lines'] });
  expect(order).toEqual(['before']);
});

test.each([
  {
    what: 'with its numbers',
    userData: Buffer.from([0, 0, 0, 8, 0, 0, 1, 0]),
    want: [
      ['a', 8],
      ['b', 256],
    ],
  },
  {
    what: 'without',
    userData: Buffer.alloc(0),
    want: [
      ['a', 0],
      ['b', 0],
    ],
  },
  {
    what: 'with too few',
    userData: Buffer.from([0, 0, 0, 8]),
    want: [
      ['a', 8],
      ['b', 0],
    ],
  },
])('what a member tells of its topics is read $what', ({ userData, want }) => {
  const metadata = MemberMetadata.encode({ version: 0, topics: ['a', 'b'], userData });
  expect([...decodeReads(metadata)!]).toEqual(want);
});

test.each([
  { what: 'nothing', metadata: Buffer.alloc(0) },
  {
    what: 'a part of it',
    metadata: MemberMetadata.encode({ version: 0, topics: ['lines'], userData: Buffer.alloc(0) }).subarray(
      0,
      9,
    ),
  },
])('it cannot be told where brokers tell $what', ({ metadata }) => {
  expect(decodeReads(metadata)).toBeUndefined();
});
