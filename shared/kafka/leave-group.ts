import type { Cluster, Kafka } from 'kafkajs';
import { assignInTurn } from './assign-in-turn.ts';

/** What kafkajs' types leave out. */
interface Coordinator {
  leaveGroup(request: { readonly groupId: string; readonly memberId: string }): Promise<unknown>;
}

/** Who leaves what. */
export interface Leaving {
  readonly group: string;
  readonly topic: string;
  readonly memberId: string;
}

/**
 * Takes a member out of its group over another connection: on its own the broker answers nothing before the join that it waits for, and that
 * may take a minute. Throws what kafkajs throws.
 */
export async function leaveGroup(kafka: Kafka, { group, topic, memberId }: Leaving): Promise<void> {
  let found: Cluster | undefined;
  const other = kafka.consumer({
    groupId: group,
    allowAutoTopicCreation: false,
    partitionAssigners: [
      ({ cluster }) => {
        found = cluster;
        return assignInTurn(cluster, () => undefined);
      },
    ],
  });
  try {
    await other.connect();
    // Which brokers there are it learns with a topic.
    await other.subscribe({ topics: [topic] });
    const coordinator = (await found?.findGroupCoordinator({ groupId: group })) as Coordinator | undefined;
    await coordinator?.leaveGroup({ groupId: group, memberId });
  } finally {
    await other.disconnect();
  }
}
