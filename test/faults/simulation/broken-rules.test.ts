import { expect, test } from 'vitest';
import { brokenFeeding } from './broken-feeding.ts';
import { brokenRules } from './broken-rules.ts';
import { isSeenAtAny } from './look-for-seed.ts';
import { simulate } from './simulate.ts';

/** The first seed at which each is seen, where that is not the very first. */
const seenAt: Readonly<Record<string, number>> = {
  'no intent is recorded': 54,
  'what is acknowledged is believed': 23,
  'the marker is read back only after an ambiguous answer': 726,
  'a month stands for all months of its batch': 45,
  'the lower does not wait for the higher': 24,
  'a dead turn is passed by and not closed': 8,
  'who intended does not look again': 8,
  'who recovers does not look again': 1086,
  'intents are read before the others are closed': 73,
  'recovery does not look for markers first': 35,
  'a batch whose files are gone is dropped and not burnt': 397,
  'a burnt batch gives its name to the next': 841,
  'only the oldest intent is recovered': 582,
  'intents over the same lines are all finished': 582,
  'recounts have no number': 2,
  'whose recount was entered is not asked': 245,
  'replays do not look for feeders': 79,
  'a replay closes the entries of dead feeders': 265,
  'who announced that it feeds does not look again': 237,
};

// A simulation that cannot find a bug proves nothing: each rule of the protocol is taken out once, and has to be missed.
test.each(Object.entries({ ...brokenRules, ...brokenFeeding }))(
  'the simulation sees when %s',
  { timeout: 600_000 },
  async (rule, breakage) => {
    const isSeen = async (seed: number) => (await simulate(seed, { breakage })).problems.length > 0;
    expect(await isSeenAtAny(rule, { seenAt: seenAt[rule], isSeen })).toBe(true);
  },
);
