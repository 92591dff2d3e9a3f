import { monthEnd, monthStart } from './calendar.ts';
import type { RegistryCatalog } from './catalog.ts';

/** A published day or month that an answer is added up from. */
export interface CoveredPeriod {
  readonly grain: 'day' | 'month';
  readonly period: number;
}

/** The part of a range that published cells can answer, without a hole; days since 1970-01-01, both ends included. */
export interface Coverage {
  readonly from: number;
  readonly through: number;
  /** Ascending. */
  readonly periods: readonly CoveredPeriod[];
}

/**
 * Snaps a range to what is published: the run of published days, and of whole published months where `months` may be
 * used, that ends last in it. Undefined where nothing in it is published.
 */
export function coverageOf(
  registry: RegistryCatalog,
  range: { readonly from: number; readonly to: number },
  { months }: { readonly months: boolean },
): Coverage | undefined {
  const { dataFrom, dataThrough } = registry;
  if (dataFrom === null || dataThrough === null) return undefined;
  // Nothing was counted before the first day, so that its month is asked for whole.
  const lowest = range.from <= dataFrom ? monthStart(dataFrom) : range.from;
  const periods: CoveredPeriod[] = [];
  let through: number | undefined;
  let day = Math.min(range.to, dataThrough);
  while (day >= lowest) {
    const period = periodEndingOn(day, registry, months ? lowest : undefined);
    if (period === undefined && through !== undefined) break;
    if (period !== undefined) {
      through ??= day;
      periods.push(period);
    }
    day = (period?.period ?? day) - 1;
  }
  if (through === undefined) return undefined;
  return { from: Math.max(day + 1, dataFrom), through, periods: periods.reverse() };
}

function periodEndingOn(
  day: number,
  registry: RegistryCatalog,
  monthsFrom: number | undefined,
): CoveredPeriod | undefined {
  const month = monthStart(day);
  const isWhole = monthsFrom !== undefined && month >= monthsFrom && day === monthEnd(day);
  if (isWhole && registry.months.has(month)) return { grain: 'month', period: month };
  return registry.days.has(day) ? { grain: 'day', period: day } : undefined;
}
