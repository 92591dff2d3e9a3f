import { StoreError } from '../../shared/clickhouse/database.ts';
import { missingMigrations } from '../../shared/clickhouse/migrate.ts';
import { selfTest } from '../../shared/clickhouse/self-test.ts';
import type { Settings } from '../../shared/config.ts';
import { readStoreFacts, type StoreFacts } from '../../shared/store/store-facts.ts';
import { formatBytes, formatCount, formatCounted } from '../../shared/terminal/numbers.ts';
import { CommandError } from '../command.ts';
import { describeStore, openStore } from '../open-store.ts';
import { checkLines } from './check-lines.ts';
import type { Finding } from './check-machine.ts';
import { checkOffsets, type GroupToCompare } from './check-offsets.ts';

/** More parts in a month than this and reading it is slow; a replay merges them at its end. */
const manyParts = 30;

/** What there is to say of a store that exists, and of a group that feeds it. A store that cannot be opened is the only finding. */
export async function examineStore(
  settings: Settings,
  group: GroupToCompare | undefined,
): Promise<Finding[]> {
  try {
    await using store = await openStore(settings, 'read');
    const [row] = await store.query<{ version: string }>('SELECT version() AS version');
    const kind =
      settings.clickhouse.url === undefined
        ? `chDB, ${store.owner() ? 'opened here' : 'through its owner'}`
        : 'server';
    const missing = await missingMigrations(store);
    const opened: Finding = {
      name: 'store',
      state: 'good',
      detail: `${describeStore(settings)}: ClickHouse ${row.version} (${kind})`,
    };
    if (missing.length > 0) {
      const detail = `lacks ${missing.join(', ')}`;
      return [
        opened,
        { name: 'migrations', state: 'bad', detail, advice: '`tallymark migrate` brings it up to date' },
      ];
    }
    const migrated: Finding = { name: 'migrations', state: 'good', detail: 'all applied' };
    await selfTest(store);
    const tested: Finding = {
      name: 'self-test',
      state: 'good',
      detail: 'one insert under one token counts once',
    };
    return [
      ...[opened, migrated, tested, ...factsOf(await readStoreFacts(store))],
      ...(await checkLines(store)),
      ...(group === undefined ? [] : [await checkOffsets(store, settings, group)]),
    ];
  } catch (error) {
    if (!(error instanceof StoreError || error instanceof CommandError)) throw error;
    return [{ name: 'store', state: 'bad', detail: error.message }];
  }
}

function factsOf({ registries, sources, batches, newestDay, months, pending, turns }: StoreFacts): Finding[] {
  const counted =
    newestDay === undefined
      ? 'nothing yet'
      : `${registries.join(', ')}; ${formatCounted(sources, 'log file')}, `;
  const detail =
    newestDay === undefined
      ? counted
      : `${counted}${formatCounted(batches, 'batch', 'batches')}, newest day ${newestDay}`;
  const crowded = months.filter(({ parts }) => parts > manyParts).map(({ month }) => month);
  const bytes = months.reduce((sum, month) => sum + month.bytes, 0);
  const size = `${formatCounted(months.length, 'month')}, ${formatBytes(bytes)}, ${formatCount(months.reduce((sum, { parts }) => sum + parts, 0))} parts`;
  const undone = pending.map(({ since, files }) => `${formatCounted(files, 'file')} since ${since}`);
  return [
    { name: 'counted', state: 'good', detail },
    crowded.length === 0
      ? { name: 'months', state: 'good', detail: size }
      : {
          name: 'months',
          state: 'warning',
          detail: `${size}; many in ${crowded.join(', ')}`,
          advice: 'the next replay merges them',
        },
    undone.length === 0
      ? { name: 'left undone', state: 'good', detail: 'nothing' }
      : {
          name: 'left undone',
          state: 'warning',
          detail: undone.join('; '),
          advice: 'the next replay finishes it',
        },
    writingNow(turns),
  ];
}

/** An entry in the ledger is renewed every five seconds; so long without is a dead process's. */
const deadAfterSeconds = 60;

/** Replays first, then each topic that feeds the store. */
function writingNow(turns: StoreFacts['turns']): Finding {
  const replays = turns.filter(({ feeds }) => feeds === '').length;
  const feeders = turns.filter(({ feeds }) => feeds !== '');
  const fed = [...new Set(feeders.map(({ feeds }) => feeds))].sort().map((feeds) => {
    const count = feeders.filter((feeder) => feeder.feeds === feeds).length;
    return `fed by ${feeds} (${formatCounted(count, 'ingester')})`;
  });
  const words = [...(replays === 0 ? [] : [formatCounted(replays, 'replay')]), ...fed];
  const detail = words.join('; ') || 'nobody';
  const name = 'writing now';
  const dead = feeders.filter(({ renewedSecondsAgo }) => renewedSecondsAgo > deadAfterSeconds).length;
  if (dead === 0) return { name, state: 'good', detail };
  return {
    name,
    state: 'warning',
    detail: `${detail}; ${formatCounted(dead, 'ingester')} died`,
    advice: '`tallymark ingest` finishes what a dead one has begun; until then no replay may write',
  };
}
