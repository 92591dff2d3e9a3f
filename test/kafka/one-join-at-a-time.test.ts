import { createRequire } from 'node:module';
import type { Cluster } from 'kafkajs';
import { AssignerProtocol } from 'kafkajs';
import { describe, expect, test } from 'vitest';
import { commitsOf } from '../../shared/kafka/one-join-at-a-time.ts';

const require = createRequire(import.meta.url);
const ConsumerGroup = require('kafkajs/src/consumer/consumerGroup');
const { createLogger } = require('kafkajs/src/loggers');

/** A coordinator that gives out a new generation each time, and what it was asked. */
function group() {
  const asked: string[] = [];
  let generation = 0;
  const memberAssignment = AssignerProtocol.MemberAssignment.encode({
    version: 0,
    assignment: { lines: [0] },
    userData: Buffer.alloc(0),
  });
  const coordinator = {
    isConnected: () => true,
    async joinGroup() {
      asked.push('join');
      const generationId = ++generation;
      await new Promise(setImmediate);
      return { generationId, leaderId: 'other', memberId: 'me', members: [], groupProtocol: 'p' };
    },
    async syncGroup({ generationId }: { generationId: number }) {
      asked.push(`sync ${generationId}`);
      return { memberAssignment };
    },
    async offsetCommit({ groupGenerationId }: { groupGenerationId: number }) {
      asked.push(`commit ${groupGenerationId}`);
    },
  };
  const cluster = {
    findGroupCoordinator: async () => coordinator,
    findTopicPartitionMetadata: () => [{ partitionId: 0 }],
    committedOffsets: () => ({}),
  };
  const member = new ConsumerGroup({
    retry: {},
    cluster,
    groupId: 'g',
    topics: ['lines'],
    topicConfigurations: {},
    logger: createLogger({ level: 0, logCreator: () => () => undefined }),
    instrumentationEmitter: { emit: (event: string) => asked.push(event.split('.').at(-1)!) },
    assigners: [{ name: 'p', protocol: () => ({ name: 'p', metadata: Buffer.alloc(0) }) }],
    sessionTimeout: 1,
    rebalanceTimeout: 1,
  });
  return { member, asked, cluster: cluster as unknown as Cluster };
}

const offsets = { topics: [{ topic: 'lines', partitions: [{ partition: 0, offset: '1' }] }] };

describe('a member of a group', () => {
  test('joins once where two of its fetchers want to at a time, and again when they want to later', async () => {
    const { member, asked } = group();
    await Promise.all([member.joinAndSync(), member.joinAndSync()]);
    expect(asked).toEqual(['join', 'sync 1', 'group_join']);
    await member.joinAndSync();
    expect(asked.slice(3)).toEqual(['join', 'sync 2', 'group_join']);
  });

  test('may join again where joining failed', async () => {
    const { member, asked, cluster } = group();
    const { findGroupCoordinator } = cluster as unknown as Record<string, () => Promise<unknown>>;
    Object.assign(cluster, { findGroupCoordinator: () => Promise.reject(new Error('not now')) });
    await expect(Promise.all([member.joinAndSync(), member.joinAndSync()])).rejects.toThrow('not now');
    Object.assign(cluster, { findGroupCoordinator });
    await member.joinAndSync();
    expect(asked).toEqual(['join', 'sync 1', 'group_join']);
  });

  test('commits with the generation in which it was given the partition, whatever it has joined since', async () => {
    const { member, asked, cluster } = group();
    expect(() => commitsOf(cluster)).toThrow('not been joined');
    await member.joinAndSync();
    const commit = commitsOf(cluster);
    await member.joinAndSync();
    await commit(offsets);
    await commitsOf(cluster)(offsets);
    expect(asked.filter((what) => what.startsWith('commit '))).toEqual(['commit 1', 'commit 2']);
  });
});
