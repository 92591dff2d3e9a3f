import type { Database } from '../clickhouse/database.ts';
import type { Counts } from './counts.ts';
import { countsColumns, dimensionColumns, sumColumns } from './counts-columns.ts';
import type { CountsRow } from './counts-row.ts';
import { batchPrefix, type OwnRow } from './own-row.ts';
import { summedMap } from './summed-map.ts';

/** Table `counts` of a ClickHouse store. Throws `StoreError` and what `Counts` says. */
export function clickhouseCounts(database: Database): Counts {
  return {
    engine: database.engine,
    insert: ({ token, rows }) =>
      database.insert({ table: 'counts', columns: countsColumns, format: 'Native', bytes: rows, token }),
    syncReplica: () => database.command('SYSTEM SYNC REPLICA counts'),
    markers: (batches) => database.query<OwnRow>(markersQuery, { projects: batches }),
    lastBatches: async (prefix) => {
      const [last] = await database.query<{ name: string }>(lastBatchQuery, {
        least: batchPrefix + prefix,
        most: `${batchPrefix}${prefix}~`,
      });
      return last && { name: last.name.slice(batchPrefix.length) };
    },
    coverage: (firsts) => database.query<OwnRow>(coverageQuery, { firsts, ...bounds(firsts) }),
    day: (day) => database.query<CountsRow>(dayQuery, { day }),
  };
}

const ownColumns = `project, toUInt16(day) AS day,
  sum(counts.downloads) AS downloads,
  ${summedMap('counts.lines_by')} AS linesBy,
  ${summedMap('counts.downloads_by')} AS downloadsBy`;

const markersQuery = `
  SELECT ${ownColumns} FROM counts
  WHERE registry = '' AND project IN {projects:Array(String)}
  GROUP BY project, counts.day`;

/** '~' comes after all that names of batches have. */
const lastBatchQuery = `
  SELECT project AS name FROM counts
  WHERE registry = '' AND project >= {least:String} AND project < {most:String}
  ORDER BY registry DESC, project DESC LIMIT 1`;

/** 8 is where `first` begins in `source/<first>/…`, 32 is its length. The bounds let the primary key find the granules. */
const coverageQuery = `
  SELECT ${ownColumns} FROM counts
  WHERE registry = '' AND project >= {least:String} AND project < {most:String}
    AND substring(project, 8, 32) IN {firsts:Array(String)}
  GROUP BY project, counts.day`;

function bounds(firsts: readonly string[]): { least: string; most: string } {
  const sorted = [...firsts].sort();
  // '0' comes after '/'.
  return { least: `source/${sorted[0]}/`, most: `source/${sorted.at(-1)}0` };
}

const dayQuery = `
  SELECT registry, project, {day:UInt16} AS day,
    ${sumColumns.map((column) => `sum(counts.${column}) AS ${column}`).join(', ')},
    ${[...dimensionColumns, 'lines_by', 'downloads_by'].map((map) => `${summedMap(`counts.${map}`)} AS ${map}`).join(', ')}
  FROM counts
  WHERE counts.day = toDate({day:UInt16})
  GROUP BY registry, project`;
