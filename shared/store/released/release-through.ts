import { randomUUID } from 'node:crypto';
import type { Database } from '../../clickhouse/database.ts';
import { type Profile, profileNamed } from '../../privacy/profile.ts';
import { monthStart } from './calendar.ts';
import { clickhouseReleaseStore, readPublications, removeOrphans } from './clickhouse-release-store.ts';
import { drawPeriod } from './draw-period.ts';
import { duePeriods } from './due.ts';
import { type Publication, type Slot, shown } from './publication.ts';
import { publishOnce } from './publish.ts';
import { readRegistryDays } from './read-registry-days.ts';
import { type CountryData, type Terms, termsOf, termsText } from './terms.ts';
import type { Vocabularies } from './vocabularies.ts';

/** What to publish, and under which terms months begin that have none yet. */
export interface ReleaseOptions {
  readonly database: Database;
  readonly registry: string;
  /** Last day to draw; days since 1970-01-01. */
  readonly through: number;
  readonly today: number;
  readonly profile: Profile;
  readonly vocabularies: Vocabularies;
  readonly countryData: CountryData | null;
  readonly signal?: AbortSignal;
  /** Called after each day and month that this run published. */
  readonly onPublished?: (slot: Slot) => void;
}

/** What a run came to. */
export interface ReleaseSummary {
  readonly registry: string;
  /** Days and months that are public now and were not before, by this run or one beside it. */
  readonly days: number;
  readonly months: number;
  readonly cells: number;
  /** Days and months due that had been published before. */
  readonly already: number;
  /** Last day published so far; null where there is none. */
  readonly through: number | null;
}

/**
 * Draws and publishes every day and month of a registry that is due and not public yet, in order. Safe beside other
 * publishers and after a crash anywhere. Throws `ProfileUnavailable` where a month was begun under a profile this version
 * does not know, and what the store throws.
 */
export async function releaseThrough(options: ReleaseOptions): Promise<ReleaseSummary> {
  const { database, registry, signal } = options;
  const counted = await readRegistryDays(database, registry);
  const published = await publishedSlots(database, registry);
  const summary = { registry, days: 0, months: 0, cells: 0, already: 0 };
  const due = counted === undefined ? [] : duePeriods({ ...options, ...counted });
  let terms: { month: number; terms: Terms } | undefined;
  let through: number | null = null;
  for (const slot of due) {
    signal?.throwIfAborted();
    if (slot.grain === 'day') through = slot.period;
    if (published.has(slotKey(slot))) {
      summary.already++;
      continue;
    }
    const month = monthStart(slot.period);
    if (terms?.month !== month) terms = { month, terms: await agreeOnTerms(month, options) };
    summary.cells += await publishPeriod(slot, terms.terms, database);
    if (slot.grain === 'day') summary.days++;
    else summary.months++;
    options.onPublished?.(slot);
  }
  await removeOrphans(database, registry);
  return { ...summary, through };
}

async function publishedSlots(database: Database, registry: string): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  for (const grain of ['day', 'month'] as const) {
    const publications = await readPublications(database, { registry, grain });
    for (const one of shown(publications).values()) keys.add(slotKey(one));
  }
  return keys;
}

function slotKey({ grain, period }: Slot): string {
  return `${grain}/${period}`;
}

/** The terms of a month: those entered by whoever was first. */
async function agreeOnTerms(month: number, options: ReleaseOptions): Promise<Terms> {
  const { registry, database, profile, vocabularies, countryData } = options;
  const body = termsText({ profile: profile.name, vocabularies, country_data: countryData });
  const slot: Slot = { registry, grain: 'terms', period: month, revision: 0 };
  const { publication } = await publishOnce(slot, {
    store: clickhouseReleaseStore(database),
    body: () => body,
    draw: async function* () {},
    newRelease: randomUUID,
  });
  return termsOf(publication);
}

/** Gives the number of cells that are public now. */
async function publishPeriod(slot: Slot, terms: Terms, database: Database): Promise<number> {
  const profile = profileNamed(terms.profile);
  const { publication } = await publishOnce(slot, {
    store: clickhouseReleaseStore(database),
    body: (drawn) => JSON.stringify({ profile: profile.name, ...drawn }),
    draw: () => drawPeriod(slot, { database, profile, vocabularies: terms.vocabularies }),
    newRelease: randomUUID,
  });
  return cellsOf(publication);
}

function cellsOf(publication: Publication): number {
  const body: unknown = JSON.parse(publication.body);
  return typeof body === 'object' && body !== null && 'cells' in body ? Number(body.cells) : 0;
}
