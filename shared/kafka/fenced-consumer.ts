import type { Admin, Cluster, Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { inTime, unlessAborted } from '../in-time.ts';
import { assignInTurn } from './assign-in-turn.ts';
import { type AssignedPartition, PartitionLost } from './assigned-partition.ts';
import { beginNothingMore } from './begin-nothing-more.ts';
import { connectKafka, type KafkaAddress } from './connect-kafka.ts';
import { cuttableSockets } from './cuttable-sockets.ts';
import { FencedPartition } from './fenced-partition.ts';
import { fetchAround, type Unreadable } from './fetch-around.ts';
import { leaveGroup } from './leave-group.ts';
import { mayRead } from './member-metadata.ts';
import type { FetchedMessages } from './message.ts';
import { commitsOf } from './one-join-at-a-time.ts';
import { fetchedOf } from './passage.ts';
import { OffsetOutOfRange, refuseDefaultOffsets } from './refuse-default-offsets.ts';

/** Which group reads what, and who is told of it. */
export interface ConsumerOptions {
  readonly kafka: KafkaAddress;
  readonly topic: string;
  readonly group: string;
  /** Ends joining. */
  readonly signal: AbortSignal;
  /** The group was joined, and gives these partitions; those it gave before are lost. */
  onAssigned(partitions: readonly AssignedPartition[]): void;
  /** False where these are not the messages that are wanted; they are then fetched again when `readFrom` says so. */
  onFetched(partition: AssignedPartition, fetched: FetchedMessages): boolean;
  /** A partition has a batch that cannot be read; it is tried again after a while, and the others are read meanwhile. */
  onUnreadable(found: Unreadable): void;
  /** A partition was asked for and answered well, with messages or without. */
  onReadable(partition: number): void;
}

/** A member of a group. Disposing of it leaves the group, or where the brokers do not let it in a few seconds, all of its connections. */
export interface FencedConsumer extends AsyncDisposable {
  /** Rejects when the member cannot go on: a new one has to be made. Never resolves. */
  readonly failed: Promise<never>;
  /**
   * Whether the group's coordinator knows this member and no other that reads the topic, and it has not begun to join anew meanwhile: since it
   * was given its partitions nobody else has had any then. Throws what kafkajs throws.
   */
  isAlone(): Promise<boolean>;
}

/** A member that gives no sign of life for so long is taken for dead by the group. */
const sessionTimeoutMs = 30_000;
/** How long the group waits for members that are to join anew. */
const rebalanceTimeoutMs = 60_000;
const heartbeatMs = 3_000;
/** How long leaving may take: others get the partitions at once then, and else when the session has passed. */
const leaveMs = 4_000;
/** How long a fetch waits where there is nothing. */
const fetchWaitMs = 200;
const partitionFetchBytes = 1 << 20;
const fetchBytes = 8 << 20;

/**
 * Joins a group and fetches what it gives. The broker checks a member's generation and not what it owns (kafkajs #1046), so each join begins
 * an epoch of our own, before the request is sent, and nothing of an earlier epoch is committed any more, which would be with a generation
 * that is over besides. Undefined where the signal ended it.
 */
export async function joinGroup(options: ConsumerOptions): Promise<FencedConsumer | undefined> {
  const member = new Member(options);
  try {
    await unlessAborted(member.started, options.signal);
    return member;
  } catch (error) {
    await member[Symbol.asyncDispose]();
    if (options.signal.aborted) return undefined;
    throw error;
  }
}

class Member implements FencedConsumer {
  readonly failed: Promise<never>;
  readonly started: Promise<void>;
  readonly #options: ConsumerOptions;
  readonly #sockets = cuttableSockets();
  readonly #kafka: Kafka;
  readonly #consumer: Consumer;
  readonly #admin: Admin;
  #cluster: Cluster | undefined;
  #epoch = new AbortController();
  #assigned = new Map<number, FencedPartition>();
  /** As which the group knows us; undefined before it was joined. */
  #memberId: string | undefined;
  #isJoining = false;
  #hasLeft = false;
  #fail: (error: unknown) => void = () => undefined;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    this.#kafka = connectKafka(options.kafka, this.#sockets);
    this.#admin = this.#kafka.admin();
    this.failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    // Whoever does not wait for it learns of it by the partitions' signals.
    this.failed.catch(() => undefined);
    this.#consumer = this.#kafka.consumer({
      groupId: options.group,
      allowAutoTopicCreation: false,
      partitionAssigners: [
        ({ cluster }) => {
          this.#cluster = cluster;
          beginNothingMore(cluster, () => this.#hasLeft);
          refuseDefaultOffsets(cluster, () => this.#fail(new OffsetOutOfRange()));
          fetchAround(cluster, {
            onUnreadable: (found) => this.#leaveAlone(found),
            onReadable: (partition) => this.#options.onReadable(partition),
          });
          return assignInTurn(cluster, () => this.#beginEpoch());
        },
      ],
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: rebalanceTimeoutMs,
      heartbeatInterval: heartbeatMs,
      maxWaitTimeInMs: fetchWaitMs,
      maxBytesPerPartition: partitionFetchBytes,
      maxBytes: fetchBytes,
      retry: { retries: 5, restartOnFailure: async () => false },
    });
    this.started = this.#start();
  }

  async #start(): Promise<void> {
    const { topic } = this.#options;
    const { GROUP_JOIN, CRASH } = this.#consumer.events;
    this.#consumer.on(GROUP_JOIN, ({ payload: { memberId, memberAssignment } }) => {
      this.#memberId = memberId;
      this.#isJoining = false;
      this.#assign(memberAssignment[topic] ?? []);
    });
    this.#consumer.on(CRASH, ({ payload }) => this.#fail(payload.error));
    await Promise.all([this.#admin.connect(), this.#consumer.connect()]);
    await this.#consumer.subscribe({ topics: [topic], fromBeginning: true });
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async (payload) => this.#take(payload),
    });
  }

  async isAlone(): Promise<boolean> {
    const epoch = this.#epoch;
    const { group, topic } = this.#options;
    const { groups } = await this.#admin.describeGroups([group]);
    const readers = groups.flatMap(({ members }) => members).filter((member) => mayRead(member, topic));
    const isOnly = readers.length === 1 && readers[0]!.memberId === this.#memberId;
    return isOnly && epoch === this.#epoch && !this.#isJoining;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#hasLeft = true;
    this.#epoch.abort(new PartitionLost());
    await inTime(leaveMs, this.#leave());
    // Whatever still waits for brokers must not go on when they answer at last.
    this.#sockets.cut();
  }

  async #leave(): Promise<void> {
    const { group, topic } = this.#options;
    const memberId = this.#memberId;
    if (this.#isJoining && memberId !== undefined) {
      await leaveGroup(this.#kafka, { group, topic, memberId }).catch(() => undefined);
    }
    // Who joins for the first time is named by the answer alone, and kafkajs does not leave for it before.
    await this.started.catch(() => undefined);
    await this.#consumer.disconnect().catch(() => undefined);
    await this.#admin.disconnect().catch(() => undefined);
  }

  #beginEpoch(): void {
    this.#isJoining = true;
    this.#epoch.abort(new PartitionLost());
    this.#epoch = new AbortController();
    this.#assigned = new Map();
    // Where to read from has to be found out first.
    this.#consumer.pause([{ topic: this.#options.topic }]);
  }

  #assign(partitions: readonly number[]): void {
    if (this.#hasLeft) return;
    const { topic, group } = this.#options;
    const around = {
      ...{ topic, group, consumer: this.#consumer, admin: this.#admin, signal: this.#epoch.signal },
      commitOffsets: commitsOf(this.#cluster!),
    };
    this.#assigned = new Map(
      partitions.map((partition) => [partition, new FencedPartition(partition, around)]),
    );
    // One by one: pausing one of them later ends a pause of all.
    this.#consumer.pause([{ topic, partitions: [...partitions] }]);
    this.#options.onAssigned([...this.#assigned.values()]);
  }

  #take({ batch, resolveOffset, isStale }: EachBatchPayload): void {
    const partition = this.#assigned.get(batch.partition);
    // Where it is to be read from elsewhere, kafkajs goes there after it, and would come by here once more.
    if (partition === undefined || isStale()) return;
    if (this.#options.onFetched(partition, fetchedOf(batch))) resolveOffset(batch.lastOffset());
  }

  #leaveAlone(found: Unreadable): void {
    const partition = this.#assigned.get(found.partition);
    // One that was asked for before the group was joined anew, and is not read yet.
    if (!partition?.isRead) return;
    partition.leaveAlone();
    this.#options.onUnreadable(found);
  }
}
