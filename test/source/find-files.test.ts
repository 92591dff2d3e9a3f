import { mkdirSync, realpathSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { expandGlob } from '../../shared/source/expand-glob.ts';
import { findFiles } from '../../shared/source/find-files.ts';
import { scratchFolder } from './scratch-folder.ts';

vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>();
  return { ...fs, realpathSync: vi.fn(fs.realpathSync) };
});
const resolved = vi.mocked(realpathSync);

const { folder, write } = scratchFolder();
for (const name of [
  'logs/b.gz',
  'logs/a.log',
  'logs/deep/er/c.log',
  'logs/.hidden',
  'logs/.git/config',
  'other/a.log',
]) {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  write(name, name);
}
mkdirSync(join(folder, 'empty'));
symlinkSync(join(folder, 'logs/a.log'), join(folder, 'logs/latest.log'));
symlinkSync(join(folder, 'logs'), join(folder, 'logs/deep/round'));
symlinkSync(join(folder, 'gone'), join(folder, 'logs/dangling'));

/** The names found, without the scratch folder. */
function names(paths: readonly string[], options?: { filesFrom: string }): string[] {
  return findFiles(
    paths.map((path) => (path === '-' ? path : join(folder, path))),
    options,
  ).files.map(({ path }) => path.replace(`${folder}/`, ''));
}

test.each([
  { name: 'a file', paths: ['logs/b.gz'], want: ['logs/b.gz'] },
  {
    name: 'files in the order given',
    paths: ['other/a.log', 'logs/a.log'],
    want: ['other/a.log', 'logs/a.log'],
  },
  { name: 'a file twice is one', paths: ['logs/a.log', 'logs/a.log'], want: ['logs/a.log'] },
  {
    name: 'a link to a file found is that file',
    paths: ['logs/latest.log', 'logs/a.log'],
    want: ['logs/latest.log'],
  },
  { name: 'a hidden file that is named', paths: ['logs/.hidden'], want: ['logs/.hidden'] },
  {
    name: 'a folder: by name, without hidden ones, links round and dangling links',
    paths: ['logs'],
    want: ['logs/a.log', 'logs/b.gz', 'logs/deep/er/c.log'],
  },
  { name: 'a pattern', paths: ['*/a.log'], want: ['logs/a.log', 'other/a.log'] },
  { name: 'standard input', paths: ['-', 'logs/b.gz', '-'], want: ['-', 'logs/b.gz'] },
])('$name', ({ paths, want }) => {
  expect(names(paths)).toEqual(want);
});

test('sizes are those on disk; standard input has none', () => {
  const path = write('sized.log', '');
  truncateSync(path, 12_345);
  expect(findFiles([path, '-']).files).toEqual([
    { path, size: 12_345 },
    { path: '-', size: undefined },
  ]);
});

test('a list names one path a line and no patterns', () => {
  writeFileSync(join(folder, 'we[i]rd.log'), 'x');
  const list = write('list', `${folder}/we[i]rd.log\r\n\n${folder}/logs/b.gz\n`);
  expect(names([], { filesFrom: list })).toEqual(['we[i]rd.log', 'logs/b.gz']);
});

test('what leads to nothing is a problem that says what to do, and the rest is found', () => {
  const { files, problems } = findFiles(
    [join(folder, 'nothing.log'), join(folder, '*.none'), join(folder, 'empty'), join(folder, 'logs/b.gz')],
    { filesFrom: join(folder, 'no-list') },
  );
  expect(files).toHaveLength(1);
  expect(problems.map(({ code }) => code)).toEqual(['missing', 'no-match', 'no-logs', 'missing']);
  for (const { message, path } of problems) expect(message).toContain(path);
});

describe('a file that is renamed while it is looked at', () => {
  const gone = () => {
    throw Object.assign(new Error('gone'), { code: 'ENOENT' });
  };

  test('is missing where it was named', () => {
    const path = join(folder, 'logs/a.log');
    resolved.mockImplementationOnce(gone);
    const { files, problems } = findFiles([path, join(folder, 'logs/b.gz')]);
    expect(files).toEqual([{ path: join(folder, 'logs/b.gz'), size: 9 }]);
    expect(problems).toEqual([expect.objectContaining({ code: 'missing', path })]);
  });

  test('is none of its folder', () => {
    const links = join(folder, 'links');
    mkdirSync(links);
    for (const name of ['a.log', 'b.gz']) symlinkSync(join(folder, 'logs', name), join(links, name));
    resolved.mockImplementationOnce(String).mockImplementationOnce(gone);
    expect(findFiles([links])).toMatchObject({ files: [{ path: join(links, 'b.gz') }], problems: [] });
  });
});

test('a hundred thousand files are found in seconds', () => {
  const many = join(folder, 'many');
  mkdirSync(many);
  for (let i = 0; i < 10_000; i++) writeFileSync(join(many, `${i}.gz`), '');
  const start = performance.now();
  expect(findFiles([many]).files).toHaveLength(10_000);
  // A tenth of them in a tenth of three seconds, on a machine with other work.
  expect(performance.now() - start).toBeLessThan(3000);
});

describe('patterns', () => {
  test.each([
    { pattern: 'logs/*', want: ['logs/a.log', 'logs/b.gz', 'logs/dangling', 'logs/deep', 'logs/latest.log'] },
    { pattern: 'logs/?.log', want: ['logs/a.log'] },
    { pattern: 'logs/[!a].*', want: ['logs/b.gz'] },
    { pattern: 'logs/[a-b].*', want: ['logs/a.log', 'logs/b.gz'] },
    { pattern: '{logs,other}/a.log', want: ['logs/a.log', 'other/a.log'] },
    { pattern: 'logs/.h*', want: ['logs/.hidden'] },
    { pattern: '**/c.log', want: ['logs/deep/er/c.log'] },
    {
      pattern: 'logs/**',
      want: [
        'logs/a.log',
        'logs/b.gz',
        'logs/dangling',
        'logs/deep/er/c.log',
        'logs/deep/round',
        'logs/latest.log',
      ],
    },
    { pattern: 'logs/(a|b).log', want: [] },
    { pattern: 'nowhere/*/x', want: [] },
  ])('$pattern', ({ pattern, want }) => {
    expect(expandGlob(join(folder, pattern)).map((path) => path.replace(`${folder}/`, ''))).toEqual(want);
  });
});
