import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serve } from '../../services/api/command.ts';
import { CommandError, type ExitCode, type Invocation } from '../../services/command.ts';
import { release } from '../../services/publisher/command.ts';
import { openTestStore, type TestStore } from './open-test-store.ts';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
  await store.count([
    { project: 'numpy', day: '2026-02-27', country: { DE: 3 } },
    { project: 'numpy', day: '2026-02-28', country: { ZZ: 4 } },
  ]);
});
afterAll(() => store[Symbol.asyncDispose]());

/** What a command is given, and what it wrote. */
function invocation<Flags extends object>(flags: Flags, data = store.folder) {
  const written: string[] = [];
  const stop = new AbortController();
  const terminal = {
    out: (text: string) => void written.push(text),
    err: () => {},
    width: 80,
    errMoves: false,
  };
  const given = {
    operands: [],
    env: {},
    terminal,
    signal: stop.signal,
    program: '',
    version: '0',
    commands: [],
  };
  const asked: Invocation<Flags> = { ...given, flags: { data, ...flags } };
  return { written, stop, given: asked };
}

async function outcome(run: Promise<ExitCode>): Promise<ExitCode | string> {
  return await run.catch((error: unknown) => {
    if (error instanceof CommandError) return error.exitCode;
    throw error;
  });
}

describe('release', () => {
  test.each(['standard', 'strict', 'off'])(
    'exits 2 for the profile %s and publishes nothing',
    async (profile) => {
      const { given } = invocation({ profile });
      expect(await outcome(release.run(given))).toBe(2);
      expect(await store.database.query('SELECT 1 FROM publications')).toEqual([]);
    },
  );

  test('prints what it published, and the next run finds it published', async () => {
    const first = invocation({ profile: 'exact', through: '2026-02-28', json: true });
    expect(await release.run(first.given)).toBe(0);
    expect(JSON.parse(first.written.join(''))).toEqual({
      profile: 'exact',
      registries: [
        {
          registry: 'pypi',
          days: 2,
          months: 1,
          cells: expect.any(Number),
          already: 0,
          through: '2026-02-28',
        },
      ],
    });
    const second = invocation({ profile: 'exact', through: '2026-02-28' });
    expect(await release.run(second.given)).toBe(0);
    expect(second.written.join('')).toContain('0 days and 0 months');
    expect(second.written.join('')).toContain('nothing is blurred');
  });

  test('exits 2 for a registry that is not there, 1 where nothing is counted', async () => {
    expect(await outcome(release.run(invocation({ profile: 'exact', registry: 'npm' }).given))).toBe(2);
    const empty = await mkdtemp(join(tmpdir(), 'tallymark-released-'));
    expect(await outcome(release.run(invocation({ profile: 'exact' }, empty).given))).toBe(1);
    await rm(empty, { recursive: true });
  });
});

describe('serve', () => {
  test('says where it listens once it answers, and ends when told to', async () => {
    const { written, stop, given } = invocation({ host: '127.0.0.1', port: 0 });
    const running = serve.run(given);
    await expect
      .poll(() => written.join(''), { timeout: 10_000 })
      .toMatch(/^listening on http:\/\/127\.0\.0\.1:\d+\n$/);
    const url = written.join('').trim().split(' ').at(-1)!;
    const ready = await fetch(`${url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([200, { ok: true }]);
    stop.abort();
    expect(await running).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  });
});
