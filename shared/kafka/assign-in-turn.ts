import { type Assigner, AssignerProtocol, type Cluster, type GroupMember } from 'kafkajs';
import { causesOf } from './keep-trying.ts';

const { MemberAssignment, MemberMetadata } = AssignerProtocol;
const version = 0;

/** The name that members of a group have to share: a consumer of another kind is refused by the broker. */
export const assignerName = 'tallymark';

/**
 * Gives the partitions of each topic in turn to the members that read it: some may read another one already, as where a topic is given up. `beforeJoin`
 * is called each time, before the group is joined.
 */
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
      const readers = readersOf(members);
      const assignments = new Map(members.map(({ memberId }) => [memberId, {} as Record<string, number[]>]));
      for (const [topic, memberIds] of readers) {
        const partitions = await partitionsOf(cluster, topic, topics);
        for (const [index, partition] of partitions.entries()) {
          const assignment = assignments.get(memberIds[index % memberIds.length]!)!;
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

/** Ids of the members that read a topic, sorted, by its name. */
function readersOf(members: readonly GroupMember[]): ReadonlyMap<string, readonly string[]> {
  const readers = new Map<string, string[]>();
  for (const { memberId, memberMetadata } of members) {
    for (const topic of MemberMetadata.decode(memberMetadata)?.topics ?? [])
      readers.set(topic, [...(readers.get(topic) ?? []), memberId]);
  }
  for (const memberIds of readers.values()) memberIds.sort();
  return readers;
}

/** What kafkajs' types leave out. */
interface Asked {
  metadata(asked: { readonly topics: readonly string[] }): Promise<unknown>;
}

/** Of a topic that is not among our `own` the brokers are asked; none where it is gone, which is no matter of who reads the others. */
async function partitionsOf(cluster: Cluster, topic: string, own: readonly string[]): Promise<number[]> {
  try {
    // Together with our own, since only what was asked for last is kept.
    if (!own.includes(topic)) await (cluster as unknown as Asked).metadata({ topics: [...own, topic] });
    return cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
  } catch (error) {
    if (causesOf(error).some(({ type }) => type === 'UNKNOWN_TOPIC_OR_PARTITION')) return [];
    throw error;
  }
}
