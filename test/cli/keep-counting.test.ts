import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { keepCounting } from '../../services/operator/keep-counting.ts';
import { hasNews, lookAtFiles } from '../../services/operator/look-at-files.ts';
import { UpTeller } from '../../services/operator/up-teller.ts';

vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>();
  return { ...fs, readdirSync: vi.fn(fs.readdirSync) };
});
const listed = vi.mocked(readdirSync);

const folder = mkdtempSync(join(tmpdir(), 'tallymark-keep-counting-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const one = { lines: 3, counted: 2, already_counted: 0, dropped: { status: 1 } };

/** Counts a log; a step is taken after each look, before what it saw is counted, and the look after the last one ends it. */
async function counted(options: {
  readonly log: string;
  readonly profile?: string;
  readonly steps: readonly (() => void)[];
  /** Exit code of the nth replay; 0 where absent, and null is one that was killed. */
  readonly replays?: readonly (number | null)[];
  readonly releases?: readonly number[];
  readonly error?: { readonly code: string; readonly message: string };
}) {
  const stop = new AbortController();
  const told: string[] = [];
  const calls: string[] = [];
  /** What was given beside the paths, replay by replay. */
  const beside: (string | undefined)[] = [];
  const write = (text: string) => void told.push(text.trimEnd());
  const steps = [...options.steps];
  const replays = [...(options.replays ?? [])];
  const releases = [...(options.releases ?? [])];
  class Stepping extends UpTeller {
    override tellTroubles(kind: string, troubles: ReadonlyMap<string, string>): void {
      super.tellTroubles(kind, troubles);
      if (kind === 'paths') (steps.shift() ?? (() => stop.abort()))();
    }
  }
  const done = keepCounting({
    paths: [options.log],
    replayFlags: ['--layout', 'pypi'],
    everyMs: 1,
    profile: options.profile,
    signal: stop.signal,
    teller: new Stepping({ out: write, err: write, width: 80, errMoves: false }, false),
    async run(args, onOutput, input) {
      calls.push(args[0]);
      if (args[0] === 'release') {
        const exit = releases.shift() ?? 0;
        if (exit === 0) onOutput('pypi: published 1 day\n');
        return exit;
      }
      beside.push(input);
      const exit = replays.length > 0 ? replays.shift()! : 0;
      const error = options.error && { error: options.error };
      if (exit !== null && exit < 2)
        onOutput(`${JSON.stringify({ ...one, files: [{ path: options.log, ...one, ...error }] })}\n`);
      return exit;
    },
  });
  const failure = await done.then(
    () => undefined,
    (error: Error) => error,
  );
  return { calls, beside, told, failure };
}

function newLog(name: string): string {
  const log = join(folder, name);
  writeFileSync(log, 'a\n');
  return log;
}

const nothing = () => {};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 5, 15, 12) });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('what is counted', () => {
  test('a file is counted when it is new and when it has changed, and not in between', async () => {
    const log = newLog('grows');
    const { calls, told } = await counted({
      log,
      steps: [nothing, () => appendFileSync(log, 'b\n'), nothing],
    });
    expect(calls).toEqual(['replay', 'replay']);
    expect(told.filter((text) => text === 'counted 2 lines of 1 file; 1 dropped')).toHaveLength(2);
    expect(told.filter((text) => text.startsWith('Countries and clients stay unreleased'))).toHaveLength(1);
  });

  test('a replay that is killed is run again, and told of once', async () => {
    const { calls, told } = await counted({
      log: newLog('killed'),
      steps: [nothing, nothing, nothing],
      replays: [null, null, 0],
    });
    expect(calls).toEqual(['replay', 'replay', 'replay']);
    expect(told.filter((text) => text.startsWith('A replay did not come to its end'))).toHaveLength(1);
  });

  test('a file that cannot be read is told of once for each state it is in', async () => {
    const log = newLog('broken');
    const steps = [nothing, () => appendFileSync(log, 'b\n'), nothing];
    const error = { code: 'corrupt', message: 'broken off' };
    const { told } = await counted({ log, steps, replays: [1, 1], error });
    expect(told.filter((text) => text === `${log}: broken off`)).toHaveLength(2);
  });

  test('what is rotated away from a file is counted too, also while the file has no follower', async () => {
    const log = newLog('rotates');
    newLog('rotates.2');
    const steps = [
      nothing,
      () => renameSync(log, `${log}.1`),
      nothing,
      () => appendFileSync(`${log}.1`, 'b\n'),
    ];
    const { calls, beside } = await counted({ log, steps: [...steps, nothing] });
    expect(calls).toEqual(['replay', 'replay', 'replay']);
    const both = `${log}.1\n${log}.2`;
    expect(beside.map((text) => text?.split('\n').toSorted().join('\n'))).toEqual([`${log}.2`, both, both]);
  });

  test('a file that goes away between look and replay is no trouble', async () => {
    const error = { code: 'missing', message: 'gone' };
    const { told } = await counted({ log: newLog('goes'), steps: [nothing], replays: [1], error });
    expect(told.filter((text) => text.includes('gone'))).toEqual([]);
  });

  test('a path without a file is told of once, and waited for', async () => {
    const log = join(folder, 'later');
    const { calls, told } = await counted({
      log,
      steps: [nothing, () => writeFileSync(log, 'a\n'), nothing],
    });
    expect(told.filter((text) => text.endsWith('It is waited for.'))).toHaveLength(1);
    expect(calls).toEqual(['replay']);
  });

  test('a wrong call ends it', async () => {
    const { failure } = await counted({ log: newLog('wrong'), steps: [nothing], replays: [2] });
    expect(failure).toMatchObject({ exitCode: 2 });
  });
});

describe('what is released', () => {
  test('at the start, and once a day from 01:00 UTC, after what is new is counted', async () => {
    const log = newLog('released');
    const at = (day: number, hour: number) => () => vi.setSystemTime(Date.UTC(2026, 5, day, hour));
    const steps = [at(15, 23), at(16, 0), () => appendFileSync(log, 'b\n'), at(16, 1), at(16, 5), nothing];
    const { calls } = await counted({ log, profile: 'exact', steps });
    expect(calls).toEqual(['replay', 'release', 'replay', 'release']);
  });

  test('again where it failed, told of once; a profile that is none ends it', async () => {
    const log = newLog('failed');
    const again = await counted({
      log,
      profile: 'exact',
      steps: [nothing, nothing, nothing],
      releases: [1, 1, 0],
    });
    expect(again.calls).toEqual(['replay', 'release', 'release', 'release']);
    expect(again.told.filter((text) => text.startsWith('A release did not'))).toHaveLength(1);
    const wrong = await counted({ log, profile: 'none', steps: [nothing], releases: [2] });
    expect(wrong.failure).toMatchObject({ exitCode: 2 });
  });
});

test('a look sees a file that is new, has grown, has other rights or is another one, and nothing else', () => {
  const log = newLog('looked-at');
  const before = lookAtFiles([log]);
  expect(hasNews(before, undefined)).toBe(true);
  expect(hasNews(lookAtFiles([log]), before)).toBe(false);
  chmodSync(log, 0o600);
  const other = lookAtFiles([log]);
  expect(hasNews(other, before)).toBe(true);
  renameSync(newLog('its-follower'), log);
  expect(hasNews(lookAtFiles([log]), other)).toBe(true);
  rmSync(log);
  expect(hasNews(lookAtFiles([log]), other)).toBe(false);
});

describe('what was rotated away', () => {
  /** Makes files in a folder of their own and says which of them a look finds beside those that `paths` name. */
  function beside(name: string, files: readonly string[], paths: readonly string[]) {
    const logs = join(folder, name);
    mkdirSync(logs);
    for (const file of files) newLog(join(name, file));
    const look = lookAtFiles(paths.map((path) => join(logs, path)));
    expect(look.rotated.filter((path) => !look.files.has(path))).toEqual([]);
    return look.rotated.map((path) => path.slice(logs.length + 1)).toSorted();
  }

  const rotations = ['access.log.1', 'access.log.2.gz', 'access.log-20261127', 'access.log.2026-11-27.1'];
  const others = ['access.log.err', 'access.log.8080', 'access.log2', 'other.log.1', 'ccess.log.1'];

  test('from a file stands beside it, under a name that rotation makes', () => {
    expect(beside('file', ['access.log', ...rotations, ...others], ['access.log'])).toEqual(
      rotations.toSorted(),
    );
  });

  test('from what a pattern matches too, and what a path names is not named twice', () => {
    expect(beside('pattern', ['access.log', ...rotations, 'b.log', 'b.log.1'], ['*.log', '*.2.gz'])).toEqual(
      [...rotations, 'b.log.1'].filter((name) => name !== 'access.log.2.gz').toSorted(),
    );
    expect(beside('folder', ['access.log', ...rotations], ['.'])).toEqual([]);
  });

  test('is looked for as long as it is there, with or without a follower, and no longer', () => {
    const logs = join(folder, 'followers');
    mkdirSync(logs);
    const [log, rotated] = [join(logs, 'access.log'), join(logs, 'access.log.1')];
    writeFileSync(log, 'a\n');
    const paths = [join(logs, '*.log')];
    const first = lookAtFiles(paths);
    renameSync(log, rotated);
    const second = lookAtFiles(paths, first);
    const third = lookAtFiles(paths, second);
    expect([second.rotated, third.rotated]).toEqual([[rotated], [rotated]]);
    rmSync(rotated);
    expect(lookAtFiles(paths, third).named.size).toBe(0);
  });

  test('is a regular file', () => {
    const logs = join(folder, 'regular');
    mkdirSync(join(logs, 'access.log.1'), { recursive: true });
    symlinkSync(join(logs, 'gone'), join(logs, 'access.log.2'));
    writeFileSync(join(logs, 'access.log'), 'a\n');
    expect(lookAtFiles([join(logs, 'access.log')]).rotated).toEqual([]);
  });

  test('cannot be told where the folder cannot be listed, which is a problem', () => {
    listed.mockImplementationOnce(() => {
      throw Object.assign(new Error('no right'), { code: 'EACCES' });
    });
    const { files, problems } = lookAtFiles([newLog('unlisted')]);
    expect(files.size).toBe(1);
    expect(problems).toEqual([expect.objectContaining({ code: 'unreadable', path: folder })]);
  });

  test('is found again when the folder can be listed again', () => {
    const logs = join(folder, 'unlisted-once');
    mkdirSync(logs);
    const [log, rotated] = [join(logs, 'access.log'), join(logs, 'access.log.1')];
    writeFileSync(log, 'a\n');
    const first = lookAtFiles([log]);
    renameSync(log, rotated);
    listed.mockImplementationOnce(() => {
      throw Object.assign(new Error('too many'), { code: 'EMFILE' });
    });
    const second = lookAtFiles([log], first);
    expect([second.rotated, lookAtFiles([log], second).rotated]).toEqual([[], [rotated]]);
  });

  test('is found in one listing, however many files are named', () => {
    const names = Array.from({ length: 50 }, (_, number) => `${number}.log`);
    listed.mockClear();
    expect(beside('many', [...names, ...names.map((name) => `${name}.1`)], names)).toHaveLength(50);
    expect(listed).toHaveBeenCalledTimes(1);
  });
});
