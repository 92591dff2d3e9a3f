import type { Database, InsertBytes } from '../clickhouse/database.ts';
import { systemClock } from './clock.ts';
import { insertOnce } from './insert-part.ts';
import type { Patience } from './persist.ts';
import { RowBinaryWriter } from './row-binary.ts';

/** Lines of a site that were counted. */
export interface SiteLines {
  /** Label of the operator's, as chunks have it; '' where there is none. */
  readonly site: string;
  /** When they were counted, ms since 1970. */
  readonly atMs: number;
  readonly lines: number;
}

/** Offsets `[from, to)` that Kafka dropped before they were counted. */
export interface Gap {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** A gap with the store's time when it was first noted, ms since 1970. */
export interface NotedGap extends Gap {
  readonly atMs: number;
}

/** Bytes that no range covers before the end of what is counted of their source: lost in Kafka, or a line that is too long to be shipped. */
export interface SourceHoles {
  readonly sources: number;
  readonly bytes: number;
}

/**
 * Notes lines of sites, at most one row a site, under a token of the caller's: the batch's name. What is noted is for the operator's eye: a
 * kill inside a plain table's engine may lose it. Throws `StoreError`; after `AmbiguousInsert` the same again is harmless.
 */
export async function noteSites(
  database: Database,
  rows: readonly SiteLines[],
  token: string,
): Promise<void> {
  if (rows.length === 0) return;
  const writer = new RowBinaryWriter();
  for (const { site, atMs, lines } of [...rows].sort((a, b) => (a.site < b.site ? -1 : 1))) {
    writer.string(site);
    writer.int64(atMs);
    writer.int64(lines);
  }
  await database.insert({ ...rowsOf('sites', ['site', 'at', 'lines'], writer), token: `sites/${token}` });
}

/** All sites, each with the time of its latest lines and the sum of its lines. Throws `StoreError`. */
export function readSites(database: Database): Promise<SiteLines[]> {
  return database.query<SiteLines>(
    `SELECT site, toUnixTimestamp64Milli(max(sites.at)) AS atMs, sum(sites.lines) AS lines
     FROM sites GROUP BY site ORDER BY site`,
  );
}

/** Notes a gap, once however often it is told. Throws `StoreTimeout` and `StoreError`. */
export async function noteGap(database: Database, gap: Gap): Promise<void> {
  const { topic, partition, from, to } = gap;
  const writer = new RowBinaryWriter();
  writer.string(topic);
  writer.uint32(partition);
  writer.int64(from);
  writer.int64(to);
  await insertRowOnce(database, {
    ...rowsOf('gaps', ['topic', 'partition', 'from_offset', 'to_offset'], writer),
    token: `gap/${topic}/${partition}/${from}-${to}`,
    readBack: async () => {
      const noted = await readGaps(database);
      return noted.find((one) =>
        (['topic', 'partition', 'from', 'to'] as const).every((key) => one[key] === gap[key]),
      );
    },
  });
}

/** The gaps, by topic, partition and offset. Throws `StoreError`. */
export function readGaps(database: Database): Promise<NotedGap[]> {
  return database.query<NotedGap>(
    `SELECT toUnixTimestamp64Milli(min(at)) AS atMs, topic, partition, from_offset AS from, to_offset AS to
     FROM gaps GROUP BY topic, partition, from_offset, to_offset ORDER BY topic, partition, from, to`,
  );
}

/**
 * Remembers how many partitions a topic has, unless that is known, and gives the number that it was first counted with: of two who ask at
 * once both get one answer. Throws `StoreTimeout` and `StoreError`.
 */
export async function rememberPartitions(
  database: Database,
  clusterId: string,
  topic: string,
  partitions: number,
): Promise<number> {
  const readBack = async () => {
    const [first] = await database.query<{ partitions: number }>(
      `SELECT partitions FROM topics WHERE cluster = {clusterId:String} AND topic = {topic:String}
       ORDER BY at, partitions LIMIT 1`,
      { clusterId, topic },
    );
    return first?.partitions;
  };
  const known = await readBack();
  if (known !== undefined) return known;
  const writer = new RowBinaryWriter();
  writer.string(clusterId);
  writer.string(topic);
  writer.uint32(partitions);
  return await insertRowOnce(database, {
    ...rowsOf('topics', ['cluster', 'topic', 'partitions'], writer),
    token: `topic/${clusterId}/${topic}`,
    readBack,
  });
}

/**
 * What is missing inside of the sources that are counted: a chunk that never came, a line that was too long to be shipped, or a source whose
 * beginning did not come. Partitions of a topic are no such sources. Throws `StoreError`.
 */
export async function readSourceHoles(database: Database): Promise<SourceHoles> {
  const [holes] = await database.query<SourceHoles>(holesQuery);
  return holes!;
}

/** A range counts for what it adds to those that begin before it; a source's name is kept as its hash. */
const holesQuery = `
  SELECT count() AS sources, sum(hole) AS bytes
  FROM (
    SELECT max(to) - sum(greatest(to, reached) - greatest(from, reached)) AS hole
    FROM (
      SELECT source, from, to,
        max(to) OVER (PARTITION BY source ORDER BY from, to ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
      FROM (
        WITH splitByChar('/', project) AS parts, splitByChar('-', parts[4]) AS ends
        SELECT sipHash64(parts[2], parts[3]) AS source, toUInt64(ends[1]) AS from, toUInt64(ends[2]) AS to
        FROM counts
        WHERE registry = '' AND project >= 'source/' AND project < 'source0' AND NOT endsWith(parts[3], '.0')
        GROUP BY source, from, to))
    GROUP BY source HAVING hole > 0)`;

function rowsOf(
  table: string,
  columns: readonly string[],
  writer: RowBinaryWriter,
): Omit<InsertBytes, 'token'> {
  return { table, columns, format: 'RowBinary', bytes: writer.take() };
}

interface RowOnce<Found> extends InsertBytes {
  readBack(): Promise<Found | undefined>;
}

function insertRowOnce<Found>(database: Database, row: RowOnce<Found>): Promise<Found> {
  const { readBack, token, bytes, ...where } = row;
  const patience: Patience = { clock: systemClock, timeoutMs: 300_000 };
  return insertOnce(
    {
      engine: database.engine,
      insert: (part) => database.insert({ ...where, bytes: part.rows, token: part.token }),
      syncReplica: () => database.command(`SYSTEM SYNC REPLICA ${where.table}`),
    },
    { token, rows: bytes, readBack },
    patience,
  );
}
