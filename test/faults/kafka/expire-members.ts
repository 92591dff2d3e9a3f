import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectKafka } from '../../../shared/kafka/connect-kafka.ts';

const LEAVE_GROUP = 13;
const notAMember = 25;

/**
 * Makes the brokers take all members of a group for dead, as they do when a session of 30 s has passed without a sign of life: who is alive
 * joins anew, who was killed is not waited for, who is stopped finds its partitions with others when it goes on.
 */
export async function expireMembers(brokers: readonly string[], group: string): Promise<void> {
  for (const member of await membersOf(brokers, group)) {
    // Only the group's coordinator takes it; the others answer that they are not.
    const answers = await Promise.all(brokers.map((broker) => leaveFor(broker, group, member)));
    if (!answers.some((answer) => answer === 0 || answer === notAMember))
      throw new Error(`the group does not let a member go: ${answers.join(', ')}`);
  }
}

/** Ids of the members of a group, whatever state it is in. */
async function membersOf(brokers: readonly string[], group: string): Promise<string[]> {
  const admin = connectKafka({ brokers }).admin();
  try {
    await admin.connect();
    const { groups } = await admin.describeGroups([group]);
    return groups[0]?.members.map(({ memberId }) => memberId) ?? [];
  } finally {
    await admin.disconnect();
  }
}

/** Longest time in which a group gets its members: the sessions of some that were killed have to pass, on a busy machine. */
const patienceMs = 120_000;

/** Waits until a group has so many members; throws what it has where it does not get them. */
export async function untilMembers(brokers: readonly string[], group: string, count: number): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const found = await membersOf(brokers, group).then(
      (members) => members.length,
      (error: Error) => error.message,
    );
    if (found === count) return;
    if (performance.now() > deadline) throw new Error(`the group has ${found} members, and not ${count}`);
    await sleep(100);
  }
}

/** Leaves in the name of a member, as https://kafka.apache.org/protocol#The_Messages_LeaveGroup version 0; the broker's error code, -1 where there is none. */
async function leaveFor(broker: string, group: string, member: string): Promise<number> {
  const [host, port] = broker.split(':') as [string, string];
  const header = Buffer.alloc(8);
  header.writeInt16BE(LEAVE_GROUP, 0);
  const request = Buffer.concat([header, text('test'), text(group), text(member)]);
  const size = Buffer.alloc(4);
  size.writeInt32BE(request.length);
  const socket = connect(Number(port), host);
  try {
    await once(socket, 'connect');
    socket.write(Buffer.concat([size, request]));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return answer.readInt16BE(8);
  } catch {
    return -1;
  } finally {
    socket.destroy();
  }
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(2);
  length.writeInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
