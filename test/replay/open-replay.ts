import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { replay } from '../../services/replay/replay.ts';
import type { ReplayOptions, ReplaySummary } from '../../services/replay/replay-options.ts';
import { connectStore } from '../../shared/clickhouse/connect-store.ts';
import { type Audit, auditBooks } from '../../shared/store/audit-books.ts';
import type { Store } from '../../shared/store/store.ts';
import { storeOver } from '../../shared/store/store-over.ts';

/** A folder for logs and an embedded store, and the real replay between them, on the test's own thread. */
export interface ReplayTest extends AsyncDisposable {
  /** Writes a log and gives its path. */
  write(name: string, content: string | Uint8Array): string;
  append(name: string, content: string): void;
  path(name: string): string;
  replay(paths: readonly string[], options?: Partial<ReplayOptions>): Promise<ReplaySummary>;
  /** Headline downloads by registry and project. */
  downloads(): Promise<Record<string, number>>;
  /** Headline downloads by country. */
  countries(): Promise<Record<string, number>>;
  audit(): Promise<Audit>;
  readonly store: Store;
  readonly notices: readonly string[];
}

export async function openReplay(): Promise<ReplayTest> {
  const folder = mkdtempSync(join(tmpdir(), 'tallymark-replay-'));
  const connection = await connectStore({ data: join(folder, 'data') });
  const notices: string[] = [];
  const path = (name: string): string => join(folder, 'logs', name);
  return {
    notices,
    path,
    write(name, content) {
      mkdirSync(dirname(path(name)), { recursive: true });
      writeFileSync(path(name), content);
      return path(name);
    },
    append: (name, content) => appendFileSync(path(name), content),
    replay: (paths, options = {}) =>
      replay({
        paths,
        countryFrom: 'database',
        workers: 0,
        store: storeOver(connection),
        signal: new AbortController().signal,
        onProgress: () => {},
        onNotice: (text) => notices.push(text),
        ...options,
      }),
    downloads: async () => {
      const rows = await connection.query<{ name: string; downloads: number }>(
        "SELECT concat(registry, '/', project) AS name, sum(downloads) AS downloads FROM counts WHERE registry != '' GROUP BY name ORDER BY name",
      );
      return Object.fromEntries(rows.map(({ name, downloads }) => [name, downloads]));
    },
    countries: async () => {
      const [row] = await connection.query<{ countries: Record<string, number> }>(
        'SELECT sumMap(country) AS countries FROM counts',
      );
      return row?.countries ?? {};
    },
    audit: () => auditBooks(connection),
    store: storeOver(connection),
    [Symbol.asyncDispose]: async () => {
      await connection[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    },
  };
}
