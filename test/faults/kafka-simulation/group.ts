import type { Scheduler } from '../simulation/scheduler.ts';
import type { Host } from './host.ts';

/** A member as the coordinator of its group sees it. */
export interface GroupMember {
  readonly host: Host;
  /** The next answer to a heartbeat says that the group has to be joined anew. */
  joinAnew(): void;
  /** The group is joined. */
  joined(generation: number, partitions: readonly number[]): void;
}

/** How the coordinator answers a commit. */
export type CommitAnswer = 'committed' | 'ILLEGAL_GENERATION' | 'UNKNOWN_MEMBER_ID';

const rebalanceTimeoutMs = 60_000;
const heartbeatMs = 3_000;

/**
 * The coordinator of a group with eager rebalancing: any change has all members join anew. Commits are checked for their generation, and
 * not for who has the partition (kafkajs #1046).
 */
export class Group {
  readonly #scheduler: Scheduler;
  readonly #partitions: number;
  /** Members and the last generation, by our own number, that each has asked to be in. */
  readonly #members = new Map<GroupMember, number>();
  /** Who has joined the generation that is being formed; undefined while there is none. */
  #joining: Set<GroupMember> | undefined;
  #round = 0;
  generation = 0;
  offsets = new Map<number, { readonly offset: number; readonly metadata: string }>();

  constructor(scheduler: Scheduler, partitions: number) {
    this.#scheduler = scheduler;
    this.#partitions = partitions;
  }

  get isEmpty(): boolean {
    return this.#members.size === 0;
  }

  /** Whether it is a member, and nobody else is. */
  isOnly(member: GroupMember): boolean {
    return this.#members.size === 1 && this.#members.has(member);
  }

  /** A request to join arrives. */
  join(member: GroupMember): void {
    if (!member.host.alive) return;
    this.#members.set(member, this.#round);
    member.host.onSilence = () => this.expel(member);
    this.#prepare();
    this.#members.set(member, this.#round);
    this.#joining?.add(member);
    this.#completeIfAll();
  }

  /** It leaves, or gave no sign of life. */
  expel(member: GroupMember): void {
    if (!this.#members.delete(member)) return;
    this.#scheduler.log(() => `${member.host.name} is a member no more`);
    this.#joining?.delete(member);
    this.#tell(member);
    if (this.#members.size === 0) this.#joining = undefined;
    else this.#prepare();
    this.#completeIfAll();
  }

  /** A living member is taken for dead. */
  disturb(): void {
    const members = [...this.#members.keys()];
    if (members.length > 0) this.expel(this.#scheduler.pick(members));
  }

  commit(
    member: GroupMember,
    generation: number,
    [partition, offset, metadata]: readonly [number, number, string],
  ): CommitAnswer {
    if (!this.#members.has(member)) return 'UNKNOWN_MEMBER_ID';
    if (generation !== this.generation) return 'ILLEGAL_GENERATION';
    this.offsets.set(partition, { offset, metadata });
    return 'committed';
  }

  #prepare(): void {
    if (this.#joining) return;
    this.#joining = new Set();
    const round = ++this.#round;
    for (const member of this.#members.keys()) this.#tell(member);
    this.#scheduler.after(rebalanceTimeoutMs, () => {
      if (round === this.#round && this.#joining) this.#complete();
    });
  }

  /** By the next heartbeat. */
  #tell(member: GroupMember): void {
    const { host } = member;
    const round = this.#round;
    const hear = () => {
      if ((this.#members.get(member) ?? 0) < round) member.joinAnew();
    };
    host.deliver(() =>
      this.#scheduler.after(this.#scheduler.between(0, heartbeatMs), () => host.deliver(hear)),
    );
  }

  #completeIfAll(): void {
    const joining = this.#joining;
    if (joining && joining.size > 0 && joining.size === this.#members.size) this.#complete();
  }

  #complete(): void {
    const joined = [...(this.#joining ?? [])];
    this.#joining = undefined;
    for (const member of [...this.#members.keys()].filter((each) => !joined.includes(each))) {
      this.#members.delete(member);
      this.#tell(member);
    }
    if (joined.length === 0) return;
    const generation = ++this.generation;
    const all = Array.from({ length: this.#partitions }, (_, partition) => partition);
    for (const [index, member] of joined.entries()) {
      const given = all.filter((partition) => partition % joined.length === index);
      this.#scheduler.log(() => `generation ${generation} gives ${member.host.name} [${given}]`);
      this.#scheduler.after(this.#scheduler.between(1, 200), () =>
        member.host.deliver(() => member.joined(generation, given)),
      );
    }
  }
}
