import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { line } from '../count/count-text.ts';
import { openReplay } from './open-replay.ts';

const cloudfront = (version: string): string =>
  `#Version: ${version}\n#Fields: date time c-ip cs-method cs-uri-stem sc-status cs(User-Agent)\n` +
  '2026-06-15\t10:00:00\t192.0.2.7\tGET\t/crates/serde/serde-1.0.0.crate\t200\tcargo%201.74.0\n';

const good = line().repeat(20);

describe('what is wrong with a file, and the good ones beside it are counted', () => {
  const cases: { name: string; content: string | Uint8Array; code: string | undefined; tells?: string }[] = [
    { name: 'an empty file', content: '', code: undefined },
    { name: 'an empty archive', content: gzipSync(''), code: undefined },
    {
      name: 'noise',
      content: 'Lorem ipsum dolor\n'.repeat(50),
      code: 'unknown_format',
      tells: 'aaaaa aaaaa aaaaa',
    },
    {
      name: 'a binary',
      content: Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 256)),
      code: 'unknown_format',
    },
    {
      name: 'CloudFront of another version',
      content: cloudfront('2.0'),
      code: 'unknown_version',
      tells: 'nothing of it was counted',
    },
    {
      name: 'another version declared in the middle',
      content: cloudfront('1.0') + cloudfront('2.0'),
      code: 'unknown_version',
    },
    { name: 'a truncated archive', content: gzipSync(good).subarray(0, 60), code: 'truncated' },
    { name: 'a corrupt archive', content: corrupt(gzipSync(good)), code: 'corrupt' },
    {
      name: 'two registries of equal share',
      content: line() + line({ request: 'GET /crates/serde/serde-1.0.0.crate HTTP/1.1' }),
      code: 'unknown_layout',
      tells: '--layout',
    },
  ];
  test.each(cases)('$name', async ({ content, code, tells }) => {
    await using run = await openReplay();
    const paths = [run.write('strange', content), run.write('good.log', good)];
    const { files, ...summary } = await run.replay(paths);
    expect(files[0].error?.code).toBe(code);
    if (code) expect(files[0].error?.message).toContain(paths[0]);
    if (tells) expect(files[0].error?.message).toContain(tells);
    expect(files[1]).toMatchObject({ counted: 20, lines: 20 });
    expect(summary.counted - 20).toBe(files[0].counted);
    expect(files[0].counted).toBe(0);
    expect(await run.audit()).toMatchObject({ ok: true });
  });

  test.each([
    { name: 'a path that is not there', path: 'nowhere.log', code: 'missing' },
    { name: 'a glob without a match', path: '*.nothing', code: 'no_match' },
    { name: 'a folder without logs', path: 'hidden', code: 'no_logs' },
  ])('$name', async ({ path, code }) => {
    await using run = await openReplay();
    run.write('hidden/.secret', good);
    const { files } = await run.replay([run.path(path), run.write('good.log', good)]);
    expect(files.map(({ counted, error }) => [counted, error?.code])).toEqual([
      [20, undefined],
      [0, code],
    ]);
  });

  test('the shape of a first line, never the line', async () => {
    await using run = await openReplay();
    const secret = 'secret-token-12345 somebody@example.org';
    const { files } = await run.replay([run.write('strange', `${secret}\n`.repeat(20))]);
    expect(files[0].error?.message).toContain('aaaaaa-aaaaa-99999 aaaaaaaa@aaaaaaa.aaa');
    expect(files[0].error?.message).not.toMatch(/secret|token|12345|somebody/);
  });
});

/** One byte in the middle is another. */
function corrupt(archive: Buffer): Buffer {
  const broken = Buffer.from(archive);
  broken[broken.length - 6] ^= 0xff;
  return broken;
}

test('a file without any artifact is dropped line by line, as nobody can tell its layout', async () => {
  await using run = await openReplay();
  const path = run.write('pages.log', line({ request: 'GET /about HTTP/1.1' }).repeat(3));
  expect(await run.replay([path])).toMatchObject({
    lines: 3,
    dropped: { unknown_layout: 3 },
    files: [{ layout: null }],
  });
});

test('a log of internal addresses warns that the client may stand elsewhere', async () => {
  await using run = await openReplay();
  const text = Array.from({ length: 1500 }, (_, index) =>
    line({ address: `10.0.${index % 7}.${index % 250}` }),
  ).join('');
  await run.replay([run.write('access.log', text)]);
  expect(run.notices.join()).toContain('client_address');
});
