import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withoutAccount } from '../../services/without-account.ts';
import { startTestServer } from '../clickhouse/http-server.ts';
import { scratchFolder } from '../source/scratch-folder.ts';
import { runCli } from './run-cli.ts';

describe('the URL of a server is shown without its account', () => {
  test.each([
    { url: 'http://db:8123', left: 'http://db:8123', blanked: 'http://db:8123' },
    { url: 'http://me:secret@db:8123', left: 'http://db:8123', blanked: 'http://(hidden)@db:8123' },
    { url: 'HTTP://me:secret@db', left: 'http://db', blanked: 'http://(hidden)@db' },
    { url: 'https://me:sec@ret@db', left: 'https://db', blanked: 'https://(hidden)@db' },
    { url: 'https://secret@db/', left: 'https://db', blanked: 'https://(hidden)@db' },
    { url: 'http://:secret@db/path', left: 'http://db/path', blanked: 'http://(hidden)@db/path' },
    { url: 'http:me:secret@db', left: 'http://db', blanked: 'http://(hidden)@db' },
    { url: 'http:\\\\me:secret@db', left: 'http://db', blanked: 'http://(hidden)@db' },
    ...[
      'access_token=secret&a=1',
      'http_header_Authorization=Bearer%20secret',
      'password=secret',
      'ch_format_avro_schema_registry_url=http%3A%2F%2Fme%3Asecret%40registry',
    ].map((query) => ({
      url: `https://db/a?${query}`,
      left: 'https://db/a',
      blanked: 'https://db/a?(hidden)',
    })),
    {
      url: 'https://me:secret@db?a=secret#secret',
      left: 'https://db',
      blanked: 'https://(hidden)@db?(hidden)',
    },
    { url: 'https://me:secret@[2001:db8::1]:8443', left: 'https://[2001:db8::1]:8443' },
    { url: './tallymark-data', left: './tallymark-data', blanked: './tallymark-data' },
    { url: '/logs/x@y', left: '/logs/x@y', blanked: '/logs/x@y' },
  ])('$url', ({ url, left, blanked }) => {
    expect(withoutAccount(url)).toBe(left);
    if (blanked !== undefined) expect(withoutAccount(url, '(hidden)')).toBe(blanked);
  });
});

test('no command shows the password that is in the URL of the store', { timeout: 120_000 }, async () => {
  const { folder, write } = scratchFolder();
  const log = write(
    'access.log',
    '192.0.2.77 - - [21/Nov/2025:13:05:59 +0000] "GET /packages/any/a/alpha/alpha-1.0.tar.gz HTTP/1.1" 200 5 "-" "pip/25.2"\n',
  );
  await using server = await startTestServer({
    folder: join(folder, 'chdb'),
    user: 'me',
    password: 'ge@heim',
  });
  const url = `HTTP://me:ge@heim@127.0.0.1:${server.port}`;
  const store = ['--clickhouse', url, '--store-key-file', join(folder, 'store.key')];
  const commands: { args: string[]; says: string }[] = [
    {
      args: ['replay', log],
      says: `tallymark query --exact --by project --clickhouse http://127.0.0.1:${server.port}\n`,
    },
    { args: ['migrate'], says: `The store http://127.0.0.1:${server.port} has all` },
    { args: ['doctor'], says: `http://127.0.0.1:${server.port}: ClickHouse` },
    { args: ['audit'], says: `http://127.0.0.1:${server.port}` },
    { args: ['config'], says: `http://(hidden)@127.0.0.1:${server.port}` },
    { args: ['query', '--exact', '--registry', 'other'], says: "no registry 'other'" },
    { args: ['ingest', '--once', '--brokers', '127.0.0.1:1'], says: 'Kafka at 127.0.0.1:1 is not there' },
  ];
  for (const { args, says } of commands) {
    const { stdout, stderr } = await runCli([...args, ...store], { cwd: folder });
    expect(stdout + stderr).toContain(says);
    expect(stdout + stderr, args[0]).not.toMatch(/heim|ge@/);
  }
});
