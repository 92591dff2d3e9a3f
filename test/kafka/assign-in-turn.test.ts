import { AssignerProtocol, type Cluster } from 'kafkajs';
import { expect, test } from 'vitest';
import { assignInTurn } from '../../shared/kafka/assign-in-turn.ts';

const { MemberAssignment, MemberMetadata } = AssignerProtocol;

/** Partitions by topic, as one whose own topic is `lines` gives them to members that read these topics. */
async function assigned(members: Record<string, string>, partitions: Record<string, number>) {
  let known = ['lines'];
  const cluster = {
    async metadata({ topics }: { topics: string[] }) {
      const type = 'UNKNOWN_TOPIC_OR_PARTITION';
      if (topics.some((topic) => partitions[topic] === undefined))
        throw Object.assign(new Error('not there'), { type });
      known = topics;
    },
    findTopicPartitionMetadata(topic: string) {
      const count = known.includes(topic) ? partitions[topic]! : 0;
      return Array.from({ length: count }, (_, partitionId) => ({ partitionId }));
    },
  } as unknown as Cluster;
  const { assign } = assignInTurn(cluster, () => {});
  const group = Object.entries(members).map(([memberId, topic]) => ({
    memberId,
    memberMetadata: MemberMetadata.encode({ version: 0, topics: [topic], userData: Buffer.alloc(0) }),
  }));
  const answers = await assign({ members: group, topics: ['lines'] });
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
    what: 'of its own topic only, where others read another one',
    members: { a: 'anew', b: 'lines', c: 'anew', d: 'lines' },
    want: { a: { anew: [0, 2] }, b: { lines: [0, 2, 4] }, c: { anew: [1] }, d: { lines: [1, 3] } },
  },
  {
    what: 'none of a topic that is gone',
    members: { a: 'gone', b: 'lines' },
    want: { a: {}, b: { lines: [0, 1, 2, 3, 4] } },
  },
])('members get partitions in turn: $what', async ({ members, want }) => {
  expect(await assigned(members, { lines: 5, anew: 3 })).toEqual(want);
});

test('what is wrong with the brokers fails the join, and nobody is left out', async () => {
  const cluster = {
    metadata: () => Promise.reject(new Error('no broker')),
    findTopicPartitionMetadata: () => [],
  } as unknown as Cluster;
  const memberMetadata = MemberMetadata.encode({ version: 0, topics: ['anew'], userData: Buffer.alloc(0) });
  const { assign } = assignInTurn(cluster, () => {});
  await expect(assign({ members: [{ memberId: 'a', memberMetadata }], topics: ['lines'] })).rejects.toThrow(
    'no broker',
  );
});
