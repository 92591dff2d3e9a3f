import type { Store as Connection } from '../clickhouse/connect-store.ts';
import { clickhouseCounts } from './clickhouse-counts.ts';
import { clickhouseLedger } from './clickhouse-ledger.ts';
import { systemClock } from './clock.ts';
import { processLiveness } from './liveness.ts';
import { systemRandom } from './random.ts';
import type { Store } from './store.ts';

/** The protocol's store over a connection made by `connectStore`, which stays the caller's to close. */
export function storeOver(connection: Connection): Store {
  return {
    counts: clickhouseCounts(connection),
    ledger: clickhouseLedger(connection, systemRandom),
    keyed: (text) => connection.hmac('source', text),
    clock: systemClock,
    random: systemRandom,
    liveness: processLiveness(),
  };
}
