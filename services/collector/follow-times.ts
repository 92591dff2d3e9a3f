/** How often things are looked at; other than these only in tests. */
export interface FollowTimes {
  readonly pollMs: number;
  /** New files are looked for. */
  readonly lookMs: number;
  /**
   * A file below a KiB is not shipped while it grows faster than this: what it is known by then is more than its first line, which it may have in
   * common with another mirror's, as of a check of both by their balancer.
   */
  readonly beginningMs: number;
  /** A file that was moved away and has not grown for so long is finished. */
  readonly settleMs: number;
  /** A file that has not grown for so long is closed. */
  readonly idleMs: number;
  /** How long the brokers may take at the end for what is on its way. */
  readonly lastAnswersMs: number;
}

/** As they are in use. */
export const FOLLOW_TIMES: FollowTimes = {
  pollMs: 200,
  lookMs: 1000,
  beginningMs: 10_000,
  settleMs: 5000,
  idleMs: 60_000,
  lastAnswersMs: 10_000,
};
