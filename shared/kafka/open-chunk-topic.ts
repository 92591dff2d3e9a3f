import { inTime } from '../in-time.ts';
import type { ChunkSink } from './chunk-message.ts';
import { ChunkProducer } from './chunk-producer.ts';
import { connectKafka } from './connect-kafka.ts';
import { type Behind, isFarBehind } from './is-far-behind.ts';
import { keepTrying, type TryingOptions } from './keep-trying.ts';
import { openTopic, type TopicFacts, type TopicWanted } from './topic.ts';

/** The topic of raw lines, open for sending. */
export interface ChunkTopic extends AsyncDisposable {
  readonly facts: TopicFacts;
  readonly sink: ChunkSink;
  /** Whether the group has a message that is older than `ageMs` still to count; `unreachable` where nothing can be sent either. */
  isFarBehind(group: string, ageMs: number): Promise<Behind>;
}

/** kafkajs waits for answers to all that was asked; by then it was said what of it came. */
const closeMs = 2_000;

/** Opens the topic, and makes it where it is missing; waits for brokers that are away as `trying` says, until `opening` ends that. Throws `KafkaError`. */
export async function openChunkTopic(
  wanted: TopicWanted,
  trying: TryingOptions & { readonly opening: AbortSignal },
): Promise<ChunkTopic> {
  const client = connectKafka(trying.kafka);
  const persist = keepTrying(trying);
  const persistOpening = keepTrying({ ...trying, signal: trying.opening });
  const admin = client.admin();
  const { topic } = wanted;
  try {
    const facts = await persistOpening(async () => {
      await admin.connect();
      return await openTopic(admin, wanted);
    });
    const producer = new ChunkProducer({ client, topic, persist });
    return {
      facts,
      sink: producer,
      isFarBehind: (group, ageMs) =>
        isFarBehind(admin, { topic, group, before: Date.now() - ageMs, kafka: trying.kafka }),
      async [Symbol.asyncDispose]() {
        await inTime(closeMs, Promise.all([producer[Symbol.asyncDispose](), admin.disconnect()]));
      },
    };
  } catch (error) {
    await inTime(closeMs, admin.disconnect());
    throw error;
  }
}
