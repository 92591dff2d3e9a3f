import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { line } from '../count/count-text.ts';
import { scratchFolder } from '../source/scratch-folder.ts';
import { built, runCli } from './run-cli.ts';

const scratch = scratchFolder();
const cloudfront = (version: string, lines: number): string =>
  `#Version: ${version}\n#Fields: date c-ip cs-method cs-uri-stem sc-status cs(User-Agent)\n` +
  '2026-06-15\t192.0.2.7\tGET\t/crates/serde/serde-1.0.0.crate\t200\tcargo%201.74.0\n'.repeat(lines);
const pages = line({ request: 'GET /about HTTP/1.1' }).repeat(7000);

beforeAll(built, 120_000);

describe('what cannot be right is said before anything is done', { timeout: 60_000 }, () => {
  const log = scratch.write('any.json', '{"ts":"2026-06-15T10:00:00Z","url":"/files/demo/demo-1.0.zip"}\n');

  test.each([
    { name: 'replay', args: ['replay', log] },
    { name: 'formats test', args: ['formats', 'test', log] },
    { name: 'recount', args: ['recount', '2026-06-15', '--from', log] },
  ])('$name of the format json whose keys nobody named', async ({ name, args }) => {
    const data = join(scratch.folder, `no-keys-${name}`);
    const ran = await runCli([...args, '--format', 'json', '--data', data], { cwd: scratch.folder });
    expect(ran.exit, ran.stderr).toBe(2);
    expect(ran.stderr).toMatch(/formats\.json\.time and formats\.json\.path[\s\S]*tallymark\.yaml/);
    expect(existsSync(data)).toBe(false);
  });

  test('formats test of a CloudFront log of another version', async () => {
    const ran = await runCli(['formats', 'test', scratch.write('edge.log', cloudfront('2.0', 3))]);
    expect(ran.exit).toBe(1);
    expect(ran.stderr).toContain('#Version: 1.0');
    expect(ran.stderr).not.toContain('unexpected');
  });
});

describe('standard input of more than a MiB, which is read once', { timeout: 60_000 }, () => {
  async function replayed(name: string, input: string, ...flags: string[]) {
    const args = ['replay', '-', '--json', '--data', join(scratch.folder, name), ...flags];
    const ran = await runCli(args, { input });
    return { ...JSON.parse(ran.stdout || '{}'), exit: ran.exit, stderr: ran.stderr };
  }

  test('in a format with directives is counted', async () => {
    expect(await replayed('directives', cloudfront('1.0', 20_000))).toMatchObject({
      exit: 0,
      counted: 20_000,
    });
  });

  test('without an artifact in it asks for the layout', async () => {
    const { files, exit } = await replayed('pages', pages + line());
    expect(exit).toBe(1);
    expect(files[0].error).toMatchObject({
      code: 'unknown_layout',
      message: expect.stringContaining('--layout'),
    });
    expect(await replayed('pages', pages + line(), '--layout', 'pypi')).toMatchObject({ counted: 1 });
  });

  test('that has grown asks for a file, and the same again is counted before', async () => {
    const log = line().repeat(8000);
    expect(await replayed('grown', log)).toMatchObject({ counted: 8000 });
    expect(await replayed('grown', log)).toMatchObject({ exit: 0, counted: 0, already_counted: 8000 });
    const { files, exit } = await replayed('grown', log + line());
    expect(exit).toBe(1);
    expect(files[0].error).toMatchObject({
      code: 'unreadable',
      message: expect.stringContaining('as a file'),
    });
  });
});
