/**
 * What is published once: the cells of a registry's day or month, or the *terms* of a month (profile, vocabularies), which
 * every publisher of that month draws under.
 */
export const grains = ['day', 'month', 'terms'] as const;
export type Grain = (typeof grains)[number];

/** What can be published once: a period of a registry, or the n-th correction of it. */
export interface Slot {
  readonly registry: string;
  readonly grain: Grain;
  /** Day, or first day of the month, since 1970-01-01. */
  readonly period: number;
  /** 0, or the number of the correction. */
  readonly revision: number;
}

/** A row of `publications`: this release claims this slot. */
export interface Publication extends Slot {
  readonly attempt: number;
  readonly release: string;
  /** By the store's clock, `YYYY-MM-DD hh:mm:ss.ssssss`, so that text order is time order. */
  readonly enteredAt: string;
  /** JSON: what is entered once with it, without a project's name. */
  readonly body: string;
}

/** Registry and grain, nothing else: the `scope` column. */
export function scopeOf(slot: Pick<Slot, 'registry' | 'grain'>): string {
  return `${slot.registry}/${slot.grain}`;
}

/**
 * Which of a slot's publications holds: the earliest by the store's clock, then the smallest release. Writer and reader
 * share it, so that they can never disagree.
 */
export function winner(publications: readonly Publication[]): Publication | undefined {
  return publications.reduce<Publication | undefined>(
    (best, one) => (best === undefined || isBefore(one, best) ? one : best),
    undefined,
  );
}

function isBefore(one: Publication, other: Publication): boolean {
  if (one.enteredAt !== other.enteredAt) return one.enteredAt < other.enteredAt;
  return one.release < other.release;
}

/**
 * What is shown of each period of one scope: the winner of its highest revision that has all before it, since a
 * correction needs a visible predecessor.
 */
export function shown(publications: readonly Publication[]): ReadonlyMap<number, Publication> {
  const periods = new Map<number, Publication[]>();
  for (const one of publications) {
    const known = periods.get(one.period);
    if (known === undefined) periods.set(one.period, [one]);
    else known.push(one);
  }
  const result = new Map<number, Publication>();
  for (const [period, ofPeriod] of [...periods].sort(([a], [b]) => a - b)) {
    const last = lastRevision(ofPeriod);
    if (last !== undefined) result.set(period, last);
  }
  return result;
}

function lastRevision(publications: readonly Publication[]): Publication | undefined {
  let last: Publication | undefined;
  for (let revision = 0; ; revision++) {
    const next = winner(publications.filter((one) => one.revision === revision));
    if (next === undefined) return last;
    last = next;
  }
}
