import { createHash } from 'node:crypto';
import type { Database } from '../../clickhouse/database.ts';
import { isoDay } from '../../days.ts';
import { readPublications } from './clickhouse-release-store.ts';
import { type Grain, type Publication, shown } from './publication.ts';
import { type RegistryDays, readRegistries } from './read-registry-days.ts';
import { registryLayouts } from './registry-layouts.ts';
import { type Terms, termsOf } from './terms.ts';

/** What is known of every project without a query; made anew whenever the store has changed. */
export interface Catalog {
  /** Another one whenever any answer may be another. */
  readonly version: string;
  /** UTC day it was read on: no answer has this day, nor any later one. */
  readonly today: number;
  /** Rule sets that batches were counted with, by name. */
  readonly rules: readonly string[];
  /** By name, ascending. */
  readonly registries: ReadonlyMap<string, RegistryCatalog>;
}

/** One registry; days since 1970-01-01. */
export interface RegistryCatalog {
  readonly name: string;
  /** Name of the layout it was counted with. */
  readonly layout: string | undefined;
  /** First and last counted day; null where nothing before today is counted. */
  readonly dataFrom: number | null;
  readonly dataThrough: number | null;
  /** By canonical name, most downloads of the last 30 days first, then by name. */
  readonly projects: ReadonlyMap<string, ProjectEntry>;
  /** What is public of the person's side: by day, and by first day of the month. */
  readonly days: ReadonlyMap<number, Publication>;
  readonly months: ReadonlyMap<number, Publication>;
  /** What the cells of a month were drawn under, by its first day. */
  readonly terms: ReadonlyMap<number, Terms>;
}

/** Headline downloads of one project. */
export interface ProjectEntry {
  readonly name: string;
  /** The 30 days that end on the registry's `dataThrough`. */
  readonly last30Days: number;
  readonly total: number;
  /** First day with anything counted. */
  readonly firstDay: number;
}

/** Days that a project's place in the list is decided by. */
const listDays = 30;

/** Reads everything anew. Throws `StoreError`. */
export async function readCatalog(database: Database, today: number): Promise<Catalog> {
  const version = await readDataVersion(database, today);
  const days = await readRegistries(database);
  const publications = await readPublications(database);
  const rules = await readRules(database);
  const layouts = await registryLayouts(database);
  const registries = new Map<string, RegistryCatalog>();
  for (const one of days) {
    const { dataFrom, dataThrough } = dataDays(one, today);
    registries.set(one.registry, {
      name: one.registry,
      layout: layouts.get(one.registry),
      dataFrom,
      dataThrough,
      projects: dataThrough === null ? new Map() : await readProjects(database, one.registry, dataThrough),
      ...published(publications, one.registry),
    });
  }
  return { version, today, rules, registries };
}

/** What the last published month of all registries was drawn under; undefined where nothing is published. */
export function latestTerms({ registries }: Pick<Catalog, 'registries'>): Terms | undefined {
  const all = [...registries.values()].flatMap(({ terms }) => [...terms]);
  return all.sort(([a], [b]) => a - b).at(-1)?.[1];
}

/**
 * The version a catalog read now would have: one small query. It is asked for before the catalog is read, so that a
 * catalog is never older than its version.
 */
export async function readDataVersion(database: Database, today: number): Promise<string> {
  const [row] = await database.query<{ batches: number; publications: number }>(
    `SELECT (SELECT sum(batches) FROM batches) AS batches, (SELECT count() FROM publications) AS publications`,
  );
  return createHash('sha256')
    .update(JSON.stringify([row, today]))
    .digest('base64url')
    .slice(0, 16);
}

/** Never today: its day is not over. */
function dataDays(
  { first, last }: RegistryDays,
  today: number,
): { dataFrom: number | null; dataThrough: number | null } {
  if (first >= today) return { dataFrom: null, dataThrough: null };
  return { dataFrom: first, dataThrough: Math.min(last, today - 1) };
}

async function readProjects(
  database: Database,
  registry: string,
  dataThrough: number,
): Promise<ReadonlyMap<string, ProjectEntry>> {
  const rows = await database.query<ProjectEntry>(
    `SELECT project AS name, sumIf(downloads, day > {since:Date}) AS last30Days, sum(downloads) AS total,
      toUInt16(min(day)) AS firstDay
    FROM exact WHERE registry = {registry:String} AND day <= {through:Date}
    GROUP BY project ORDER BY last30Days DESC, total DESC, project`,
    { registry, since: isoDay(Math.max(dataThrough - listDays, 0)), through: isoDay(dataThrough) },
  );
  return new Map(rows.map((row) => [row.name, row]));
}

async function readRules(database: Database): Promise<readonly string[]> {
  const rows = await database.query<{ rule: string }>(
    'SELECT DISTINCT arrayJoin(rules) AS rule FROM batches ORDER BY rule',
  );
  return rows.map(({ rule }) => rule);
}

function published(
  publications: readonly Publication[],
  registry: string,
): Pick<RegistryCatalog, 'days' | 'months' | 'terms'> {
  const of = (grain: Grain) =>
    shown(publications.filter((one) => one.registry === registry && one.grain === grain));
  const terms = [...of('terms')].map(([month, publication]) => [month, termsOf(publication)] as const);
  return { days: of('day'), months: of('month'), terms: new Map(terms) };
}
