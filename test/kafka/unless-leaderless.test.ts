import { expect, test } from 'vitest';
import { unlessLeaderless } from '../../shared/kafka/unless-leaderless.ts';

const typed = (type: string) => Object.assign(new Error(type), { type });

test.each([
  { name: 'no leader', error: typed('LEADER_NOT_AVAILABLE') },
  { name: 'another leader', error: typed('NOT_LEADER_FOR_PARTITION') },
  {
    name: 'no leader, asked again and again',
    error: new Error('', { cause: typed('LEADER_NOT_AVAILABLE') }),
  },
])(
  'an answer that is not given while a partition has $name is told of, and nothing ends',
  async ({ error }) => {
    const told: unknown[] = [];
    expect(await unlessLeaderless(Promise.reject(error), (one) => told.push(one))).toBeUndefined();
    expect(told).toEqual([error]);
  },
);

test('an answer is given on, and any other error', async () => {
  const fail = () => expect.unreachable();
  expect(await unlessLeaderless(Promise.resolve(7), fail)).toBe(7);
  const error = typed('TOPIC_AUTHORIZATION_FAILED');
  await expect(unlessLeaderless(Promise.reject(error), fail)).rejects.toBe(error);
});
