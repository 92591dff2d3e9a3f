import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { inTime } from '../in-time.ts';
import { assignerName } from './assign-in-turn.ts';
import { asKafkaError, connectKafka, type KafkaAddress, KafkaError } from './connect-kafka.ts';
import { type OffsetNote, readNote } from './offset-note.ts';
import { describeTopic, type TopicFacts, type TopicWanted } from './topic.ts';

/** A partition as Kafka has it, and how far a group is in it. */
export interface PartitionFacts {
  readonly partition: number;
  /** Offset of the first message that is still there. */
  readonly low: number;
  /** Offset after the last one. */
  readonly high: number;
  /** What the group has committed, if anything; the note as `readNote` gives it. */
  readonly committed:
    | { readonly offset: number; readonly note: OffsetNote | 'strange' | undefined }
    | undefined;
}

/** How many processes read for a group just now. The broker lets one kind in only, so that one of the two is 0. */
export interface GroupMembers {
  readonly ingesters: number;
  /** Consumers that are none of ours. */
  readonly strangers: number;
}

/** A group and its topic, to be looked at; nothing is changed. All throw `KafkaError`. */
export interface OpenGroup extends AsyncDisposable {
  readonly brokers: number;
  /** The topic as it is; `KafkaError` `no_topic` where it is missing. */
  topic(): Promise<TopicFacts>;
  members(): Promise<GroupMembers>;
  partitions(): Promise<PartitionFacts[]>;
  /** Whether a message that the group has not committed is older than `ageMs`. */
  hasOlder(partitions: readonly PartitionFacts[], ageMs: number): Promise<boolean>;
}

/** Connects to look at a group. Throws `KafkaError`. */
export async function openGroup(
  address: KafkaAddress,
  { group, ...wanted }: TopicWanted & { readonly group: string },
): Promise<OpenGroup> {
  const admin = connectKafka(address).admin();
  const inWords = <T>(ask: () => Promise<T>) => askInTime(address, ask);
  // kafkajs waits for what is still asked.
  const close = async () => void (await inTime(closeMs, admin.disconnect()));
  const { brokers } = await inWords(async () => {
    await admin.connect();
    return await admin.describeCluster();
  }).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return {
    brokers: brokers.length,
    topic: () => inWords(() => describeTopic(admin, wanted)),
    members: () => inWords(() => countMembers(admin, group)),
    partitions: () => inWords(() => readPartitions(admin, wanted.topic, group)),
    hasOlder: (partitions, ageMs) =>
      inWords(() => isBehind(admin, wanted.topic, { partitions, before: Math.round(Date.now() - ageMs) })),
    [Symbol.asyncDispose]: close,
  };
}

/** Whoever looks does not wait as long as whoever counts. */
const answerMs = 15_000;
const closeMs = 1_000;

async function askInTime<T>(address: KafkaAddress, ask: () => Promise<T>): Promise<T> {
  const over = new AbortController();
  const late = sleep(answerMs, undefined, { signal: over.signal }).then(() => {
    const where = address.brokers.join(', ');
    throw new KafkaError(
      'unreachable',
      `Kafka at ${where} does not answer in time. Check --brokers and that the broker runs.`,
    );
  });
  try {
    return await Promise.race([ask(), late]);
  } catch (error) {
    throw asKafkaError(error, address);
  } finally {
    over.abort();
  }
}

/** While members join, a broker does not say of what kind they are. */
const joiningMs = 5_000;
const lookMs = 200;

/** Where they have not joined in time, a member is taken for one of ours. */
async function countMembers(admin: Admin, group: string): Promise<GroupMembers> {
  for (const deadline = performance.now() + joiningMs; ; await sleep(lookMs)) {
    const { groups } = await admin.describeGroups([group]);
    const { members = [], protocol, protocolType, state } = groups[0] ?? {};
    const isJoining = state === 'PreparingRebalance' || state === 'CompletingRebalance';
    if (isJoining && performance.now() < deadline) continue;
    const areOurs = protocolType === 'consumer' && (protocol === assignerName || isJoining);
    const count = members.length;
    return areOurs ? { ingesters: count, strangers: 0 } : { ingesters: 0, strangers: count };
  }
}

/** The offsets first: what is counted meanwhile is then ahead of them, and never behind. */
async function readPartitions(admin: Admin, topic: string, group: string): Promise<PartitionFacts[]> {
  const [committed] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
  const ends = await admin.fetchTopicOffsets(topic);
  const known = new Map(committed?.partitions.map((one) => [one.partition, one]));
  return ends
    .map(({ partition, low, high }) => {
      const found = known.get(partition);
      const offset = Number(found?.offset ?? -1);
      return {
        partition,
        low: Number(low),
        high: Number(high),
        committed: offset < 0 ? undefined : { offset, note: readNote(found?.metadata) },
      };
    })
    .sort((a, b) => a.partition - b.partition);
}

interface Behind {
  readonly partitions: readonly PartitionFacts[];
  /** Milliseconds since 1970, on the brokers' clock. */
  readonly before: number;
}

async function isBehind(admin: Admin, topic: string, { partitions, before }: Behind): Promise<boolean> {
  const since = await admin.fetchTopicOffsetsByTimestamp(topic, before);
  const firsts = new Map(since.map(({ partition, offset }) => [partition, Number(offset)]));
  return partitions.some((facts) => nextOf(facts) < (firsts.get(facts.partition) ?? 0));
}

/** Where the group reads on; what is gone is no part of its work any more. */
export function nextOf({ low, committed }: PartitionFacts): number {
  return Math.max(low, committed?.offset ?? low);
}
