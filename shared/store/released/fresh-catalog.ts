import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../../clickhouse/database.ts';
import { dayAt } from '../../days.ts';
import { type Catalog, readCatalog, readDataVersion } from './catalog.ts';

/** The catalog, looked after in the background until it is disposed of. */
export interface FreshCatalog extends AsyncDisposable {
  /** Undefined until it has been read for the first time. */
  current(): Catalog | undefined;
  /** Resolves when it has been read, rejects with what kept it from being read the first time. */
  readonly loaded: Promise<void>;
}

/** Where the catalog comes from, and how often it is looked after. */
export interface FreshCatalogOptions {
  readonly database: Database;
  /** Epoch milliseconds; decides what today is. */
  readonly now: () => number;
  readonly refreshIntervalMs: number;
}

/**
 * Reads the catalog and then asks every `refreshIntervalMs`, with one small query, whether it is still the latest. While
 * the store does not answer, the last one stays: what has been published never changes.
 */
export function keepCatalogFresh(options: FreshCatalogOptions): FreshCatalog {
  const stop = new AbortController();
  let catalog: Catalog | undefined;
  const refresh = async () => {
    const today = dayAt(options.now());
    if (catalog !== undefined && (await readDataVersion(options.database, today)) === catalog.version) return;
    catalog = await readCatalog(options.database, today);
  };
  const loaded = refresh();
  const running = run(loaded, refresh, { ...options, signal: stop.signal });
  return {
    current: () => catalog,
    loaded,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await running;
    },
  };
}

async function run(
  loaded: Promise<void>,
  refresh: () => Promise<void>,
  { refreshIntervalMs, signal }: FreshCatalogOptions & { readonly signal: AbortSignal },
): Promise<void> {
  await loaded.catch(() => {});
  while (!signal.aborted) {
    await pause(refreshIntervalMs, undefined, { signal, ref: false }).catch(() => {});
    // The next round asks again; readers are told of an outage by their own queries.
    if (!signal.aborted) await refresh().catch(() => {});
  }
}
