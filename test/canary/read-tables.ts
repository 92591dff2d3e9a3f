import { join } from 'node:path';
import { openEngine } from '../../shared/clickhouse/chdb.ts';
import type { Surface } from './scan.ts';

/**
 * All rows of all tables that an embedded store keeps, its engine's own logs (`system.query_log`) included if it has any: as JSON, and as
 * bytes, which show numbers and strings as they are.
 */
export async function readTables(data: string): Promise<Surface[]> {
  const engine = await openEngine(join(data, 'chdb'), 'tallymark');
  const run = async (sql: string, format: string) =>
    Buffer.from(await engine.run({ lane: 'read', sql, params: {}, settings: {}, format }));
  try {
    const tables = (await run(tablesQuery, 'TSVRaw')).toString().split('\n').filter(Boolean);
    const surfaces: Surface[] = [];
    for (const table of tables) {
      for (const format of ['JSONEachRow', 'RowBinary']) {
        const bytes = await run(`SELECT * FROM ${table}`, format);
        surfaces.push({ name: `table ${table} as ${format}`, bytes });
      }
    }
    return surfaces;
  } finally {
    await engine.close();
  }
}

const tablesQuery = `
  SELECT concat('\`', database, '\`.\`', name, '\`') FROM system.tables
  WHERE lower(database) != 'information_schema' AND (database != 'system' OR engine LIKE '%MergeTree%' OR name LIKE '%_log')`;
