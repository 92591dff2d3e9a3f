import { dropReasons } from './drop-reason.ts';

/** Where a line can end: counted, counted by an earlier batch, or dropped for one of the reasons. */
export const outcomes = ['counted', 'already_counted', ...dropReasons] as const;
export type Outcome = (typeof outcomes)[number];

/** Lines or downloads by outcome; outcomes without any are absent. */
export type ByOutcome = Readonly<Partial<Record<Outcome, number>>>;
