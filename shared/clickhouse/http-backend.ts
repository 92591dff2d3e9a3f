/** The way to a ClickHouse server, and to the owner of an embedded store, which speaks the same HTTP: the only createClient. */

import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Readable } from 'node:stream';
import { ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import {
  type Backend,
  ConnectionLost,
  insertError,
  insertInto,
  type Question,
  statementError,
} from './backend.ts';
import { type InsertBytes, StoreError } from './database.ts';

/** Where a server is and how to speak to it; times in milliseconds. */
export interface ServerAddress {
  readonly url: string;
  readonly database: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** PEM of the authority that signed the server's certificate, where the system does not know it. */
  readonly ca?: Uint8Array | undefined;
  /** PEM of the client's certificate and key, where the server asks for one. */
  readonly certificate?: { readonly cert: Uint8Array; readonly key: Uint8Array } | undefined;
  /** Compress what is sent; 18 MB of counts became 3.2 MB in 1.6 s of CPU, so it pays below some 80 Mbit/s. */
  readonly compress?: boolean | undefined;
  readonly requestTimeoutMs?: number | undefined;
  /** Unix socket to connect through instead of the host of `url`. */
  readonly socketPath?: string | undefined;
}

const REQUEST_TIMEOUT_MS = 120_000;
const MAX_CONNECTIONS = 10;
const CHUNK_BYTES = 1 << 20;

/** A backend over HTTP or HTTPS. Nothing is sent before the first statement. */
export function httpBackend(address: ServerAddress): Backend {
  const where = address.socketPath === undefined ? withoutAccount(address.url) : 'the store’s owner';
  const client = createClient({
    url: address.url,
    database: address.database,
    username: address.user ?? 'default',
    password: address.password ?? '',
    http_agent: makeAgent(address),
    request_timeout: address.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    max_open_connections: MAX_CONNECTIONS,
    // Long lists of values travel in the body: URLs end at 1 MiB on a server, and at less on the way to it.
    use_multipart_params_auto: true,
    compression: { request: address.compress ?? false, response: false },
    log: { level: ClickHouseLogLevel.OFF },
  });
  const explained = async <T>(run: () => Promise<T>, signal?: AbortSignal): Promise<T> => {
    try {
      return await run();
    } catch (error) {
      signal?.throwIfAborted();
      throw readError(error, where);
    }
  };
  return {
    select: ({ sql, params, settings, signal }) =>
      explained(async () => {
        const answer = await client.query({
          ...request({ sql, params, settings, signal }),
          format: 'JSONEachRow',
        });
        return await answer.json();
      }, signal),
    change: (question) =>
      explained(async () => {
        await client.command(request(question));
      }, question.signal),
    insert: async (insert, settings) => {
      const query = `${insertInto(insert)} FORMAT ${insert.format}`;
      try {
        const values = Readable.from(cut(insert.bytes), { objectMode: false });
        const { stream } = await client.exec({ query, values, clickhouse_settings: settings });
        for await (const _ of stream);
      } catch (error) {
        throw insertFailure(insert, error, where);
      }
    },
    close: () => client.close(),
  };
}

/** The address as messages show it. Throws `StoreError` without showing it where it is none. */
function withoutAccount(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new StoreError(
      'The address of the ClickHouse server is not of the form https://host:8443. Check it.',
    );
  }
  return `${url.protocol}//${url.host}`;
}

function makeAgent(address: ServerAddress): HttpAgent {
  const shared = { keepAlive: true, maxSockets: MAX_CONNECTIONS };
  // The types of Node's agent leave out what it passes on to `net.connect`.
  const throughSocket = { ...shared, socketPath: address.socketPath };
  if (address.socketPath !== undefined) return new HttpAgent(throughSocket);
  if (!address.url.startsWith('https:')) return new HttpAgent(shared);
  return new HttpsAgent({
    ...shared,
    ...(address.ca === undefined ? {} : { ca: Buffer.from(address.ca) }),
    ...(address.certificate === undefined
      ? {}
      : { cert: Buffer.from(address.certificate.cert), key: Buffer.from(address.certificate.key) }),
  });
}

function request({ sql, params, settings, signal }: Question) {
  return {
    query: sql,
    query_params: params,
    clickhouse_settings: settings,
    ...(signal === undefined ? {} : { abort_signal: signal }),
  };
}

function* cut(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
}

/** What the owner answers while it closes the store: nothing was executed, another process takes over. */
export const OWNER_LEAVING = 'STORE_OWNER_LEAVING';

const NEVER_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

function insertFailure(insert: InsertBytes, error: unknown, where: string): StoreError {
  const read = readError(error, where);
  if (read instanceof ConnectionLost || read.code === undefined) return read;
  return insertError(
    insert,
    read.code,
    error instanceof ClickHouseError ? (error.type ?? 'UNKNOWN') : 'UNKNOWN',
  );
}

function readError(error: unknown, where: string): StoreError {
  if (error instanceof StoreError) return error;
  if (error instanceof ClickHouseError) {
    if (error.type === OWNER_LEAVING) return new ConnectionLost(`${where} is closing`, 'no');
    return statementError(Number(error.code), error.type ?? 'UNKNOWN_EXCEPTION');
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (NEVER_CONNECTED.has(code)) return new ConnectionLost(`Nothing answers at ${where} (${code})`, 'no');
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO/.test(code))
    return new StoreError(
      `${where} shows a certificate that is not trusted (${code}). Name the file of its authority as clickhouse.ca.`,
    );
  return new ConnectionLost(`The connection to ${where} broke${code === '' ? '' : ` (${code})`}`, 'maybe');
}
