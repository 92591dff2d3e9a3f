import type { Cluster } from 'kafkajs';
import { dropAborted } from './drop-aborted.ts';
import type { FetchedPartition } from './fetched-partition.ts';
import { KafkaError } from './kafka-error.ts';
import { withPassage } from './passage.ts';
import { whyUnreadable } from './why-unreadable.ts';

/** What kafkajs' brokers are here. */
interface Fetcher {
  readonly brokerAddress: string;
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
  readonly responses: readonly {
    readonly topicName: string;
    readonly partitions: readonly FetchedPartition[];
  }[];
}

/** Messages that cannot be read, here or by the broker, at the offset that is to be read next. */
export interface Unreadable {
  readonly partition: number;
  readonly offset: number;
  readonly error: KafkaError;
}

/** What an answer is told of, by partition, before whoever asked has it. */
interface FetchListener {
  onUnreadable(found: Unreadable): void;
  /** It was answered well, with messages or without. */
  onReadable(partition: number): void;
}

/**
 * Where a batch cannot be read, or the broker answers with an error of one partition, kafkajs throws away all that the broker has answered:
 * what is before it, and all other partitions. So they are asked for again, each by itself, and where that fails batch by batch. Of a
 * partition whose next batch is such a one nothing is answered, and `onUnreadable` is called; it is asked for again at once unless it is
 * paused. What is there beside messages is answered as `drop-aborted.ts` and `passage.ts` say.
 */
export function fetchAround(cluster: Cluster, listener: FetchListener): void {
  const known = new WeakSet<Fetcher>();
  const finder = cluster as unknown as { findBroker(...args: never[]): Promise<Fetcher> };
  const findBroker = finder.findBroker.bind(cluster);
  finder.findBroker = async (...args) => {
    const broker = await findBroker(...args);
    if (known.has(broker)) return broker;
    known.add(broker);
    const fetch = broker.fetch.bind(broker);
    const tryFetch = (request: FetchRequest) => unlessUnreadable(fetch(request), broker.brokerAddress);
    broker.fetch = async (request) => {
      const whole = await tryFetch(request);
      const { answer, unreadable } =
        whole instanceof KafkaError ? await fetchApart(tryFetch, request) : { answer: whole, unreadable: [] };
      for (const found of unreadable) listener.onUnreadable(found);
      for (const { partition } of answer.responses.flatMap(({ partitions }) => partitions))
        listener.onReadable(partition);
      // Of a log whose disk has failed another broker may have become the leader, which kafkajs would learn in minutes.
      if (unreadable.length > 0) cluster.refreshMetadata().catch(() => undefined);
      return withPassages(answer, request);
    };
    return broker;
  };
}

async function fetchApart(
  tryFetch: (request: FetchRequest) => Promise<FetchAnswer | KafkaError>,
  request: FetchRequest,
): Promise<{ readonly answer: FetchAnswer; readonly unreadable: readonly Unreadable[] }> {
  const responses: FetchAnswer['responses'][number][] = [];
  const unreadable: Unreadable[] = [];
  for (const { topic, partitions } of request.topics) {
    for (const wanted of partitions) {
      // Kafka answers with one batch, however large it is, where it is asked for less.
      let answer: FetchAnswer | KafkaError | undefined;
      for (const maxBytes of [wanted.maxBytes, 1]) {
        const topics = [{ topic, partitions: [{ ...wanted, maxBytes }] }];
        answer = await tryFetch({ ...request, maxWaitTime: 0, maxBytes, topics });
        if (!(answer instanceof KafkaError)) break;
      }
      const { partition, fetchOffset } = wanted;
      if (answer instanceof KafkaError)
        unreadable.push({ partition, offset: Number(fetchOffset), error: answer });
      else responses.push(...(answer?.responses ?? []));
    }
  }
  return { answer: { responses }, unreadable };
}

/** An answer, or why messages of one partition cannot be read. */
async function unlessUnreadable(
  answer: Promise<FetchAnswer>,
  broker: string,
): Promise<FetchAnswer | KafkaError> {
  try {
    return await answer;
  } catch (error) {
    const why = whyUnreadable(error, broker);
    if (why === undefined) throw error;
    return why;
  }
}

function withPassages(answer: FetchAnswer, { topics }: FetchRequest): FetchAnswer {
  const responses = answer.responses.map(({ topicName, partitions }) => {
    const wanted = topics.find(({ topic }) => topic === topicName)?.partitions;
    const offsetOf = (asked: number) => wanted?.find(({ partition }) => partition === asked)?.fetchOffset;
    const found = partitions.map((one) => withPassage(dropAborted(one), Number(offsetOf(one.partition))));
    return { topicName, partitions: found };
  });
  return { ...answer, responses };
}
