import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { built, program, runCli } from './run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'tallymark-commands-'));
const data = join(folder, 'store');
const pip =
  'pip/25.2 {\\x22ci\\x22:true,\\x22installer\\x22:{\\x22name\\x22:\\x22pip\\x22},\\x22python\\x22:\\x223.12.1\\x22}';

/** A line of 21 or 22 November for a project's file, from a documentation address. */
function line(day: number, file: string, { status = 200, agent = pip } = {}): string {
  const path = file.startsWith('/') ? file : `/packages/any/${file[0]}/${file.split('-')[0]}/${file}`;
  return `192.0.2.77 - - [${day}/Nov/2025:13:05:59 +0000] "GET ${path} HTTP/1.1" ${status} 5 "-" "${agent}"\n`;
}

const lines = [
  line(21, 'alpha-1.0.tar.gz'),
  line(21, 'alpha-1.0.tar.gz'),
  line(22, 'alpha-1.1-py3-none-any.whl'),
  line(22, 'beta_tool-2.0.tar.gz'),
  line(22, 'beta_tool-2.0.tar.gz', { status: 404 }),
  line(22, '/simple/alpha/'),
  line(22, 'alpha-1.1.tar.gz', { agent: 'bandersnatch/6.6.0 (cpython 3.12.1-final0)' }),
  'not a log line 192.0.2.77\n',
];
const log = join(folder, 'access.log.gz');
writeFileSync(log, gzipSync(lines.join('')));

async function json(...args: string[]): Promise<unknown> {
  const ran = await runCli([...args, '--data', data, '--json'], { cwd: folder });
  expect(ran.stderr).not.toContain('192.0.2.77');
  expect(ran.exit, ran.stderr).toBe(0);
  return JSON.parse(ran.stdout);
}

const counts = {
  lines: 8,
  counted: 5,
  already_counted: 0,
  dropped: { status: 1, index: 1, malformed_line: 1 },
};

beforeAll(async () => {
  await built();
}, 120_000);

describe.sequential('commands over one store', { timeout: 120_000 }, () => {
  test('nothing is asked of a store that is not there', async () => {
    for (const command of ['query', 'audit', 'serve']) {
      const ran = await runCli([command, '--data', data]);
      expect(ran.exit).toBe(1);
      expect(ran.stderr).toMatch(/there is no store in .*\n {2}`tallymark replay PATH…`/);
    }
    expect(readdirSync(folder)).not.toContain('store');
  });

  test('replay prints its books', async () => {
    const summary = await json('replay', log);
    expect(summary).toEqual({
      files: [{ path: log, format: 'combined', layout: 'pypi', ...counts }],
      ...counts,
      days: ['2025-11-21', '2025-11-22'],
      rules: 'default',
      seconds: expect.any(Number),
      lines_per_second: expect.any(Number),
    });
  });

  test('a second replay counts nothing', async () => {
    const again = { lines: 8, counted: 0, already_counted: 8, dropped: {} };
    expect(await json('replay', log)).toMatchObject({ ...again, files: [{ path: log, ...again }] });
  });

  test('replay goes on beside a file that fails, and exits 1', async () => {
    const noise = join(folder, 'noise.log');
    writeFileSync(noise, 'secret words 192.0.2.77 and more\n');
    const empty = join(folder, 'empty.log');
    writeFileSync(empty, '');
    const ran = await runCli([
      'replay',
      noise,
      empty,
      log,
      join(folder, 'missing.log'),
      '--data',
      data,
      '--json',
    ]);
    expect(ran.exit).toBe(1);
    expect(ran.stdout + ran.stderr).not.toMatch(/secret|192\.0\.2/);
    const { files } = JSON.parse(ran.stdout) as { files: { path: string; error?: { code: string } }[] };
    const failures = Object.fromEntries(
      files.map(({ path, error }) => [path.slice(folder.length + 1), error?.code]),
    );
    expect(failures).toEqual({
      'noise.log': 'unknown_format',
      'empty.log': undefined,
      'access.log.gz': undefined,
      'missing.log': 'missing',
    });
  });

  const range = { registry: 'pypi', from: '2025-11-21', to: '2025-11-22' };
  test.each([
    {
      args: ['alpha', '--by', 'version'],
      want: { project: 'alpha', ...range, by: 'version', total: 3 },
      data: [
        { version: '1.0', downloads: 2 },
        { version: '1.1', downloads: 1 },
      ],
    },
    {
      args: ['Beta.Tool', '--by', 'country'],
      want: {
        project: 'beta-tool',
        registry: 'pypi',
        from: '2025-11-22',
        to: '2025-11-22',
        by: 'country',
        total: 1,
      },
      data: [{ country: 'ZZ', downloads: 1 }],
    },
    {
      args: ['--by', 'project', '--limit', '1'],
      want: { project: null, ...range, by: 'project', total: 4 },
      data: [{ project: 'alpha', downloads: 3 }],
    },
    {
      args: ['alpha', '--by', 'day', '--from', '2025-11-22', '--to', '2025-11-30'],
      want: { project: 'alpha', registry: 'pypi', from: '2025-11-22', to: '2025-11-30', by: 'day', total: 1 },
      data: [{ day: '2025-11-22', downloads: 1 }],
    },
  ])('query $args', async ({ args, want, data }) => {
    expect(await json('query', ...args, '--exact')).toEqual({ ...want, data });
  });

  test('query draws bars, or writes CSV', async () => {
    const bars = await runCli(['query', 'alpha', '--exact', '--by', 'version', '--data', data]);
    expect(bars.stdout).toBe(
      [
        'alpha (pypi)  3 downloads  2025-11-21 to 2025-11-22  by version',
        '',
        `  1.0  2   66.7 %  ${'█'.repeat(40)}`,
        `  1.1  1   33.3 %  ${'█'.repeat(20)}`,
        '',
      ].join('\n'),
    );
    const csv = await runCli(['query', 'alpha', '--exact', '--by', 'version', '--csv', '--data', data]);
    expect(csv.stdout).toBe('version,downloads\n1.0,2\n1.1,1\n');
  });

  test.each([
    { args: ['alhpa', '--exact'], exit: 1, stderr: /no project 'alhpa' in pypi\n {2}did you mean alpha\?/ },
    {
      args: ['--registry', 'npm', '--exact'],
      exit: 2,
      stderr: /no registry 'npm' in the store\n {2}there are: pypi/,
    },
    { args: ['alpha', '--by', 'project'], exit: 2, stderr: /about the whole registry/ },
    { args: ['--from', '2025-02-30'], exit: 2, stderr: /--from is '2025-02-30'\n {2}allowed: a UTC day/ },
    { args: ['--from', '2025-02-02', '--to', '2025-02-01'], exit: 2, stderr: /is after/ },
    {
      args: ['alpha', '--by', 'country'],
      exit: 1,
      stderr: /nothing of who downloaded is published.*\n.*release/,
    },
  ])('query $args exits $exit', async ({ args, exit, stderr }) => {
    const ran = await runCli(['query', ...args, '--data', data]);
    expect(ran.stderr).toMatch(stderr);
    expect(ran.stdout).toBe('');
    expect(ran.exit).toBe(exit);
  });

  test('a recount enters the difference, and refuses what it has no files for', async () => {
    const recount = (rules: string) => json('recount', '2025-11-22', '--from', log, '--rules', rules);
    const entered = { day: '2025-11-22', outcome: 'entered', personSide: true };
    expect(await recount('npm')).toEqual({ days: [{ ...entered, before: 2, after: 0 }] });
    expect(await recount('npm')).toEqual({ days: [{ day: '2025-11-22', outcome: 'unchanged' }] });
    expect(await recount('default')).toEqual({ days: [{ ...entered, before: 0, after: 2 }] });
    const other = join(folder, 'other.log');
    writeFileSync(other, line(22, 'gamma-1.0.tar.gz'));
    const refused = await runCli(['recount', '2025-11-22', '--from', other, '--data', data]);
    expect(refused.exit).toBe(1);
    expect(refused.stdout).toMatch(/2025-11-22 {2}refused: 5 of its lines are in files that are not given/);
  });

  test('release publishes, once, and says that nothing is blurred', async () => {
    const standard = await runCli(['release', '--data', data]);
    expect(standard.exit).toBe(2);
    const first = await json('release', '--profile', 'exact');
    expect(first).toMatchObject({
      profile: 'exact',
      registries: [{ registry: 'pypi', through: '2025-11-22' }],
    });
    expect(await json('query', 'alpha', '--by', 'installer')).toEqual({
      project: 'alpha',
      ...range,
      by: 'installer',
      total: 3,
      unattributed: 0,
      profile: 'exact',
      data: [{ installer: 'pip', downloads: 3, se: 0 }],
    });
    const released = { unattributed: 0, data: [{ downloads: expect.any(Number), se: 0 }] };
    expect(await json('query', '--by', 'project', '--limit', '1')).toMatchObject(released);
    expect(await json('query', 'beta-tool', '--by', 'day')).toMatchObject(released);
    expect(await json('query', 'beta-tool', '--by', 'version')).toMatchObject(released);
  });

  test('several registries are to be told apart', async () => {
    const crates = join(folder, 'crates.log');
    writeFileSync(crates, line(22, '/crates/serde/serde-1.0.0.crate', { agent: 'cargo 1.80.0' }));
    expect(await json('replay', crates)).toMatchObject({ counted: 1 });
    const ran = await runCli(['query', '--exact', '--data', data]);
    expect(ran.exit).toBe(2);
    expect(ran.stderr).toMatch(/several registries: say which with --registry\n {2}there are: crates, pypi/);
    expect(await json('query', '--exact', '--registry', 'crates')).toMatchObject({ total: 1 });
  });

  test('names are spelled by the layout of a registry, whatever it is called', async () => {
    const fresh = join(folder, 'mirror');
    const mirror = async (...args: string[]) => {
      const ran = await runCli([...args, '--registry', 'mymirror', '--data', fresh, '--json']);
      expect(ran.exit, ran.stderr).toBe(0);
      return JSON.parse(ran.stdout) as unknown;
    };
    await mirror('replay', log, '--layout', 'pypi');
    const answer = { project: 'beta-tool', registry: 'mymirror', total: 1 };
    expect(await mirror('query', 'Beta_Tool', '--exact')).toMatchObject(answer);
  });

  test('files are counted by the pattern of the configuration', async () => {
    const downloads = join(folder, 'downloads.log');
    writeFileSync(downloads, line(22, '/mirror/downloads/tool/2.0/tool-linux.tar.gz'));
    const config = join(folder, 'pattern.yaml');
    const registry = { name: 'tools', layout: 'files', prefix: '/mirror/' };
    const pattern = '/downloads/<project>/<version>/<file>';
    writeFileSync(config, JSON.stringify({ registries: [{ ...registry, pattern }] }));
    const fresh = ['--data', join(folder, 'tools'), '--config', config];
    await runCli(['replay', downloads, ...fresh]);
    const ran = await runCli(['query', 'tool', '--exact', '--by', 'version', '--csv', ...fresh]);
    expect(ran.stdout, ran.stderr).toBe('version,downloads\n2.0,1\n');
  });

  test('standard input is counted, and nothing else reads it', async () => {
    const input = line(22, 'delta-1.0.tar.gz').repeat(3);
    const fresh = join(folder, 'fresh');
    const ran = await runCli(['replay', '-', '--data', fresh, '--json'], { input });
    expect(ran.stderr).not.toContain('192.0.2.77');
    expect(JSON.parse(ran.stdout)).toMatchObject({ lines: 3, counted: 3, files: [{ path: '-' }] });
  });

  test('the books balance, and the doctor has nothing bad to say', async () => {
    expect(await json('audit')).toMatchObject({ ok: true });
    expect(await json('doctor')).toMatchObject({ ok: true });
    expect(await json('migrate')).toMatchObject({ migrations: expect.arrayContaining(['0001_counts.sql']) });
  });

  test('serve says where, answers, and ends cleanly', async () => {
    const child = spawn(process.execPath, [program, 'serve', '--data', data, '--port', '0']);
    const [said] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
    const url = /^listening on (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(said)?.[1];
    const answer = await fetch(`${url}/v1/registries/pypi/projects/alpha`);
    expect(answer.status).toBe(200);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});

describe('formats test', () => {
  test('shows what is kept of each line, and no personal field', async () => {
    const ran = await runCli(['formats', 'test', log, '--json']);
    expect(ran.exit).toBe(0);
    expect(ran.stdout + ran.stderr).not.toMatch(/192\.0\.2|3\.12\.1|13:05|\/packages\//);
    const { format, lines } = JSON.parse(ran.stdout) as {
      format: string;
      lines: { outcome: string; kept?: object }[];
    };
    expect(format).toBe('combined');
    expect(lines.map(({ outcome }) => outcome)).toEqual([
      ...Array(4).fill('counted'),
      'status',
      'index',
      'counted',
      'malformed_line',
    ]);
    expect(lines[0].kept).toMatchObject({
      project: 'alpha',
      day: '2025-11-21',
      country: 'ZZ',
      runtime: 'python/3.12',
      ci: 'yes',
    });
  });
});
