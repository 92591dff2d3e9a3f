import { type Assigner, AssignerProtocol, type Cluster, type GroupMember } from 'kafkajs';
import { decodeReads, encodeReads } from './member-metadata.ts';

const { MemberAssignment } = AssignerProtocol;
const version = 0;

/** The name that members of a group have to share: a consumer of another kind is refused by the broker. */
export const assignerName = 'tallymark';

/**
 * Gives the partitions of each topic in turn to the members that read it: some may read another one already, as where a topic is given up. How many
 * it has its readers tell, since who assigns may not know that topic, or have no right to. `beforeJoin` is called each time, before the group is joined.
 */
export function assignInTurn(cluster: Cluster, beforeJoin: () => void): Assigner {
  const partitionsOf = (topic: string) =>
    cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
  return {
    name: assignerName,
    version,
    protocol: ({ topics }) => {
      beforeJoin();
      const reads = new Map(topics.map((topic) => [topic, partitionsOf(topic).length]));
      return { name: assignerName, metadata: encodeReads(reads) };
    },
    assign: async ({ members, topics: own }) => {
      const assignments = new Map(members.map(({ memberId }) => [memberId, {} as Record<string, number[]>]));
      for (const [topic, readers] of readersOf(members)) {
        const partitions = own.includes(topic) ? partitionsOf(topic) : told(readers);
        for (const [index, partition] of partitions.entries()) {
          const assignment = assignments.get(readers[index % readers.length]!.memberId)!;
          assignment[topic] = [...(assignment[topic] ?? []), partition];
        }
      }
      return [...assignments].map(([memberId, assignment]) => ({
        memberId,
        memberAssignment: MemberAssignment.encode({ version, assignment, userData: Buffer.alloc(0) }),
      }));
    },
  };
}

interface Reader {
  readonly memberId: string;
  /** How many partitions the topic has, as it knows. */
  readonly count: number;
}

/** Who reads a topic, by its name, sorted by their ids. */
function readersOf(members: readonly GroupMember[]): ReadonlyMap<string, readonly Reader[]> {
  const readers = new Map<string, Reader[]>();
  for (const { memberId, memberMetadata } of members.toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1))) {
    for (const [topic, count] of decodeReads(memberMetadata) ?? [])
      readers.set(topic, [...(readers.get(topic) ?? []), { memberId, count }]);
  }
  return readers;
}

/** The partitions that there are after what the readers know. */
function told(readers: readonly Reader[]): number[] {
  const count = Math.max(...readers.map((reader) => reader.count));
  return Array.from({ length: count }, (_, partition) => partition);
}
