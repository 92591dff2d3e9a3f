import type { Database } from '../../clickhouse/database.ts';
import { isoDay } from '../../days.ts';
import { RowBinaryWriter } from '../row-binary.ts';
import { type CellRow, digestSql, type RowsDigest } from './cell-row.ts';
import { grains, type Publication, type Slot, scopeOf, winner } from './publication.ts';
import type { Entry, ReleaseStore } from './release-store.ts';

/** Tables `released` and `publications` of a store. */
export function clickhouseReleaseStore(database: Database): ReleaseStore {
  return {
    write: ({ slot, release, token }, rows) =>
      database.insert({
        table: 'released',
        columns: releasedColumns,
        format: 'RowBinary',
        bytes: encodeRows(slot, release, rows),
        token,
      }),
    readBack: (slot, release) => readBack(database, slot, release),
    publications: (slot) => readPublications(database, slot),
    enter: (entry, token) =>
      database.insert({
        table: 'publications',
        columns: publicationColumns,
        format: 'RowBinary',
        bytes: encodeEntry(entry),
        token,
      }),
    remove: (slot, release) =>
      database.command(
        `DELETE FROM released WHERE registry = {registry:String} AND grain = {grain:String}
          AND period = {period:Date} AND release = {release:String}`,
        { ...slotParameters(slot), release },
      ),
  };
}

/**
 * Publications of some or all slots: of a registry's grain, of one period, of one revision. `enteredAt` keeps all six
 * digits of the store's clock.
 */
export async function readPublications(
  database: Database,
  filter: Partial<Slot> = {},
): Promise<readonly Publication[]> {
  const { registry, grain, period, revision } = filter;
  const rows = await database.query<Omit<Publication, 'registry' | 'grain'> & { scope: string }>(
    `SELECT scope, toUInt16(period) AS period, revision, attempt, release, body, toString(entered_at) AS enteredAt
    FROM publications
    WHERE ({scope:String} = '' OR scope = {scope:String})
      AND ({period:Int32} < 0 OR toUInt16(period) = {period:Int32})
      AND ({revision:Int32} < 0 OR revision = {revision:Int32})`,
    {
      scope: registry !== undefined && grain !== undefined ? scopeOf({ registry, grain }) : '',
      period: period ?? -1,
      revision: revision ?? -1,
    },
  );
  return rows.flatMap(({ scope, ...row }) => {
    const grain = grains.find((name) => scope.endsWith(`/${name}`));
    return grain === undefined ? [] : [{ ...row, grain, registry: scope.slice(0, -grain.length - 1) }];
  });
}

/**
 * Deletes what publishers that were cut off have left: rows of a registry under releases that lost. Rows of slots that
 * nobody has won stay, since somebody may be writing them.
 */
export async function removeOrphans(database: Database, registry: string): Promise<void> {
  const written = await database.query<Slot & { release: string }>(
    `SELECT registry, grain, toUInt16(period) AS period, revision, release FROM released
    WHERE registry = {registry:String} GROUP BY registry, grain, period, revision, release`,
    { registry },
  );
  const bySlot = groupBySlot(await readPublications(database));
  const store = clickhouseReleaseStore(database);
  for (const one of written) {
    const won = winner(bySlot.get(slotKey(one)) ?? []);
    if (won !== undefined && won.release !== one.release) await store.remove(one, one.release);
  }
}

function groupBySlot(publications: readonly Publication[]): ReadonlyMap<string, readonly Publication[]> {
  const groups = new Map<string, Publication[]>();
  for (const one of publications) {
    const group = groups.get(slotKey(one));
    if (group === undefined) groups.set(slotKey(one), [one]);
    else group.push(one);
  }
  return groups;
}

function slotKey(slot: Slot): string {
  return `${scopeOf(slot)}/${slot.period}/${slot.revision}`;
}

async function readBack(database: Database, slot: Slot, release: string): Promise<RowsDigest> {
  const [found] = await database.query<{ rows: number; digest: string }>(
    `SELECT count() AS rows, ${digestSql} AS digest FROM released
    WHERE registry = {registry:String} AND grain = {grain:String} AND period = {period:Date}
      AND release = {release:String}`,
    { ...slotParameters(slot), release },
  );
  return { rows: found?.rows ?? 0, digest: BigInt(found?.digest ?? 0) };
}

function slotParameters(slot: Slot): { registry: string; grain: string; period: string } {
  return { registry: slot.registry, grain: slot.grain, period: isoDay(slot.period) };
}

const releasedColumns = [
  'registry',
  'project',
  'dim',
  'grain',
  'period',
  'revision',
  'vocabulary',
  'sigma',
  'release',
  'cells',
] as const;

function encodeRows(slot: Slot, release: string, rows: readonly CellRow[]): Uint8Array {
  const writer = new RowBinaryWriter();
  for (const row of rows) {
    writer.string(slot.registry);
    writer.string(row.project);
    writer.string(row.dim);
    writer.string(slot.grain);
    writer.date(slot.period);
    writer.raw(uint32(slot.revision));
    writer.string(row.vocabulary);
    writer.raw(float64(row.sigma));
    writer.string(release);
    writer.varint(row.cells.length);
    for (const cell of row.cells) writer.int64(cell);
  }
  return writer.take();
}

const publicationColumns = ['scope', 'period', 'revision', 'attempt', 'release', 'body'] as const;

function encodeEntry(entry: Entry): Uint8Array {
  const writer = new RowBinaryWriter();
  writer.string(scopeOf(entry));
  writer.date(entry.period);
  writer.raw(uint32(entry.revision));
  writer.raw(uint32(entry.attempt));
  writer.string(entry.release);
  writer.string(entry.body);
  return writer.take();
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

function float64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return bytes;
}
