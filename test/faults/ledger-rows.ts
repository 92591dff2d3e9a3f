import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from '../../shared/clickhouse/connect-store.ts';
import type { RunningCli } from './start-cli.ts';

/** Waits until the ledger has rows of which the condition holds; throws where the replay ends before. */
export async function ledgerRows(
  store: Store,
  condition: string,
  { ended }: Pick<RunningCli, 'ended'>,
): Promise<void> {
  const over = ended.then(() => true);
  while ((await store.query(`SELECT 1 FROM ledger WHERE ${condition} LIMIT 1`)).length === 0) {
    if (await Promise.race([over, sleep(5, false)])) throw new Error('The replay ended before.');
  }
}
