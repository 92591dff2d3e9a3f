import { type AssignedPartition, PartitionLost } from '../../../shared/kafka/assigned-partition.ts';
import type { FetchedMessages } from '../../../shared/kafka/message.ts';
import { OffsetOutOfRange } from '../../../shared/kafka/refuse-default-offsets.ts';
import type { Scheduler } from '../simulation/scheduler.ts';
import type { Broker } from './broker.ts';
import type { Group, GroupMember } from './group.ts';
import type { Host } from './host.ts';

/** How likely each fault of Kafka is, a request. */
export interface KafkaFaults {
  /** A commit or a question is lost, and the client gives up. */
  lost: number;
  /** A commit is executed, and the answer is lost. */
  unacknowledged: number;
  /** A commit arrives after its client has given up on it. */
  late: number;
  /** What was fetched comes long after. */
  slow: number;
}

/** Rules of `fenced-consumer.ts` that are taken out. */
export interface BrokenMember {
  /** Signals are not aborted when the group is joined anew. */
  readonly noFence?: boolean;
  /** Where an offset is gone, the default one is committed in its place. */
  readonly defaultOffsets?: boolean;
  /** Takes itself for the only member always. */
  readonly takesItselfForAlone?: boolean;
  /** What is committed is asked before the group is joined. */
  readonly asksBeforeJoining?: boolean;
}

/** What a member is made of. */
export interface MemberOptions {
  readonly host: Host;
  readonly scheduler: Scheduler;
  readonly broker: Broker;
  readonly group: Group;
  readonly faults: KafkaFaults;
  readonly broken: BrokenMember;
  onAssigned(partitions: readonly AssignedPartition[]): void;
  onFetched(partition: AssignedPartition, fetched: FetchedMessages): boolean;
}

const requestTimeoutMs = 30_000;

/** A member of the group as `joinGroup` makes one over kafkajs: same epochs, same fetches that come late, same commits. */
export class Member implements GroupMember {
  readonly host: Host;
  readonly failed: Promise<never>;
  readonly options: MemberOptions;
  /** The generation that commits go out with, whoever asks for them. */
  generation = 0;
  committedBefore: Group['offsets'] = new Map();
  #epoch = new AbortController();
  #assigned = new Map<number, Partition>();
  #isJoining = false;
  #isClosed = false;
  #fail: (error: unknown) => void = () => undefined;

  constructor(options: MemberOptions) {
    this.options = options;
    this.host = options.host;
    this.failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => undefined);
    this.joinAnew();
  }

  joinAnew(): void {
    if (this.#isJoining || this.#isClosed) return;
    this.#isJoining = true;
    if (!this.options.broken.noFence) this.#epoch.abort(new PartitionLost());
    this.#epoch = new AbortController();
    this.#assigned = new Map();
    this.committedBefore = new Map(this.options.group.offsets);
    this.#askToJoin();
  }

  joined(generation: number, partitions: readonly number[]): void {
    if (this.#isClosed || generation <= this.generation) return;
    this.#isJoining = false;
    this.generation = generation;
    const { signal } = this.#epoch;
    this.#assigned = new Map(
      partitions.map((partition) => [partition, new Partition(this, partition, signal)]),
    );
    this.options.onAssigned([...this.#assigned.values()]);
  }

  /** The partition as the last join gave it, to which whatever was fetched is handed. */
  holderOf(partition: number): Partition | undefined {
    return this.#assigned.get(partition);
  }

  fail(error: unknown): void {
    this.#fail(error);
  }

  /** As `FencedConsumer.isAlone`. */
  async isAlone(): Promise<boolean> {
    if (this.options.broken.takesItselfForAlone) return true;
    const epoch = this.#epoch;
    const isOnly = await this.ask('the members', () => this.options.group.isOnly(this));
    return isOnly && epoch === this.#epoch && !this.#isJoining;
  }

  /** Asks the brokers for something; `find` is what they find. */
  ask<T>(what: string, find: () => T): Promise<T> {
    const { scheduler, host, faults } = this.options;
    return new Promise((resolve, reject) => {
      const isLost = scheduler.chance(faults.lost);
      scheduler.after(this.latency(), () => {
        const found = find();
        scheduler.log(() => `${host.name} asks for ${what}: ${isLost ? 'LOST' : JSON.stringify(found)}`);
        scheduler.after(isLost ? requestTimeoutMs : this.latency(), () =>
          host.deliver(() => (isLost ? reject(timedOut()) : resolve(found))),
        );
      });
    });
  }

  /** How long something takes on its way. */
  latency(): number {
    const { scheduler, faults } = this.options;
    return scheduler.chance(faults.slow) ? scheduler.between(500, 20_000) : scheduler.between(1, 40);
  }

  /** Leaves the group. */
  close(): void {
    this.#isClosed = true;
    this.#epoch.abort(new PartitionLost());
    const { scheduler, group } = this.options;
    scheduler.after(scheduler.between(1, 50), () => group.expel(this));
  }

  #askToJoin(): void {
    const { scheduler, group, faults } = this.options;
    const asked = this.generation;
    if (!scheduler.chance(faults.lost)) {
      scheduler.after(scheduler.between(1, 100), () => {
        if (!this.#isClosed) group.join(this);
      });
    }
    // An answer that does not come for a minute is asked for again.
    scheduler.after(65_000, () =>
      this.host.deliver(() => {
        if (this.#isJoining && asked === this.generation && !this.#isClosed) this.#askToJoin();
      }),
    );
  }
}

/** A partition as long as it is given to a member. */
class Partition implements AssignedPartition {
  readonly partition: number;
  readonly signal: AbortSignal;
  readonly #member: Member;
  #position: number | undefined;
  #isPaused = true;
  /** Number of the last request for messages; answers to others are stale. */
  #fetch = 0;

  constructor(member: Member, partition: number, signal: AbortSignal) {
    this.#member = member;
    this.partition = partition;
    this.signal = signal;
  }

  committed() {
    const { group, broken } = this.#member.options;
    return this.#member.ask(`offsets of ${this.partition}`, () => {
      const { offsets } = broken.asksBeforeJoining ? { offsets: this.#member.committedBefore } : group;
      const found = offsets.get(this.partition);
      return found && found.offset >= 0 ? found : undefined;
    });
  }

  watermarks() {
    const { broker } = this.#member.options;
    return this.#member.ask(`watermarks of ${this.partition}`, () => {
      const { low, high } = broker.of(this.partition);
      return { low, high };
    });
  }

  commit(offset: number, metadata: string): Promise<void> {
    const { scheduler, group, broker, faults, host } = this.#member.options;
    const { generation } = this.#member;
    if (this.signal.aborted) return Promise.reject(this.signal.reason);
    return new Promise((resolve, reject) => {
      const answer = (error?: Error) => {
        scheduler.after(scheduler.between(1, 40), () =>
          host.deliver(() => (error ? reject(this.signal.aborted ? this.signal.reason : error) : resolve())),
        );
      };
      const dice = scheduler.number();
      const isLost = dice < faults.lost;
      const isLate = !isLost && dice < faults.lost + faults.late;
      const isUnacknowledged = scheduler.chance(faults.unacknowledged);
      scheduler.log(
        () =>
          `${host.name} commits ${this.partition}: ${offset} ${metadata}${isLost ? ' LOST' : ''}${isLate ? ' LATE' : ''}`,
      );
      const execute = () => {
        const found = group.commit(this.#member, generation, [this.partition, offset, metadata]);
        if (found === 'committed') broker.of(this.partition).isUnseen = false;
        scheduler.log(() => `${host.name}'s commit of ${this.partition}: ${offset} ${found}`);
        return found;
      };
      if (isLost || isLate)
        scheduler.after(scheduler.between(1_000, requestTimeoutMs), () => answer(timedOut()));
      if (isLate) scheduler.after(scheduler.between(1_000, 2 * requestTimeoutMs), execute);
      if (isLost || isLate) return;
      scheduler.after(this.#member.latency(), () => {
        const found = execute();
        if (isUnacknowledged) answer(timedOut());
        else answer(found === 'committed' ? undefined : new PartitionLost());
      });
    });
  }

  readFrom(offset: number): void {
    if (this.signal.aborted) return;
    const { scheduler, host } = this.#member.options;
    scheduler.log(() => `${host.name} reads ${this.partition} from ${offset}`);
    this.#position = offset;
    this.#isPaused = false;
    this.#request();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    if (this.signal.aborted) return;
    this.#isPaused = false;
    this.#request();
  }

  #request(): void {
    const { scheduler } = this.#member.options;
    const [request, from] = [++this.#fetch, this.#position as number];
    scheduler.after(this.#member.latency(), () => this.#arrive(request, from));
  }

  #arrive(request: number, from: number): void {
    const { scheduler, broker, host } = this.#member.options;
    if (this.signal.aborted && this.#member.holderOf(this.partition) === this) return;
    const { low, high, messages, whenMore } = broker.of(this.partition);
    if (from < low || from > high) {
      host.deliver(() => this.#outOfRange(request));
      return;
    }
    if (from === high) {
      if (request !== this.#fetch || !host.alive) return;
      whenMore.call(broker.of(this.partition), () =>
        scheduler.after(this.#member.latency(), () => this.#arrive(request, from)),
      );
      return;
    }
    const first = messages.findIndex(({ offset }) => offset >= from);
    const some = first < 0 ? [] : messages.slice(first, first + scheduler.between(1, 4));
    const next = (some.at(-1)?.offset ?? high - 1) + 1;
    scheduler.after(this.#member.latency(), () =>
      host.deliver(() => this.#deliver(request, { from, next, messages: some })),
    );
  }

  /** Hands on what was fetched, to whoever holds the partition by now. */
  #deliver(request: number, fetched: FetchedMessages): void {
    const { scheduler, onFetched } = this.#member.options;
    const holder = this.#member.holderOf(this.partition);
    if (holder === undefined) return;
    const isStale = holder !== this || request !== this.#fetch;
    if (isStale && scheduler.chance(0.5)) return;
    if (holder.#isPaused) return;
    if (onFetched(holder, fetched)) {
      holder.#position = fetched.next;
      holder.#request();
    }
  }

  #outOfRange(request: number): void {
    const { broken, group, broker } = this.#member.options;
    if (this.signal.aborted || request !== this.#fetch) return;
    if (!broken.defaultOffsets) {
      this.#member.fail(new OffsetOutOfRange());
      return;
    }
    group.commit(this.#member, this.#member.generation, [this.partition, -1, '']);
    this.#position = broker.of(this.partition).low;
    this.#request();
  }
}

function timedOut(): Error {
  return new Error('Kafka did not answer');
}
