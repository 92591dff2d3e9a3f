import type { Profile } from '../../privacy/profile.ts';
import { monthEnd, monthStart } from './calendar.ts';
import type { Slot } from './publication.ts';

/** First and last day with counts of a registry, the last day that may be drawn, and today; days since 1970-01-01. */
export interface DueOptions {
  readonly registry: string;
  readonly first: number;
  readonly last: number;
  readonly through: number;
  readonly today: number;
  readonly profile: Profile;
}

/**
 * The first publications of all days and months due, in the order in which they are drawn: month by month, its days
 * before it. Nothing is due past the last counted day: what is not counted yet would be drawn as nothing, once for all.
 */
export function duePeriods(options: DueOptions): readonly Slot[] {
  const { registry, first, last, through, today, profile } = options;
  const isDue = (grain: 'day' | 'month', end: number) =>
    end <= Math.min(last, through) && end + profile.delayDays[grain] < today;
  const slots: Slot[] = [];
  for (let month = monthStart(first); month <= last; month = monthStart(month, 1)) {
    const end = monthEnd(month);
    for (let day = Math.max(month, first); day <= end; day++)
      if (isDue('day', day)) slots.push({ registry, grain: 'day', period: day, revision: 0 });
    if (isDue('month', end)) slots.push({ registry, grain: 'month', period: month, revision: 0 });
  }
  return slots;
}
