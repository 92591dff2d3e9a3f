import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { built } from '../cli/run-cli.ts';
import { type MadeLogs, makeLogs } from './make-logs.ts';
import { findMistakes, readBooks } from './read-books.ts';
import { replayArguments } from './replay-arguments.ts';
import { seededRandom, seedOfRun } from './seeded-random.ts';
import { startCli } from './start-cli.ts';
import { storeOpened } from './store-opened.ts';

const seed = seedOfRun();
const random = seededRandom(seed);
const timeout = 240_000;

let folder: string;
let data: string;
let logs: MadeLogs;

beforeAll(built, 120_000);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallymark-signals-'));
  data = join(folder, 'data');
  logs = makeLogs({ folder, random, lines: 10_000, files: 4 });
});
afterEach(() => rm(folder, { recursive: true }));

test(`SIGTERM and SIGINT stop a replay, which says so, ends with 1 and loses nothing (seed ${seed})`, {
  timeout,
}, async () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    await using replay = startCli(replayArguments(logs.paths, data));
    await storeOpened(data, replay);
    await sleep(random.below(100));
    replay.kill(signal);
    const ended = await replay.ended;
    expect(ended, ended.stderr).toMatchObject({ exit: 1, signal: null, stdout: '' });
    expect(ended.stderr).toContain('tallymark: stopped\n');
  }
  await using replay = startCli(replayArguments(logs.paths, data));
  expect((await replay.ended).exit).toBe(0);
  expect(findMistakes(await readBooks({ data }), [logs])).toEqual([]);
});

test(`a signal again ends a replay at once, even one whose store does not answer (seed ${seed})`, {
  timeout,
}, async () => {
  await using owner = startCli(replayArguments(logs.paths, data));
  await storeOpened(data, owner);
  await using guest = startCli(replayArguments(logs.paths, data));
  await sleep(random.below(2_000));
  owner.kill('SIGSTOP');
  guest.kill('SIGTERM');
  await sleep(100);
  guest.kill('SIGTERM');
  const ended = await Promise.race([guest.ended, sleep(5_000, 'still running')]);
  // Before its handlers are there, the system ends it.
  expect(ended).toMatchObject({ stdout: '' });
  owner.kill('SIGCONT');
  await owner.ended;
  await using replay = startCli(replayArguments(logs.paths, data));
  expect((await replay.ended).exit).toBe(0);
  expect(findMistakes(await readBooks({ data }), [logs])).toEqual([]);
});

test(`a replay whose store does not answer ends by itself when it is told to stop (seed ${seed})`, {
  timeout,
}, async () => {
  await using owner = startCli(replayArguments(logs.paths, data));
  await storeOpened(data, owner);
  await using guest = startCli(replayArguments(logs.paths, data));
  await sleep(1_500);
  owner.kill('SIGSTOP');
  guest.kill('SIGTERM');
  const ended = await Promise.race([guest.ended, sleep(60_000, 'still running')]);
  expect(ended).toMatchObject({ stdout: '' });
});
