import type { Cluster } from 'kafkajs';

/** What kafkajs' brokers are here. */
interface Committer {
  offsetCommit(request: { readonly topics: readonly CommittedTopic[] }): Promise<unknown>;
}
interface CommittedTopic {
  readonly partitions: readonly { readonly offset: string | number }[];
}
type Find = (...args: never[]) => Promise<Committer>;

/**
 * Where an offset that is asked for is not there any more, kafkajs commits −1 or −2 in its place and so wipes out the intent beside it
 * (kafkajs #1119). Such a commit is not sent: `onOutOfRange` is called, and the fetch fails.
 */
export function refuseDefaultOffsets(cluster: Cluster, onOutOfRange: () => void): void {
  const known = new WeakSet<Committer>();
  const guard = (broker: Committer): Committer => {
    if (known.has(broker)) return broker;
    known.add(broker);
    const send = broker.offsetCommit.bind(broker);
    broker.offsetCommit = async (request) => {
      const isDefault = request.topics.some(({ partitions }) =>
        partitions.some(({ offset }) => Number(offset) < 0),
      );
      if (!isDefault) return await send(request);
      onOutOfRange();
      throw new OffsetOutOfRange();
    };
    return broker;
  };
  const finders = cluster as unknown as Record<'findBroker' | 'findGroupCoordinator', Find>;
  for (const name of ['findBroker', 'findGroupCoordinator'] as const) {
    const find = finders[name].bind(cluster);
    finders[name] = async (...args) => guard(await find(...args));
  }
}

/** Messages that were to be read next are not there any more; where to go on is found out anew. */
export class OffsetOutOfRange extends Error {
  override readonly name = 'OffsetOutOfRange';

  constructor() {
    super('Messages that were to be read next are not in Kafka any more.');
  }
}
