import type { Admin } from 'kafkajs';
import { expect, test } from 'vitest';
import { isFarBehind } from '../../shared/kafka/is-far-behind.ts';
import { encodeReads } from '../../shared/kafka/member-metadata.ts';

const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
const noRight = Object.assign(new Error('no'), { type: 'GROUP_AUTHORIZATION_FAILED' });

interface Asked {
  readonly committed: number | Error;
  /** Of the first message that is not old. */
  readonly since?: number;
  readonly high?: number;
  /** Topics that members of the group read; undefined where that is not told. */
  readonly members?: readonly (string | undefined)[];
  readonly leaders?: Error | object;
}

/** One partition with messages 10 to 99, of which those before 60 are old. */
function admin({ committed, since = 60, high = 100, members = [], leaders = {} }: Asked): Admin {
  const unlessAway = async <T>(answer: T): Promise<T> => {
    if (leaders instanceof Error) throw leaders;
    return answer;
  };
  const asked: Partial<Admin> = {
    fetchTopicOffsets: () =>
      unlessAway([{ partition: 0, offset: String(high), low: '10', high: String(high) }]),
    fetchTopicOffsetsByTimestamp: () => unlessAway([{ partition: 0, offset: String(since) }]),
    async fetchOffsets() {
      if (committed instanceof Error) throw committed;
      return [{ topic: 't', partitions: [{ partition: 0, offset: String(committed), metadata: null }] }];
    },
    async describeGroups() {
      const metadataOf = (topic?: string) =>
        topic === undefined ? Buffer.alloc(0) : encodeReads(new Map([[topic, 1]]));
      return {
        groups: [{ members: members.map((topic) => ({ memberMetadata: metadataOf(topic) })) }],
      } as never;
    },
  };
  return asked as Admin;
}

test.each([
  { name: 'all that is old is counted', asked: admin({ committed: 60 }), want: false },
  { name: 'one old message is not', asked: admin({ committed: 59 }), want: true },
  { name: 'nothing was committed', asked: admin({ committed: -1 }), want: true },
  {
    name: 'old ones that were not counted are gone, and nobody counts',
    asked: admin({ committed: 9, since: 10 }),
    want: 'abandoned',
  },
  {
    name: 'old ones that were not counted are gone, and somebody counts again',
    asked: admin({ committed: 9, since: 10, members: ['t'] }),
    want: false,
  },
  {
    name: 'old ones that were not counted are gone, and the group is just being joined',
    asked: admin({ committed: 9, since: 10, members: [undefined] }),
    want: false,
  },
  {
    name: 'old ones that were not counted are gone, and who is there counts another topic',
    asked: admin({ committed: 9, since: 10, members: ['u'] }),
    want: 'abandoned',
  },
  {
    name: 'all is gone that was there before the group',
    asked: admin({ committed: -1, since: 10, high: 10 }),
    want: false,
  },
  {
    name: 'all that is gone was counted',
    asked: admin({ committed: 10, since: 10 }),
    want: false,
  },
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
  if (typeof want !== 'object') expect(answer).toBe(want);
  else expect(answer).toMatchObject(want);
});
