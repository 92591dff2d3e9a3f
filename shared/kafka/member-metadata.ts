import { AssignerProtocol } from 'kafkajs';

const { MemberMetadata } = AssignerProtocol;
const version = 0;
/** Of a number of partitions. */
const numberBytes = 4;

/** The topics that a member of a group reads, and how many partitions each has, as far as the member knows. */
export type Reads = ReadonlyMap<string, number>;

/** What a member tells its group as it joins: "metadata" of Kafka's consumer protocol, with the numbers of partitions as its "user data". */
export function encodeReads(reads: Reads): Buffer {
  const userData = Buffer.alloc(reads.size * numberBytes);
  [...reads.values()].forEach(
    (partitions, index) => void userData.writeInt32BE(partitions, index * numberBytes),
  );
  return MemberMetadata.encode({ version, topics: [...reads.keys()], userData });
}

/** Undefined where it cannot be told, as while a group is joined, when brokers tell nothing of its members. Without a number there are 0 partitions. */
export function decodeReads(metadata: Buffer): Reads | undefined {
  try {
    const { topics = [], userData } = MemberMetadata.decode(metadata) ?? {};
    const numberOf = (at: number) =>
      userData && userData.length >= at + numberBytes ? userData.readInt32BE(at) : 0;
    return new Map(topics.map((topic, index) => [topic, numberOf(index * numberBytes)]));
  } catch {
    return undefined;
  }
}

/** Whether a member of a group reads a topic, or may do so. */
export function mayRead({ memberMetadata }: { readonly memberMetadata: Buffer }, topic: string): boolean {
  return decodeReads(memberMetadata)?.has(topic) ?? true;
}
