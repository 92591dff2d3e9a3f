import { expect, test } from 'vitest';
import { isSeenAtAny } from '../simulation/look-for-seed.ts';
import { brokenRules } from './broken-rules.ts';
import { simulate } from './simulate.ts';

/** The first seed at which each is seen, where that is not the very first. */
const seenAt: Readonly<Record<string, number>> = {
  'no intent is recorded': 40,
  'the commit after the parts comes before them': 4,
  'a pending batch is not taken up when a partition is joined': 107,
  'a pending batch is formed over all messages that are there': 3,
  'what was counted of a burnt batch is not noted': 1040,
  'markers are not looked at when a partition is joined': 481,
  'a topic that was made again is taken for the same': 1419,
  'what somebody else committed is believed': 481,
  'nobody is told of a gap': 2,
  'who was taken for dead goes on beside replays': 160,
  'what ingesters have closed that were closed before is closed': 195,
  'nobody looks whether others have come since the dead ones were closed': 461,
  'who leaves does not mind what others have not finished yet': 219,
  'the group is joined anew without a fence': 2,
  'what is committed is asked before the group is joined': 1128,
  'default offsets are committed where one is gone': 4063,
  'a source is in two partitions': 13,
  'positions are those of messages': 2,
  'a source that was counted by a longer beginning is another one': 52,
  'what is acknowledged is believed': 2,
  'the marker is read back only after an ambiguous answer': 54,
  'coverage is not looked up': 2,
  'a month stands for all months of its batch': 11,
  'recovery does not look for markers first': 126,
  'a batch whose files are gone is dropped and not burnt': 242,
  'a grown source is another one': 3,
};

// A simulation that cannot find a bug proves nothing: each rule of the protocol is taken out once, and has to be missed.
test.each(Object.entries(brokenRules))(
  'the simulation of a topic sees when %s',
  { timeout: 600_000 },
  async (rule, breakage) => {
    const isSeen = async (seed: number) => (await simulate(seed, { breakage })).problems.length > 0;
    expect(await isSeenAtAny(rule, { seenAt: seenAt[rule], isSeen })).toBe(true);
  },
);
