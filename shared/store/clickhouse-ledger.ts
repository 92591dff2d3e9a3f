import type { Database } from '../clickhouse/database.ts';
import type { Announcement, Intent, Ledger, LedgerEvent, OpenTurn } from './ledger.ts';
import type { Random } from './random.ts';
import { RowBinaryWriter } from './row-binary.ts';

/**
 * Table `ledger` of a ClickHouse store. Its entries are `turn/<turn>` and `batch/<batch>`. Each try to append has a token of
 * its own: two equal events do no harm, and one that was acknowledged and dropped would.
 */
export function clickhouseLedger(database: Database, random: Random): Ledger {
  return {
    append: (event) => database.insert({ ...encodeEvent(event), token: random.id() }),
    openTurns: async () => {
      const rows = await database.query<OpenTurnRow>(openTurnsQuery);
      return {
        now: rows[0]?.now ?? 0,
        turns: rows.map(
          ({ body, since, renewedAt }): OpenTurn => ({
            ...(JSON.parse(body) as Announcement),
            since,
            renewedAt,
          }),
        ),
      };
    },
    isClosed: async (turn) => (await database.query(closedQuery, { entry: `turn/${turn}` })).length > 0,
    pending: async () => {
      const rows = await database.query<{ body: string }>(pendingQuery);
      return rows.map(({ body }) => JSON.parse(body) as Intent);
    },
  };
}

interface OpenTurnRow {
  readonly body: string;
  readonly since: number;
  readonly renewedAt: number;
  readonly now: number;
}

const isTurn = `entry >= 'turn/' AND entry < 'turn0'`;

/** Query: entries that were closed by themselves, or by one that nobody had closed before. */
const closedEntries = `
  SELECT entry FROM ledger
  LEFT ANY JOIN (
    SELECT entry AS closer, min(at) AS closerClosedAt FROM ledger
    WHERE ${isTurn} AND event = 'closed' GROUP BY entry) AS closers ON closer = concat('turn/', body)
  WHERE ${isTurn} AND event = 'closed' AND (closer = '' OR closer = entry OR closerClosedAt > at)`;

/**
 * Query: the entries of open turns and feeders, dead ones included, as `announced` (JSON), `feeds` ('' of a turn), `since` and `renewedAt`
 * (times of the store). What a feeder that was closed by then has closed of others' is open.
 */
export const openEntries = `
  SELECT anyIf(body, event = 'announced') AS announced, JSONExtractString(announced, 'feeds') AS feeds,
    minIf(at, event = 'announced') AS since, maxIf(at, event != 'closed') AS renewedAt
  FROM ledger WHERE ${isTurn}
  GROUP BY entry
  HAVING countIf(event = 'announced') > 0
    AND (countIf(event = 'closed') = 0 OR (feeds != '' AND entry NOT IN (${closedEntries})))`;

const openTurnsQuery = `
  SELECT announced AS body, toUnixTimestamp64Milli(since) AS since, toUnixTimestamp64Milli(renewedAt) AS renewedAt,
    toUnixTimestamp64Milli(now64(3)) AS now
  FROM (${openEntries})`;

const closedQuery = `SELECT 1 FROM ledger WHERE entry = {entry:String} AND event = 'closed' LIMIT 1`;

const pendingQuery = `
  SELECT any(ledger.body) AS body FROM ledger
  WHERE event = 'intended' AND entry IN (
    SELECT entry FROM ledger WHERE entry >= 'batch/' AND entry < 'batch0'
    GROUP BY entry HAVING countIf(event = 'settled') = 0)
  GROUP BY entry
  ORDER BY min(at), entry`;

const columns = ['entry', 'event', 'body'] as const;

function encodeEvent(event: LedgerEvent) {
  const writer = new RowBinaryWriter();
  const { entry, body } = entryOf(event);
  for (const value of [entry, event.event, body]) writer.string(value);
  return { table: 'ledger', columns, format: 'RowBinary', bytes: writer.take() } as const;
}

function entryOf(event: LedgerEvent): { entry: string; body: string } {
  switch (event.event) {
    case 'announced':
      return { entry: `turn/${event.announcement.turn}`, body: JSON.stringify(event.announcement) };
    case 'renewed':
      return { entry: `turn/${event.turn}`, body: '' };
    case 'closed':
      return { entry: `turn/${event.turn}`, body: event.by };
    case 'intended':
      return { entry: `batch/${event.intent.batch}`, body: JSON.stringify(event.intent) };
    case 'settled':
      return { entry: `batch/${event.batch}`, body: '' };
  }
}
