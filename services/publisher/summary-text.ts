import { isoDay } from '../../shared/days.ts';
import type { ProfileName } from '../../shared/privacy/profile.ts';
import type { ReleaseSummary } from '../../shared/store/released/release-through.ts';
import { formatCount, formatCounted } from '../../shared/terminal/numbers.ts';

/** What `release --json` prints. */
export function summaryJson(profile: ProfileName, summaries: readonly ReleaseSummary[]): object {
  const registries = summaries.map(({ through, ...rest }) => ({
    ...rest,
    through: through === null ? null : isoDay(through),
  }));
  return { profile, registries };
}

/** The same for a person. */
export function summaryText(profile: ProfileName, summaries: readonly ReleaseSummary[]): string {
  const lines = summaries.map(({ registry, days, months, cells, already, through }) => {
    if (through === null) return `${registry}: nothing is due`;
    const before = already === 0 ? '' : `, ${formatCount(already)} were public before`;
    return `${registry}: published ${formatCounted(days, 'day')} and ${formatCounted(months, 'month')} (${formatCounted(cells, 'cell')}) through ${isoDay(through)}${before}`;
  });
  return `${lines.join('\n')}\nprofile ${profile}: as counted, nothing is blurred\n`;
}
