import type { Database } from '../../clickhouse/database.ts';
import { isoDay } from '../../days.ts';
import { monthStart } from './calendar.ts';
import type { RegistryCatalog } from './catalog.ts';
import { siteWide } from './cell-row.ts';
import type { CoveredPeriod } from './coverage.ts';
import type { PersonDimension } from './vocabularies.ts';

/** The published cells of one project and period by key, with the standard deviation of their noise. */
export interface PeriodCells extends CoveredPeriod {
  readonly cells: ReadonlyMap<string, number>;
  readonly sigma: number;
}

/** Which cells to read; a project of `undefined` is the whole registry. */
export interface CellsQuestion {
  readonly registry: RegistryCatalog;
  readonly project: string | undefined;
  readonly dimension: PersonDimension;
  /** Published ones, ascending. */
  readonly periods: readonly CoveredPeriod[];
}

/** Cells of the winning releases; periods in which the project had no downloads have none. */
export async function readCells(
  database: Database,
  question: CellsQuestion,
): Promise<readonly PeriodCells[]> {
  const answers = await Promise.all(
    (['day', 'month'] as const).map((grain) => readGrain(database, question, grain)),
  );
  return answers.flat();
}

interface Row {
  readonly period: number;
  readonly release: string;
  readonly sigma: number;
  readonly cells: readonly number[];
}

async function readGrain(
  database: Database,
  { registry, project, dimension, periods }: CellsQuestion,
  grain: 'day' | 'month',
): Promise<readonly PeriodCells[]> {
  const wanted = new Set(periods.filter((one) => one.grain === grain).map(({ period }) => period));
  if (wanted.size === 0) return [];
  const rows = await database.query<Row>(
    `SELECT toUInt16(period) AS period, release, sigma, cells FROM released
    WHERE registry = {registry:String} AND grain = {grain:String} AND project = {project:String}
      AND dim = {dim:String} AND released.period BETWEEN {from:Date} AND {to:Date}`,
    {
      registry: registry.name,
      grain,
      project: project ?? siteWide,
      dim: dimension,
      from: isoDay(Math.min(...wanted)),
      to: isoDay(Math.max(...wanted)),
    },
  );
  const published = grain === 'day' ? registry.days : registry.months;
  return rows
    .filter(({ period, release }) => wanted.has(period) && published.get(period)?.release === release)
    .map((row) => ({
      grain,
      period: row.period,
      sigma: row.sigma,
      cells: named(row.cells, keysOf(registry, dimension, row.period)),
    }));
}

function keysOf(registry: RegistryCatalog, dimension: PersonDimension, period: number): readonly string[] {
  const terms = registry.terms.get(monthStart(period));
  if (terms === undefined)
    throw new Error(`the month of a published period of ${registry.name} has no terms`);
  return terms.vocabularies[dimension].keys;
}

function named(cells: readonly number[], keys: readonly string[]): ReadonlyMap<string, number> {
  return new Map(keys.map((key, at) => [key, cells[at] ?? 0]));
}
