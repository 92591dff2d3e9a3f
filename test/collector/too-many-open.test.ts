import {
  appendFileSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test, vi } from 'vitest';
import { scratchFolder } from '../source/scratch-folder.ts';
import { gatheringSink } from './gathering-sink.ts';
import { madeLines } from './made-lines.ts';
import { openShip } from './open-ship.ts';

vi.mock('node:fs', { spy: true });
const { openSync: open, readdirSync: list } = await vi.importActual<typeof import('node:fs')>('node:fs');

const scratch = scratchFolder();
const [opened, listed] = [vi.mocked(openSync), vi.mocked(readdirSync)];
afterEach(() => void letThrough());

/** Has no file whose path is like this opened, nor a folder listed. */
function refuse(like: RegExp, code: string): void {
  const check = (path: unknown) => {
    if (like.test(`${path}`)) throw Object.assign(new Error(code), { code });
  };
  opened.mockImplementation((path, ...rest) => {
    check(path);
    return open(path, ...rest);
  });
  listed.mockImplementation((...args: unknown[]) => {
    check(args[0]);
    return Reflect.apply(list, undefined, args);
  });
}

function letThrough(): void {
  opened.mockReset();
  listed.mockReset();
}

function begin(times = {}) {
  const folder = mkdtempSync(join(scratch.folder, 'open-'));
  const sink = gatheringSink();
  return {
    ...{ folder, sink, path: join(folder, 'access.log') },
    ...openShip({ folder: join(folder, 'state'), sink, times }),
    async has(...texts: string[]) {
      await vi.waitFor(() => expect(sink.texts().toSorted()).toEqual(texts.toSorted()), { interval: 5 });
    },
  };
}

/** Where a file that is held is opened to be read. */
const HELD = /^\/proc\/self\/fd\//;

const [a, b, c] = ['a', 'b', 'c'].map((name) => madeLines(0, 20, name)) as [string, string, string];

test.each(['EMFILE', 'ENFILE'])(
  'files that cannot be opened since too many are open are read when there is room: %s',
  async (code) => {
    const { folder, path, has, notices, follow } = begin();
    for (const [number, text] of [a, b].entries()) writeFileSync(`${path}.${number}`, text);
    const run = await follow(folder);
    await has(a, b);
    appendFileSync(`${path}.0`, madeLines(20, 1, 'a'));
    writeFileSync(`${path}.2`, c);
    refuse(HELD, code);
    await vi.waitFor(() =>
      expect(opened.mock.calls.filter(([file]) => HELD.test(`${file}`)).length).toBeGreaterThan(8),
    );
    letThrough();
    await has(madeLines(0, 21, 'a'), b, c);
    await run.stop();
    expect(notices).toEqual([expect.stringMatching(/^Too many files are open.*LimitNOFILE/)]);
  },
);

test('with --once it is told what to do about it', async () => {
  const { path, once } = begin();
  writeFileSync(path, a);
  refuse(/access\.log$/, 'EMFILE');
  const { files } = await once(path);
  expect(files).toMatchObject([
    { error: { code: 'unreadable', message: expect.stringContaining('LimitNOFILE') } },
  ]);
});

test.each([
  ['listed', /open-[^/]*$/],
  ['opened', /access\.log\.1$/],
])('what was rotated away is found though nothing more could be %s at first', async (_, like) => {
  const { path, has, notices, follow } = begin();
  writeFileSync(path, a);
  const first = await follow(path);
  await has(a);
  await first.stop();
  appendFileSync(path, madeLines(20, 1, 'a'));
  renameSync(path, `${path}.1`);
  writeFileSync(path, b);
  refuse(like, 'EMFILE');
  const second = await follow(path);
  await vi.waitFor(() => expect(notices).toEqual([expect.stringContaining('Too many files')]));
  letThrough();
  await has(madeLines(0, 21, 'a'), b);
  await second.stop();
  expect(notices).toHaveLength(1);
});

test('a file that could not be read for a moment is waited for afterwards as any other', async () => {
  const { path, sink, has, notices, follow } = begin({ beginningMs: 300 });
  writeFileSync(path, a);
  refuse(/access\.log$/, 'EACCES');
  const run = await follow(path);
  await vi.waitFor(() => expect(notices).toEqual([expect.stringContaining('EACCES')]));
  letThrough();
  await has(a);
  // It is emptied, has a short beginning, and is moved: so it has not been read when the next one is there.
  truncateSync(path);
  appendFileSync(path, madeLines(0, 2, 'b'));
  renameSync(path, `${path}.1`);
  writeFileSync(path, c);
  await has(a, madeLines(0, 2, 'b'), c);
  await run.stop();
  expect(sink.chunks.map(({ chunk }) => chunk.value.toString())).toEqual([a, madeLines(0, 2, 'b'), c]);
});

test('an archive is inflated once, however long it is', async () => {
  const { path, sink, follow } = begin();
  const line = `${'x'.repeat(60_000)}\n`;
  writeFileSync(`${path}.gz`, gzipSync(line.repeat(1_200)));
  opened.mockClear();
  const run = await follow(`${path}*`);
  await vi.waitFor(() => expect(sink.chunks.reduce((sum, { chunk }) => sum + chunk.lines, 0)).toBe(1_200), {
    timeout: 10_000,
  });
  await run.stop();
  expect(opened.mock.calls.filter(([file]) => HELD.test(`${file}`))).toHaveLength(1);
});
