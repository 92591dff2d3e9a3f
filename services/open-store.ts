import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { EmbeddedStore, ServerStore, Store } from '../shared/clickhouse/connect-store.ts';
import type { Settings } from '../shared/config.ts';
import { CommandError } from './command.ts';
import { readPem } from './read-pem.ts';
import { withoutAccount } from './without-account.ts';

/**
 * Opens the store that the configuration names: the server where `clickhouse.url` is given and `--data` is not, else the
 * embedded one. `read` never makes a store. Throws `StoreError`, and `CommandError`
 * where there is no store yet or a certificate cannot be read.
 */
export async function openStore(settings: Settings, access: 'read' | 'write'): Promise<Store> {
  const { connectStore } = await import('../shared/clickhouse/connect-store.ts');
  if (settings.clickhouse.url !== undefined) return await connectStore(await serverStore(settings, access));
  if (access === 'read' && !existsSync(join(settings.data, 'store.json'))) throw noStore(settings.data);
  return await connectStore({ data: settings.data, access } satisfies EmbeddedStore);
}

/** Where the store is, for messages; without credentials. */
export function describeStore({ clickhouse, data }: Settings): string {
  return clickhouse.url === undefined ? data : withoutAccount(clickhouse.url);
}

function noStore(data: string): CommandError {
  return new CommandError(
    1,
    `there is no store in ${data} yet`,
    '`tallymark replay PATH…` counts logs into one; --data DIR names another folder; `tallymark demo` shows one',
  );
}

async function serverStore({ clickhouse }: Settings, access: 'read' | 'write'): Promise<ServerStore> {
  const { cert, key } = clickhouse;
  if ((cert === undefined) !== (key === undefined)) {
    throw new CommandError(2, 'clickhouse.cert and clickhouse.key belong together', 'give both or none');
  }
  const certificate =
    cert === undefined || key === undefined
      ? undefined
      : { cert: await readPem(cert, 'clickhouse.cert'), key: await readPem(key, 'clickhouse.key') };
  return {
    url: clickhouse.url ?? '',
    database: clickhouse.database,
    user: clickhouse.user,
    password: clickhouse.password,
    ca: clickhouse.ca === undefined ? undefined : await readPem(clickhouse.ca, 'clickhouse.ca'),
    certificate,
    storeKeyFile: clickhouse.store_key_file,
    replicated: clickhouse.replicated,
    cluster: clickhouse.cluster,
    requestTimeoutMs: clickhouse.request_timeout_seconds * 1000,
    patienceMs: clickhouse.connect_timeout_seconds * 1000,
    access,
  };
}
