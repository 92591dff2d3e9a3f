import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError, readConfiguration } from '../../shared/config.ts';
import { runCli } from './run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'tallymark-config-'));
const path = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

describe('configuration', () => {
  test('flags win over variables, variables over the file, the file over defaults', async () => {
    const file = path('layers.yaml', 'data: file\ngeo_db: file\nlog: json\n');
    const env = { TALLYMARK_DATA: 'variable', TALLYMARK_GEO_DB: 'variable' };
    const { settings, origins } = await readConfiguration({ file, env, flags: { data: 'flag' } });
    expect(settings).toMatchObject({
      data: 'flag',
      geo_db: 'variable',
      log: 'json',
      country_from: 'database',
    });
    expect(Object.fromEntries(origins)).toEqual({ data: 'flag', geo_db: 'environment', log: 'file' });
  });

  test('a folder in a later layer is meant instead of a server in an earlier one', async () => {
    const file = path('server.yaml', 'clickhouse: { url: "http://db:8123" }\n');
    const server = await readConfiguration({ file, env: {} });
    expect(server.settings.clickhouse.url).toBe('http://db:8123');
    const folder = await readConfiguration({ file, env: {}, flags: { data: 'here' } });
    expect(folder.settings.clickhouse.url).toBeUndefined();
  });

  test('a secret may stand in a file of its own', async () => {
    const secret = path('password', 'geheim\n');
    const byVariable = await readConfiguration({ env: { TALLYMARK_CLICKHOUSE_PASSWORD_FILE: secret } });
    expect(byVariable.settings.clickhouse.password).toBe('geheim');
    const file = path('secret.yaml', `clickhouse: { password_file: ${secret} }\n`);
    expect((await readConfiguration({ file, env: {} })).settings.clickhouse.password).toBe('geheim');
    const both = { TALLYMARK_CLICKHOUSE_PASSWORD_FILE: secret, TALLYMARK_CLICKHOUSE_PASSWORD: 'x' };
    await expect(readConfiguration({ env: both })).rejects.toThrow(/both set; set one/);
  });

  test('a secret in the place of its path is in no error', async () => {
    const env = { TALLYMARK_KAFKA_PASSWORD_FILE: 'geheim' };
    const byVariable = await readConfiguration({ env }).catch(String);
    expect(byVariable).toMatch(/TALLYMARK_KAFKA_PASSWORD_FILE takes the path of a file; .*ENOENT/);
    const file = path('no-path.yaml', 'clickhouse: { password_file: geheim }\n');
    const byFile = await readConfiguration({ file, env: {} }).catch(String);
    expect(byFile).toMatch(/clickhouse\.password_file takes the path of a file; .*ENOENT/);
    for (const said of [byVariable, byFile]) expect(said).not.toContain('geheim');
  });

  test('variables that are no settings are told, not refused', async () => {
    const { strangers } = await readConfiguration({ env: { TALLYMARK_SERVICE_HOST: '192.0.2.1' } });
    expect(strangers).toEqual(['TALLYMARK_SERVICE_HOST']);
  });

  test('a prefix may end in slashes; the root and what no URL has are none', async () => {
    const prefixOf = async (prefix: string) => {
      const text = JSON.stringify({ registries: [{ name: 'a', layout: 'pypi', prefix }] });
      return (await readConfiguration({ file: path('prefix.yaml', text), env: {} })).settings.registries[0]
        .prefix;
    };
    expect(await prefixOf('/mirror/')).toBe('/mirror');
    expect(await prefixOf('/a/b//')).toBe('/a/b');
    for (const wrong of ['/', '//', 'mirror', '', '/a b', '/a?b', '/a#b', '/ä'])
      await expect(prefixOf(wrong), wrong).rejects.toThrow(/registries\.0\.prefix: a path below the root/);
  });

  test('a URL pattern is checked, and belongs to the layout files', async () => {
    const registryOf = async (layout: string, pattern: string) => {
      const text = JSON.stringify({ registries: [{ name: 'a', layout, pattern }] });
      return (await readConfiguration({ file: path('pattern.yaml', text), env: {} })).settings.registries[0];
    };
    const pattern = '/downloads/<project>/<version>/<file>';
    expect(await registryOf('files', pattern)).toEqual({ name: 'a', layout: 'files', pattern });
    await expect(registryOf('pypi', pattern)).rejects.toThrow(
      /registries\.0\.pattern: belongs to the layout files, not to pypi/,
    );
    await expect(registryOf('files', '/downloads/<file>')).rejects.toThrow(
      /registries\.0\.pattern: URL pattern has no <project>: \/downloads\/<file>/,
    );
  });

  test('brokers come as a list or as one text, and a wrong one is named by where it came from', async () => {
    const brokersOf = async (text: string) =>
      (await readConfiguration({ file: path('kafka.yaml', text), env: {} })).settings.kafka.brokers;
    expect(await brokersOf('kafka: { brokers: [a:9092, "192.0.2.1:9093"] }\n')).toEqual([
      'a:9092',
      '192.0.2.1:9093',
    ]);
    expect(await brokersOf('kafka: { brokers: "a:9092, b:9092" }\n')).toEqual(['a:9092', 'b:9092']);
    const { settings } = await readConfiguration({ env: {}, flags: { 'kafka.brokers': 'a:1,b:2' } });
    expect(settings.kafka).toMatchObject({ brokers: ['a:1', 'b:2'], topic: 'access-logs', tls: false });
    await expect(brokersOf('kafka: { brokers: [a:9092, b] }\n')).rejects.toThrow(
      /kafka\.yaml: kafka\.brokers\.1: HOST:PORT/,
    );
    const env = { TALLYMARK_KAFKA_BROKERS: 'a:9092,b' };
    await expect(readConfiguration({ env })).rejects.toThrow(/^TALLYMARK_KAFKA_BROKERS: HOST:PORT/);
  });

  test('errors are ours and name all that is wrong', async () => {
    const file = path(
      'wrong.yaml',
      'log: loud\nclickhouse: { url: nowhere, users: x }\nclient_address: last\n',
    );
    const error = await readConfiguration({ file, env: {} }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigError);
    const lines = (error as ConfigError).message.split('\n').map((line) => line.replace(folder, ''));
    expect(lines.map((line) => line.trim()).sort()).toEqual([
      '/wrong.yaml: clickhouse.url: a URL: http://host:8123 or https://host:8443',
      expect.stringMatching(/^\/wrong.yaml: clickhouse: users is no setting; allowed: url, user, /),
      '/wrong.yaml: client_address: first, x-forwarded-for(n) or field NAME',
      '/wrong.yaml: log: allowed: plain, json',
    ]);
  });

  test('`tallymark config` shows origins and hides secrets', async () => {
    const args = ['config', '--json', '--clickhouse', 'http://me:geheim@db:8123?access_token=geheim'];
    const env = {
      TALLYMARK_CLICKHOUSE_KEY: 'a\ngeheim',
      TALLYMARK_KAFKA_KEY: '-----BEGIN PRIVATE KEY-----geheim',
      TALLYMARK_CLICKHOUSE_PASSWORD: 'geheim',
      TALLYMARK_KAFKA_PASSWORD: 'geheim',
      TALLYMARK_KAFKA_BROKERS: 'a:9092,b:9092',
    };
    const { stdout, stderr, exit } = await runCli(args, { env });
    expect(exit).toBe(0);
    expect(stdout + stderr).not.toContain('geheim');
    expect((JSON.parse(stdout) as { settings: unknown[] }).settings).toEqual(
      expect.arrayContaining([
        { key: 'clickhouse.url', value: 'http://(hidden)@db:8123?(hidden)', origin: 'flag' },
        { key: 'clickhouse.key', value: '(hidden)', origin: 'TALLYMARK_CLICKHOUSE_KEY' },
        { key: 'kafka.key', value: '(hidden)', origin: 'TALLYMARK_KAFKA_KEY' },
        { key: 'clickhouse.password', value: '(hidden)', origin: 'TALLYMARK_CLICKHOUSE_PASSWORD' },
        { key: 'kafka.password', value: '(hidden)', origin: 'TALLYMARK_KAFKA_PASSWORD' },
        { key: 'kafka.brokers.1', value: 'b:9092', origin: 'TALLYMARK_KAFKA_BROKERS' },
        { key: 'data', value: './tallymark-data', origin: 'default' },
      ]),
    );
  });
});
