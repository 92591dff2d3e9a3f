import { type Admin, KafkaError } from '../../shared/kafka/connect-kafka.ts';
import { countPartitions } from '../../shared/kafka/topic.ts';

interface Numbered {
  readonly topic: string;
  /** How many it has now. */
  readonly partitions: number;
  /** How many it had when it was counted first. */
  readonly first: number;
}

/**
 * A source has its partition by their number, so with another number two ingesters would count one source at a time. Throws `KafkaError`.
 */
export function requireFirst({ topic, partitions, first }: Numbered): void {
  if (partitions === first) return;
  throw new KafkaError(
    'topic_settings',
    `The topic ${topic} has ${partitions} partitions, and was counted with ${first}. The number is fixed from day one, as it decides which ` +
      'partition a log goes to: name a new topic with --topic, and the same to `tallymark ship`.',
  );
}

/** Looks whether partitions were added since. Throws `KafkaError`, and what kafkajs throws. */
export async function requirePartitions({
  admin,
  topic,
  facts: { partitions: first },
}: {
  readonly admin: Admin;
  readonly topic: string;
  readonly facts: { readonly partitions: number };
}): Promise<void> {
  const partitions = await countPartitions(admin, topic);
  // One that is missing is told by who reads it.
  if (partitions !== undefined) requireFirst({ topic, partitions, first });
}
