import type { Database } from '../clickhouse/database.ts';
import { openEntries } from './clickhouse-ledger.ts';
import { dimensionColumns } from './counts-columns.ts';
import { kafkaPrefix } from './kafka-batches.ts';
import { personColumns } from './subtract-rows.ts';

/** One thing that has to be so, and where it is not; up to `mostExamples` examples, which name days, months and batches. */
export interface AuditCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly examples: readonly string[];
}

export interface Audit {
  readonly ok: boolean;
  readonly checks: readonly AuditCheck[];
}

/** How many examples of what is wrong a check gives. */
const mostExamples = 10;

/** Checks that the books balance, by reading all of them. Throws `StoreError`. */
export async function auditBooks(database: Database): Promise<Audit> {
  const checks: AuditCheck[] = [];
  for (const { name, query } of questions) {
    const rows = await database.query<{ example: string }>(`${query} ORDER BY example LIMIT ${mostExamples}`);
    checks.push({ name, ok: rows.length === 0, examples: rows.map(({ example }) => example) });
  }
  return { ok: checks.every(({ ok }) => ok), checks };
}

const isOwn = `registry = ''`;
const isMarker = `registry = '' AND (startsWith(project, 'batch/') OR startsWith(project, 'recount/'))`;
const isBatch = `registry = '' AND project >= 'batch/' AND project < 'batch0'`;
const isRange = `registry = '' AND project >= 'source/' AND project < 'source0'`;
const pending = `
  SELECT entry FROM ledger WHERE startsWith(entry, 'batch/')
  GROUP BY entry HAVING countIf(event = 'settled') = 0`;

/** Intents of batches from Kafka are in Kafka: while the store is fed, one that is not in all of its months is under way. */
const underWay = `startsWith(project, 'batch/${kafkaPrefix}') AND (SELECT count() FROM (${openEntries}) WHERE feeds != '') > 0`;

/** Each finds what is wrong, an example a row. */
const questions: readonly { name: string; query: string }[] = [
  {
    // The engine puts a part that it cannot read aside when it starts, and goes on without: all else would balance.
    name: 'No part of a table has been put aside as damaged',
    query: `
      SELECT concat(table, ', part ', name) AS example
      FROM system.detached_parts WHERE database = currentDatabase() AND reason LIKE '%broken%'`,
  },
  {
    name: 'Each batch and each recount is in a month once',
    query: `
      SELECT concat(project, ' is ', toString(sum(downloads)), ' times in ', toString(toYYYYMM(day))) AS example
      FROM counts WHERE ${isMarker} GROUP BY project, toYYYYMM(day) HAVING sum(downloads) != 1`,
  },
  {
    name: 'Each settled batch is in all of its months',
    query: `
      SELECT concat(project, ' lacks ', toString(arrayFilter(month -> NOT has(there, month), named))) AS example
      FROM (
        SELECT project, groupUniqArray(toString(toYYYYMM(day))) AS there,
          arrayDistinct(arrayFlatten(groupArray(
            arrayMap(key -> substring(key, 7), arrayFilter(key -> startsWith(key, 'month/'), mapKeys(lines_by)))))) AS named
        FROM counts WHERE ${isBatch} GROUP BY project)
      WHERE NOT hasAll(there, named) AND project NOT IN (${pending}) AND NOT (${underWay})`,
  },
  {
    name: 'Each covered range has the marker of its batch in its month',
    query: `
      SELECT concat(batch, ' in ', toString(month)) AS example
      FROM (SELECT DISTINCT concat('batch/', splitByChar('/', project)[6]) AS batch, toYYYYMM(day) AS month FROM counts WHERE ${isRange})
      WHERE (batch, month) NOT IN (
        SELECT project, toYYYYMM(day) FROM counts WHERE ${isBatch} AND NOT mapContains(lines_by, 'void'))`,
  },
  {
    name: 'No two covered ranges of a source overlap in a month',
    query: `
      SELECT concat('byte ', toString(from), ' of ', source, ' in ', toString(month)) AS example
      FROM (
        SELECT month, source, from,
          max(to) OVER (PARTITION BY month, source ORDER BY from, to ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
        FROM (
          SELECT DISTINCT toYYYYMM(day) AS month, splitByChar('/', project) AS parts, concat(parts[2], '/', parts[3]) AS source,
            toUInt64(splitByChar('-', parts[4])[1]) AS from, toUInt64(splitByChar('-', parts[4])[2]) AS to, parts[6] AS batch
          FROM counts WHERE ${isRange}))
      WHERE from < reached`,
  },
  {
    name: 'Lines of a day: read = counted + dropped',
    query: `
      SELECT concat(toString(day), ': ', toString(read), ' read, ', toString(booked), ' counted or dropped') AS example
      FROM (
        SELECT day, sumIf(arraySum(mapValues(lines_by)), project = '') AS booked,
          sumIf(lines_by['lines'], startsWith(project, 'source/')) AS read
        FROM counts WHERE ${isOwn} GROUP BY day)
      WHERE read != booked`,
  },
  {
    name: 'Downloads of a day: counted = downloads + mirrors + bots',
    query: `
      SELECT concat(toString(day), ': ', toString(counted), ' counted, ', toString(entered), ' entered') AS example
      FROM (
        SELECT day, sumIf(downloads_by['counted'], registry = '' AND project = '') AS counted,
          sumIf(downloads + mirror + bot, registry != '') AS entered
        FROM counts GROUP BY day)
      WHERE counted != entered`,
  },
  {
    name: 'Nothing is below zero',
    query: `
      SELECT concat(registry, ' ', project, ' on ', toString(day)) AS example
      FROM counts WHERE registry != '' GROUP BY registry, project, day
      HAVING least(sum(downloads), sum(mirror), sum(bot), sum(index_requests)) < 0`,
  },
  ...dimensionColumns.map((map) => ({
    name: `Downloads by ${map} add up to downloads`,
    query: mapQuery(map),
  })),
];

/** Months whose person side has been cleared after its release are left out: their maps are empty throughout. */
function mapQuery(map: (typeof dimensionColumns)[number]): string {
  const isPerson = personColumns.some((column) => column === map);
  const kept = `AND toYYYYMM(day) IN (SELECT toYYYYMM(day) AS month FROM counts WHERE notEmpty(${map}) GROUP BY month)`;
  return `
    SELECT concat(registry, ' ', project, ' on ', toString(day)) AS example
    FROM counts WHERE registry != '' ${isPerson ? kept : ''}
    GROUP BY registry, project, day
    HAVING sum(downloads) != sum(arraySum(mapValues(${map})))`;
}
