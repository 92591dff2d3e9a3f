import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { built } from '../cli/run-cli.ts';
import { startTestServer } from '../clickhouse/http-server.ts';
import { insertsMade } from '../faults/inserts-made.ts';
import { summaryOf } from '../faults/replay-arguments.ts';
import { legit } from './canary-lines.ts';
import { writeCanaryLogs, writeMarkedFixtures } from './canary-logs.ts';
import { collectIn } from './collector.ts';
import { addresses, mark, needlesOfLines, needlesOfMarks } from './marks.ts';
import { readTables } from './read-tables.ts';
import { filesUnder, findMarks } from './scan.ts';

const timeout = 300_000;
const needles = needlesOfMarks();
/** In what callers of the API send; it may come back to them, and to nobody else. */
const caller = 'zq8caller';

/** A new store makes tables, enters its key, tests itself; then a replay announces itself and counts. */
const insertsBeforeCounting = 8;

const scratch = mkdtempSync(join(tmpdir(), 'tallymark-canary-'));
const source = join(scratch, 'logs');
mkdirSync(source);
const logs = writeCanaryLogs(source);
const lineNeedles = needlesOfLines(logs.pieces);

beforeAll(built, 120_000);
afterAll(() => rmSync(scratch, { recursive: true }));

test('no command shows or keeps anything of a line but project and version', { timeout }, async () => {
  const collector = collectIn(join(scratch, 'commands'));
  const data = join(collector.folder, 'data');
  const { run } = collector;
  const paths = [...logs.good, ...logs.bad];
  expect(await run(['replay', ...logs.good, '--data', data, '--layout', 'pypi'])).toMatchObject({ exit: 0 });

  const serve = collector.start(['serve', '--port', '0', '--data', data]);
  await expect.poll(() => serve.stdout(), { timeout: 60_000 }).toContain('listening on');
  const url = /http:\S+/.exec(serve.stdout())![0];
  const json = { TALLYMARK_LOG: 'json', NODE_DEBUG: 'http,net,worker' };
  const recount = ['recount', legit.day, '--from', ...logs.good, '--rules', 'pypi-2026', '--data', data];
  expect(await run(recount)).toMatchObject({ exit: 0 });
  const badOnes = run(['replay', ...paths, '--data', data, '--layout', 'pypi', '--json'], { env: json });
  expect((await badOnes).exit).toBe(1);
  for (const path of paths) await run(['formats', 'test', path]);
  await run(['formats', 'test', logs.good[0]!, '--json', '--lines', '100']);
  const asked = [
    ['query', '--exact', '--by', 'project'],
    ['query', legit.project, '--exact', '--by', 'installer', '--json'],
    ['query', legit.project, '--exact', '--by', 'runtime', '--csv'],
    ['recount', legit.day, '--from', ...paths, '--rules', 'pypi-2026', '--json'],
    ['release', '--profile', 'exact'],
    ['audit', '--json'],
    ['doctor'],
    ['migrate'],
    ['config', '--json'],
  ];
  for (const args of asked) await run([...args, '--data', data]);

  const routes = [
    '/',
    '/v1/meta',
    '/v1/projects',
    `/v1/projects?q=${legit.project}`,
    `/v1/projects/${legit.project}`,
    `/v1/projects/${legit.project}/downloads?period=all`,
    `/v1/projects/${legit.project}/countries?period=all`,
    `/v1/projects/${legit.project}/downloads?period=all&group=installer`,
    `/projects/${legit.project}`,
    '/openapi.json',
    '/healthz',
    `/v1/projects/${caller}?${caller}=1`,
    `/${caller}?from=${caller}`,
  ];
  const headers = { 'user-agent': caller, referer: `https://example.org/${caller}`, cookie: caller };
  for (const route of routes)
    await collector.get(`${url}${route}`, { ...headers, 'x-forwarded-for': addresses.v4[0] });
  serve.kill('SIGTERM');
  collector.keep('serve', await serve.ended);

  const kept = [...collector.surfaces, ...filesUnder(collector.folder), ...(await readTables(data))];
  expect(findMarks(kept, [...needles, ...lineNeedles])).toEqual([]);
  const callers = kept.filter(({ name }) => !name.startsWith('the answer'));
  expect(findMarks(callers, [{ name: 'caller', bytes: Buffer.from(caller), isShort: false }])).toEqual([]);

  // A command that fails where nobody thought of it shows nothing of what it was to show.
  const failed = collector.surfaces.filter(({ bytes }) => bytes.includes('unexpected error'));
  expect(failed.map(({ name }) => name)).toEqual([]);
  const found = findMarks(kept, [{ name: 'project', bytes: Buffer.from(legit.project), isShort: false }]);
  for (const surface of [
    'stdout of query --exact',
    `answer to /v1/projects/${legit.project}`,
    'table `tallymark`.`counts`',
  ])
    expect(found.join('\n')).toContain(surface);
});

test('no format lets anything through', { timeout }, async () => {
  const folder = join(scratch, 'fixtures');
  mkdirSync(folder);
  const paths = writeMarkedFixtures(folder);
  const collector = collectIn(join(scratch, 'formats'));
  const config = join(scratch, 'keys.yaml');
  const keys = readFileSync(new URL('../fixtures/formats/json/keys.json', import.meta.url), 'utf8');
  writeFileSync(config, `formats: { json: ${keys} }`);
  const of = (format: string) => paths.filter((path) => path.includes(`/${format}.`));
  const read = new Set<string | null>();
  for (const some of [
    paths,
    // Shapes of two registries in one log, and keys that have to be told: not detected.
    [...of('fastly-clf'), '--format', 'fastly-clf', '--layout', 'rubygems'],
    [...of('json'), '--format', 'json', '--config', config],
  ]) {
    const data = join(collector.folder, 'data');
    const { stdout } = await collector.run(['replay', ...some, '--data', data, '--json']);
    for (const { format, lines } of summaryOf(stdout).files) if (lines > 0) read.add(format);
  }
  const formats = readdirSync(new URL('../fixtures/formats/', import.meta.url));
  expect([...read].sort()).toEqual(formats.sort());
  await expectNothingKept(collector.folder, collector.surfaces);
});

describe('a replay that does not end well shows and keeps nothing of a line', () => {
  const folder = join(scratch, 'long');
  mkdirSync(folder);
  const { good } = writeCanaryLogs(folder, 400);

  test.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)('ended by %s', { timeout }, async (signal) => {
    const collector = collectIn(join(scratch, signal));
    const data = join(collector.folder, 'data');
    const replay = collector.start(['replay', ...good, '--data', data, '--layout', 'pypi']);
    await insertsMade(data, { inserts: insertsBeforeCounting, replay });
    replay.kill(signal);
    collector.keep(`replay ended by ${signal}`, await replay.ended);
    await expectNothingKept(collector.folder, collector.surfaces);
  });

  /** Fails with a piece of a line in its message, as `JSON.parse` and many others do. */
  const failing = (how: string) => `
    const decode = TextDecoder.prototype.decode;
    TextDecoder.prototype.decode = function (...args) {
      const text = decode.apply(this, args);
      if (text.includes('${mark}')) {
        const error = new TypeError('cannot read ' + text, { cause: new Error(text) });
        error.code = text;
        ${how}
      }
      return text;
    };`;

  const thrown = 'queueMicrotask(() => { throw error; });';
  const rejected = 'void Promise.reject(error);';
  const text = 'queueMicrotask(() => { throw text; });';

  test.each([
    { name: 'an uncaught error', how: thrown },
    { name: 'a rejection that nobody handles', how: rejected },
    { name: 'a text thrown instead of an error', how: text },
  ])('ended by $name in a counting thread', { timeout }, async ({ how }) => {
    const collector = collectIn(mkdtempSync(join(scratch, 'uncaught-')));
    const data = join(collector.folder, 'data');
    const args = ['replay', ...good, '--data', data, '--layout', 'pypi', '--workers', '1'];
    const { exit, stderr } = await collector.run(args, { preload: failing(how) });
    expect({ exit, stderr }).toMatchObject({ exit: 1, stderr: expect.stringContaining('unexpected error') });
    await expectNothingKept(collector.folder, collector.surfaces);
  });

  test.each([
    { name: 'an uncaught error', how: thrown },
    { name: 'a rejection that nobody handles', how: rejected },
    { name: 'a text thrown instead of an error', how: text },
  ])('ended by $name in the process that reads lines itself', { timeout }, async ({ how }) => {
    const collector = collectIn(mkdtempSync(join(scratch, 'uncaught-')));
    const args = ['formats', 'test', logs.good[0]!, '--layout', 'pypi'];
    const { exit, stderr } = await collector.run(args, { preload: failing(how) });
    expect({ exit, stderr }).toMatchObject({ exit: 1, stderr: expect.stringContaining('unexpected error') });
    expect(findMarks([...collector.surfaces, ...filesUnder(collector.folder)], needles)).toEqual([]);
  });

  test('to a server that goes away', { timeout }, async () => {
    const collector = collectIn(join(scratch, 'outage'));
    const data = join(collector.folder, 'data');
    await using server = await startTestServer({ folder: join(data, 'chdb') });
    const store = ['--clickhouse', server.url, '--store-key-file', join(data, 'store.key')];
    const args = ['replay', ...good, ...store, '--layout', 'pypi', '--timeout', '1'];
    const env = { TALLYMARK_CLICKHOUSE_CONNECT_TIMEOUT_SECONDS: '1' };
    const replay = collector.start(args, { env });
    await insertsMade(data, { inserts: insertsBeforeCounting, replay });
    await server.kill();
    const ended = await replay.ended;
    expect(ended, ended.stderr).toMatchObject({ exit: 1 });
    collector.keep('replay without its server', ended);
    await expectNothingKept(collector.folder, collector.surfaces);
  });

  test('over a store that is damaged', { timeout }, async () => {
    const collector = collectIn(join(scratch, 'damaged'));
    const data = join(collector.folder, 'data');
    await collector.run(['replay', ...logs.good, '--data', data, '--layout', 'pypi']);
    for (const name of readdirSync(data, { recursive: true, encoding: 'utf8' })) {
      if (!/202609_.*data\.bin$/.test(name)) continue;
      // As long as before, so that it is found out when it is read.
      writeFileSync(join(data, name), Buffer.alloc(statSync(join(data, name)).size, 'x'));
    }
    const commands = [['query', legit.project, '--exact', '--by', 'version'], ['audit'], ['replay', ...good]];
    for (const command of commands) {
      const { exit, stderr } = await collector.run([...command, '--data', data]);
      expect({ exit, stderr }).toMatchObject({ exit: 1, stderr: expect.stringContaining('tallymark: ') });
    }
    expect(findMarks([...collector.surfaces, ...filesUnder(collector.folder)], needles)).toEqual([]);
  });
});

async function expectNothingKept(folder: string, streams: Parameters<typeof findMarks>[0]): Promise<void> {
  const data = join(folder, 'data');
  const kept = [...streams, ...filesUnder(folder), ...(await readTables(data))];
  expect(findMarks(kept, needles)).toEqual([]);
}
