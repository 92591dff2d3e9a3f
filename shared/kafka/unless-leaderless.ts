import { causesOf } from './keep-trying.ts';

const leaderless = /^(LEADER_NOT_AVAILABLE|NOT_LEADER_FOR_PARTITION)$/;

/** An answer of kafkajs'; undefined, and told of, where it gives none since a partition has no leader, or has another than it knows: that passes. */
export async function unlessLeaderless<T>(
  answer: Promise<T>,
  onLeaderless: (error: unknown) => void,
): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (!causesOf(error).some(({ type }) => leaderless.test(type ?? ''))) throw error;
    onLeaderless(error);
    return undefined;
  }
}
