import { mkdtempSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { siblingsOf } from '../../services/collector/siblings.ts';
import { scratchFolder } from '../source/scratch-folder.ts';

vi.mock('node:fs', { spy: true });

const scratch = scratchFolder();
const listed = vi.mocked(readdirSync);
afterEach(() => void vi.restoreAllMocks());

/** A folder that has these files, the later ones newer, and was written to so long ago. */
function folderOf(names: readonly string[], restedMs = 1000) {
  const folder = mkdtempSync(join(scratch.folder, 'siblings-'));
  for (const [at, name] of names.entries()) {
    writeFileSync(join(folder, name), '');
    utimesSync(join(folder, name), at, at);
  }
  const writtenMs = statSync(folder).ctimeMs;
  vi.spyOn(Date, 'now').mockReturnValue(writtenMs + restedMs);
  listed.mockClear();
  return {
    siblings: (name: string) => siblingsOf(join(folder, name)).map((path) => path.slice(folder.length + 1)),
    write: (name: string) => writeFileSync(join(folder, name), ''),
  };
}

test('siblings are what has a longer name, the newest first', () => {
  const { siblings } = folderOf(['a.log', 'a.log.1', 'a.log-2', 'a.lo', 'b.log.1', 'a.log.gz', '.a.log']);
  expect(siblings('a.log')).toEqual(['a.log.gz', 'a.log-2', 'a.log.1']);
  expect(siblings('b.log')).toEqual(['b.log.1']);
  expect(siblings('c.log')).toEqual([]);
});

test('a folder at rest is listed once for all its files, and again when it has changed', () => {
  const names = Array.from({ length: 300 }, (_, number) => `${number + 100}.log`);
  const { siblings, write } = folderOf(names);
  for (const name of names) expect(siblings(name)).toEqual([]);
  expect(listed).toHaveBeenCalledTimes(1);
  write('100.log.1');
  expect(siblings('100.log')).toEqual(['100.log.1']);
  expect(listed).toHaveBeenCalledTimes(2);
});

test('a folder that was changed just now may change again at the same time, so it is listed again', () => {
  const { siblings } = folderOf(['a.log', 'a.log.1'], 50);
  for (const _ of [1, 2, 3]) expect(siblings('a.log')).toEqual(['a.log.1']);
  expect(listed).toHaveBeenCalledTimes(3);
});

test('with too many open files nobody can tell what is there, so it is not said that nothing is', () => {
  const { siblings } = folderOf(['a.log', 'a.log.1']);
  const failure = (code: string) => Object.assign(new Error(code), { code });
  listed.mockImplementationOnce(() => {
    throw failure('EMFILE');
  });
  expect(() => siblings('a.log')).toThrow('EMFILE');
  listed.mockImplementationOnce(() => {
    throw failure('EACCES');
  });
  expect(siblings('a.log')).toEqual([]);
  expect(siblings('a.log')).toEqual(['a.log.1']);
});
