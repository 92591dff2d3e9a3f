import type { Cluster } from 'kafkajs';

interface Beginnings {
  getNodeIds(): string[];
  findGroupCoordinator: Cluster['findGroupCoordinator'];
}

/**
 * Once a member has left, its consumer neither joins again nor makes fetchers. kafkajs does both of one that is to stop: whatever fails joins
 * the group anew, and where brokers come or go just then it makes new fetchers, which ask in a circle without ever letting anything else
 * run, timers and signals included. Without brokers it makes none.
 */
export function beginNothingMore(cluster: Cluster, hasLeft: () => boolean): void {
  const own = cluster as unknown as Beginnings;
  const getNodeIds = own.getNodeIds.bind(cluster);
  const findGroupCoordinator = own.findGroupCoordinator.bind(cluster);
  own.getNodeIds = () => (hasLeft() ? [] : getNodeIds());
  own.findGroupCoordinator = async (group) => {
    if (hasLeft()) throw new Error('The member has left its group.');
    return await findGroupCoordinator(group);
  };
}
