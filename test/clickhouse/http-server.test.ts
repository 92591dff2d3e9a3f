import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectStore, type ServerStore, type Store } from '../../shared/clickhouse/connect-store.ts';
import type { InsertBytes } from '../../shared/clickhouse/database.ts';
import { stringColumns } from '../../shared/clickhouse/native-strings.ts';
import { whyNoCertificates } from '../kafka/certificates.ts';
import { type Fault, startTestServer, type TestServer } from './http-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'tallymark-'));
const storeKeyFile = join(folder, 'store.key');
/** Long enough for a statement on a busy machine, short enough to wait for in a test. */
const TIMEOUT_MS = 4_000;
const account = { user: 'tally', password: 'mark' };
afterAll(() => rmSync(folder, { recursive: true }));

describe('a server behind a bad network', () => {
  let server: TestServer;
  let store: Store;
  let options: ServerStore;

  beforeAll(async () => {
    server = await startTestServer({ folder: join(folder, 'faults'), ...account });
    options = { url: server.url, ...account, storeKeyFile };
    // Made with all the time it takes, then used with little.
    await (await connectStore(options))[Symbol.asyncDispose]();
    store = await connectStore({ ...options, requestTimeoutMs: TIMEOUT_MS, patienceMs: 25_000 });
  });
  afterAll(async () => {
    await store[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  test.each<{ name: string; kind: Fault['kind']; rowsBefore: number }>([
    { name: 'answered 503 by a proxy', kind: 'refuse', rowsBefore: 0 },
    { name: 'reset before it ran', kind: 'reset', rowsBefore: 0 },
    { name: 'swallowed', kind: 'hang', rowsBefore: 0 },
    { name: 'done, with the answer lost', kind: 'drop', rowsBefore: 1 },
  ])(
    'an insert that is $name is ambiguous, and the same token makes it one',
    async ({ name, kind, rowsBefore }) => {
      const insert = entry(name);
      await server.fail({ kind, on: 'insert', times: 1 });
      await expect(store.insert(insert)).rejects.toMatchObject({ name: 'AmbiguousInsert' });
      expect(await rows(store, name)).toBe(rowsBefore);
      await store.insert(insert);
      expect(await rows(store, name)).toBe(1);
    },
  );

  test('an insert that was given up on may land later, and its token makes it one', async () => {
    const insert = entry('late');
    await server.fail({ kind: TIMEOUT_MS + 500, on: 'insert', times: 1 });
    await expect(store.insert(insert)).rejects.toMatchObject({ name: 'AmbiguousInsert' });
    expect(await rows(store, 'late')).toBe(0);
    await expect.poll(() => rows(store, 'late'), { timeout: 10_000 }).toBe(1);
    await store.insert(insert);
    expect(await rows(store, 'late')).toBe(1);
  });

  test.each<{ kind: Fault['kind'] }>([
    { kind: 'refuse' },
    { kind: 'reset' },
    { kind: 'hang' },
    { kind: 'drop' },
    { kind: 100 },
  ])('a query gets its answer after $kind', async ({ kind }) => {
    await server.fail({ kind, on: 'any', times: 2 });
    expect(await store.query('SELECT 42 AS n')).toEqual([{ n: 42 }]);
  });

  test('an ambiguous insert never says what was in it', async () => {
    await server.fail({ kind: 'refuse', on: 'insert', times: 1 });
    const error = await store.insert(entry('canary-9f31')).catch((it: unknown) => it as Error);
    for (let at: unknown = error; at instanceof Error; at = at.cause) {
      expect(`${at.message}${at.stack}${JSON.stringify(at)}`).not.toContain('canary-9f31');
    }
  });

  test('compressed requests say the same', async () => {
    await using compressed = await connectStore({ ...options, compress: true });
    await compressed.insert({
      ...entry('compressed'),
      ...stringColumns({ entry: 'compressed', body: 'x'.repeat(3_000_000) }),
    });
    expect(await compressed.query("SELECT length(body) AS n FROM ledger WHERE entry = 'compressed'")).toEqual(
      [{ n: 3_000_000 }],
    );
  });

  test('a wrong password is refused at once and says what to do', async () => {
    const wrong = connectStore({ ...options, password: 'guess' });
    await expect(wrong).rejects.toMatchObject({
      name: 'StoreError',
      code: 516,
      message: /Check the user and the password/,
    });
  });

  test('a key of another store is refused', async () => {
    const other = join(folder, 'other.key');
    await expect(connectStore({ ...options, storeKeyFile: other })).rejects.toThrow(/key is lost/);
  });

  test('reading needs no key, writes nothing and has none', async () => {
    await using reader = await connectStore({ ...options, storeKeyFile: undefined, access: 'read' });
    expect(await reader.query('SELECT 1 AS n')).toEqual([{ n: 1 }]);
    expect(() => reader.hmac('a', 'b')).toThrow(/without its key/);
    await expect(connectStore({ ...options, storeKeyFile: undefined })).rejects.toThrow(/--store-key-file/);
  });

  test('two writers that connect at once agree', async () => {
    const both = await Promise.all([connectStore(options), connectStore(options)]);
    expect(both[0].hmac('a', 'b')).toBe(both[1].hmac('a', 'b'));
    for (const it of both) await it[Symbol.asyncDispose]();
  });
});

test('a server that is not there is named, after the patience given', async () => {
  const nowhere = connectStore({ url: 'http://127.0.0.1:9', ...account, storeKeyFile, patienceMs: 300 });
  await expect(nowhere).rejects.toMatchObject({
    name: 'StoreUnavailable',
    message: /Nothing answers at http:\/\/127\.0\.0\.1:9 \(ECONNREFUSED\)/,
  });
});

test.each([
  { url: 'http://tally:s3cret@127.0.0.1:9', message: /Nothing answers at http:\/\/127\.0\.0\.1:9/ },
  { url: 'tally:s3cret@nowhere', message: /not of the form/ },
  { url: 'tcp://tally:s3cret@nowhere', message: /not of the form/ },
])('an address never shows its password: $message', async ({ url, message }) => {
  const error = await connectStore({ url, storeKeyFile, patienceMs: 100 }).catch(
    (it: unknown) => it as Error,
  );
  expect(String(error)).toMatch(message);
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    expect(`${at.stack}`).not.toContain('s3cret');
});

test('reading a server without tables asks for migrate', async () => {
  await using server = await startTestServer({ folder: join(folder, 'bare') });
  await expect(connectStore({ url: server.url, access: 'read' })).rejects.toThrow(/tallymark migrate/);
});

test('a server that is killed and comes back keeps what it acknowledged', { timeout: 60_000 }, async () => {
  const where = { folder: join(folder, 'killed'), ...account };
  const first = await startTestServer(where);
  await using store = await connectStore({
    url: first.url,
    ...account,
    storeKeyFile: join(folder, 'killed.key'),
  });
  await store.insert(entry('before'));
  await first.kill();
  const insert = store.insert(entry('while away'));
  const query = store.query<{ n: number }>('SELECT count() AS n FROM ledger');
  await using _ = await startTestServer({ ...where, port: first.port });
  // Refused connections are tried again; one that was open when the server died leaves the insert ambiguous.
  await insert.catch((error: unknown) => expect(error).toMatchObject({ name: 'AmbiguousInsert' }));
  await query;
  await store.insert(entry('while away'));
  expect(await store.query('SELECT entry FROM ledger ORDER BY entry')).toEqual([
    { entry: 'before' },
    { entry: 'while away' },
  ]);
});

describe.skipIf(whyNoCertificates)(whyNoCertificates ? `TLS (skipped: ${whyNoCertificates})` : 'TLS', () => {
  let server: TestServer;
  const pem = (name: string): string => join(folder, `${name}.pem`);
  const ca = (): Uint8Array => readFileSync(pem('ca'));
  const certificate = () => ({ cert: readFileSync(pem('client')), key: readFileSync(pem('client-key')) });

  beforeAll(async () => {
    makeCertificates(folder);
    const tls = { cert: pem('server'), key: pem('server-key'), ca: pem('ca') };
    server = await startTestServer({ folder: join(folder, 'tls'), ...account, tls });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test('works with an authority of one’s own and a client certificate, and still asks for the password', async () => {
    const secure = {
      url: server.url,
      ...account,
      storeKeyFile: join(folder, 'tls.key'),
      ca: ca(),
      certificate: certificate(),
    };
    await using store = await connectStore(secure);
    await store.insert(entry('secure'));
    expect(await rows(store, 'secure')).toBe(1);
    await expect(connectStore({ ...secure, password: 'guess' })).rejects.toMatchObject({ code: 516 });
  });

  test('refuses a server whose authority nobody named', async () => {
    const unknown = connectStore({ url: server.url, ...account, access: 'read', certificate: certificate() });
    await expect(unknown).rejects.toMatchObject({ name: 'StoreError', message: /not trusted/ });
  });

  test('does not get past a server that asks for a certificate without one', async () => {
    const bare = connectStore({ url: server.url, ...account, access: 'read', ca: ca(), patienceMs: 300 });
    await expect(bare).rejects.toMatchObject({ name: expect.stringMatching(/^Store(Error|Unavailable)$/) });
  });
});

function entry(name: string): InsertBytes {
  return { table: 'ledger', ...stringColumns({ entry: name, event: 'test', body: '' }), token: name };
}

async function rows(store: Store, name: string): Promise<number> {
  const sql = 'SELECT count() AS rows FROM ledger WHERE entry = {name:String}';
  return (await store.query<{ rows: number }>(sql, { name }))[0]!.rows;
}

/** An authority, a server of the name localhost and a client, each valid for a day. */
function makeCertificates(into: string): void {
  const openssl = (...args: string[]): void =>
    void execFileSync('openssl', args, { cwd: into, stdio: 'pipe' });
  const key = (name: string): string[] => [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    name,
  ];
  openssl(
    'req',
    '-x509',
    ...key('ca-key.pem'),
    '-days',
    '1',
    '-subj',
    '/CN=Test authority',
    '-out',
    'ca.pem',
  );
  for (const [name, subject, alternative] of [
    ['server', '/CN=localhost', 'DNS:localhost'],
    ['client', '/CN=tally', 'DNS:tally'],
  ] as const) {
    const signing = ['-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-addext', `subjectAltName=${alternative}`];
    openssl(
      'req',
      '-x509',
      ...key(`${name}-key.pem`),
      '-days',
      '1',
      '-subj',
      subject,
      ...signing,
      '-out',
      `${name}.pem`,
    );
  }
}
