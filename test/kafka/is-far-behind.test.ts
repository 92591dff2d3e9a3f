import type { Admin } from 'kafkajs';
import { expect, test } from 'vitest';
import { isFarBehind } from '../../shared/kafka/is-far-behind.ts';

const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
const noRight = Object.assign(new Error('no'), { type: 'GROUP_AUTHORIZATION_FAILED' });

/** One partition with messages 10 to 99, of which those before 60 are old. */
function admin({ committed, leaders = {} }: { committed: number | Error; leaders?: Error | object }): Admin {
  const unlessAway = async <T>(answer: T): Promise<T> => {
    if (leaders instanceof Error) throw leaders;
    return answer;
  };
  const asked: Partial<Admin> = {
    fetchTopicOffsets: () => unlessAway([{ partition: 0, offset: '100', low: '10', high: '100' }]),
    fetchTopicOffsetsByTimestamp: () => unlessAway([{ partition: 0, offset: '60' }]),
    async fetchOffsets() {
      if (committed instanceof Error) throw committed;
      return [{ topic: 't', partitions: [{ partition: 0, offset: String(committed), metadata: null }] }];
    },
  };
  return asked as Admin;
}

test.each([
  { name: 'all that is old is counted', asked: admin({ committed: 60 }), want: false },
  { name: 'one old message is not', asked: admin({ committed: 59 }), want: true },
  { name: 'nothing was committed', asked: admin({ committed: -1 }), want: true },
  {
    name: 'the group may not be asked',
    asked: admin({ committed: noRight }),
    want: { code: 'not_authorized', message: expect.stringContaining('Grant this user the rights') },
  },
  {
    name: 'only its coordinator is away',
    asked: admin({ committed: refused }),
    want: { code: 'other', message: expect.stringContaining('nobody listens') },
  },
  {
    name: 'all brokers are away',
    asked: admin({ committed: refused, leaders: refused }),
    want: { code: 'unreachable' },
  },
])('is far behind: $name', async ({ asked, want }) => {
  const options = { topic: 't', group: 'g', before: 0, kafka: { brokers: ['127.0.0.1:9092'] } };
  const answer = await isFarBehind(asked, options);
  if (typeof want === 'boolean') expect(answer).toBe(want);
  else expect(answer).toMatchObject(want);
});
