import type { Cluster } from 'kafkajs';
import { KafkaError } from './kafka-error.ts';

/** What kafkajs' brokers are here. */
interface Fetcher {
  fetch(request: FetchRequest): Promise<FetchAnswer>;
}
interface FetchRequest {
  readonly maxWaitTime: number;
  readonly maxBytes: number;
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly Wanted[] }[];
}
interface Wanted {
  readonly partition: number;
  readonly fetchOffset: string;
  readonly maxBytes: number;
}
interface FetchAnswer {
  readonly responses: readonly unknown[];
}

/** A batch of messages that nobody can read here, at the offset that is to be read next. */
export interface Unreadable {
  readonly partition: number;
  readonly offset: number;
  readonly error: KafkaError;
}

/**
 * Where a batch cannot be read, kafkajs throws away all that the broker has answered: what is before it, and all other partitions. So they are
 * asked for again, each by itself, and where that fails batch by batch. Of a partition whose next batch is such a one nothing is answered, and
 * `onUnreadable` is called; it is asked for again at once unless it is paused.
 */
export function fetchAround(cluster: Cluster, onUnreadable: (found: Unreadable) => void): void {
  const known = new WeakSet<Fetcher>();
  const finder = cluster as unknown as { findBroker(...args: never[]): Promise<Fetcher> };
  const findBroker = finder.findBroker.bind(cluster);
  finder.findBroker = async (...args) => {
    const broker = await findBroker(...args);
    if (known.has(broker)) return broker;
    known.add(broker);
    const fetch = broker.fetch.bind(broker);
    broker.fetch = async (request) => {
      const answer = await unlessUnreadable(fetch(request));
      return answer instanceof KafkaError ? await fetchApart(fetch, request, onUnreadable) : answer;
    };
    return broker;
  };
}

async function fetchApart(
  fetch: Fetcher['fetch'],
  request: FetchRequest,
  onUnreadable: (found: Unreadable) => void,
): Promise<FetchAnswer> {
  const responses: unknown[] = [];
  for (const { topic, partitions } of request.topics) {
    for (const wanted of partitions) {
      // Kafka answers with one batch, however large it is, where it is asked for less.
      let answer: FetchAnswer | KafkaError | undefined;
      for (const maxBytes of [wanted.maxBytes, 1]) {
        const topics = [{ topic, partitions: [{ ...wanted, maxBytes }] }];
        answer = await unlessUnreadable(fetch({ ...request, maxWaitTime: 0, maxBytes, topics }));
        if (!(answer instanceof KafkaError)) break;
      }
      const { partition, fetchOffset } = wanted;
      if (answer instanceof KafkaError)
        onUnreadable({ partition, offset: Number(fetchOffset), error: answer });
      else responses.push(...(answer?.responses ?? []));
    }
  }
  return { responses };
}

/** An answer, or why a batch of it cannot be read. */
async function unlessUnreadable(answer: Promise<FetchAnswer>): Promise<FetchAnswer | KafkaError> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof KafkaError && (error.code === 'unknown_codec' || error.code === 'damaged'))
      return error;
    throw error;
  }
}
