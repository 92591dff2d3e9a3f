import { type Assigner, AssignerProtocol, type Cluster, type GroupMember } from 'kafkajs';

const { MemberAssignment, MemberMetadata } = AssignerProtocol;
const version = 0;

/** The name that members of a group have to share: a consumer of another kind is refused by the broker. */
export const assignerName = 'tallymark';

/** Gives the partitions of the topics to the members in turn. `beforeJoin` is called each time, before the group is joined. */
export function assignInTurn(cluster: Cluster, beforeJoin: () => void): Assigner {
  return {
    name: assignerName,
    version,
    protocol: ({ topics }) => {
      beforeJoin();
      const metadata = MemberMetadata.encode({ version, topics, userData: Buffer.alloc(0) });
      return { name: assignerName, metadata };
    },
    assign: async ({ members, topics }) => {
      const all = topics.flatMap((topic) =>
        cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => ({ topic, partitionId })),
      );
      const names = members.map(({ memberId }: GroupMember) => memberId).sort();
      return names.map((memberId, member) => {
        const assignment: Record<string, number[]> = {};
        for (const { topic, partitionId } of all.filter((_, index) => index % names.length === member))
          assignment[topic] = [...(assignment[topic] ?? []), partitionId];
        return {
          memberId,
          memberAssignment: MemberAssignment.encode({ version, assignment, userData: Buffer.alloc(0) }),
        };
      });
    },
  };
}
