import type { Cluster } from 'kafkajs';
import ConsumerGroup, { type GroupMembership } from 'kafkajs/src/consumer/consumerGroup.js';

const joins = new WeakMap<GroupMembership, Promise<void>>();
const groups = new WeakMap<Cluster, GroupMembership>();
const { joinAndSync } = ConsumerGroup.prototype;

/**
 * kafkajs fetches from each broker by itself, and each of these fetchers that finds the leaders moved, or the topic changed, joins the group anew by itself:
 * two at a time mix up which generation they are in. Whoever asks while the member joins waits for that join.
 */
ConsumerGroup.prototype.joinAndSync = function (this: GroupMembership): Promise<void> {
  groups.set(this.cluster, this);
  const joining = joins.get(this) ?? joinAndSync.call(this).finally(() => joins.delete(this));
  joins.set(this, joining);
  return joining;
};

/** Commits as a member of the generation that was joined last, also when another has been joined since: the broker refuses it then. */
export type CommitOffsets = GroupMembership['offsetManager']['commitOffsets'];

/** What commits in the generation that a consumer, known by its cluster, has just joined. */
export function commitsOf(cluster: Cluster): CommitOffsets {
  const manager = groups.get(cluster)?.offsetManager;
  if (manager === undefined) throw new Error('The group has not been joined.');
  return (offsets) => manager.commitOffsets(offsets);
}
