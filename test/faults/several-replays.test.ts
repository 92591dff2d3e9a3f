import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { connectStore, type Store } from '../../shared/clickhouse/connect-store.ts';
import { built } from '../cli/run-cli.ts';
import { ledgerRows } from './ledger-rows.ts';
import { type MadeLogs, makeLogs } from './make-logs.ts';
import { findMistakes, readBooks } from './read-books.ts';
import { replayArguments, summaryOf } from './replay-arguments.ts';
import { seededRandom, seedOfRun } from './seeded-random.ts';
import { type Ended, type RunningCli, startCli } from './start-cli.ts';
import { storeOpened } from './store-opened.ts';

const seed = seedOfRun();
const random = seededRandom(seed);
const timeout = 240_000;

let folder: string;
let data: string;

beforeAll(built, 120_000);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallymark-several-'));
  data = join(folder, 'data');
});
afterEach(() => rm(folder, { recursive: true }));

test('three replays at once over the same and other files take turns and double nothing', {
  timeout,
}, async () => {
  const [same, other] = [await logsNamed('same'), await logsNamed('other')];
  const started = [same, other, same].map(({ paths }) => startCli(replayArguments(paths, data)));
  const [first, , third] = await allDone(started);
  const counted = [first!, third!].map(({ stdout }) => summaryOf(stdout).already_counted);
  expect(counted.sort((a, b) => a - b)).toEqual([0, same.lines]);
  expect(findMistakes(await readBooks({ data }), [same, other])).toEqual([]);
});

test(`of two replays at once one is killed, and its lines are counted once all the same (seed ${seed})`, {
  timeout,
}, async () => {
  const logs = [await logsNamed('a'), await logsNamed('b')];
  const paths = logs.flatMap((made) => made.paths);
  const started = [0, 1].map(() => startCli(replayArguments(paths, data)));
  const victim = started.splice(random.below(2), 1)[0]!;
  await sleep(random.below(2_000));
  victim.kill('SIGKILL');
  await allDone(started);
  await victim.ended;
  expect(findMistakes(await readBooks({ data }), logs)).toEqual([]);
});

test('a replay that owns the store and stands still keeps others waiting, and all end well', {
  timeout,
}, async () => {
  const logs = [await logsNamed('a')];
  await using first = startCli(replayArguments(logs[0]!.paths, data));
  await storeOpened(data, first);
  await sleep(random.below(400));
  first.kill('SIGSTOP');
  await using second = startCli(replayArguments(logs[0]!.paths, data));
  await sleep(2_000);
  expect(second.stdout()).toBe('');
  first.kill('SIGCONT');
  await allDone([first, second]);
  expect(findMistakes(await readBooks({ data }), logs)).toEqual([]);
});

test(`a replay that is taken for dead and is not doubles nothing when it goes on (seed ${seed})`, {
  timeout,
}, async () => {
  const logs = [await logsNamed('a')];
  {
    await using store = await connectStore({ data });
    await using zombie = startCli(replayArguments(logs[0]!.paths, data));
    await ledgerRows(store, "event = 'intended'", zombie);
    zombie.kill('SIGSTOP');
    await letAMinutePass(store);
    await using heir = startCli(replayArguments(logs[0]!.paths, data));
    await allDone([heir]);
    zombie.kill('SIGCONT');
    const { exit, stderr } = await zombie.ended;
    // It had nothing left to do, or finds that somebody else has done it.
    if (exit !== 0) expect(stderr).toContain('Another replay took over');
  }
  // What it may have intended after it had been taken for dead is given up by the next.
  await using last = startCli(replayArguments(logs[0]!.paths, data));
  const [{ stdout }] = (await allDone([last])) as [Ended];
  expect(summaryOf(stdout).already_counted).toBe(logs[0]!.lines);
  expect(findMistakes(await readBooks({ data }), logs)).toEqual([]);
});

async function logsNamed(name: string): Promise<MadeLogs> {
  const source = join(folder, name);
  await mkdir(source);
  return makeLogs({ folder: source, random, lines: 1_000, files: 3, name });
}

async function allDone(running: readonly RunningCli[]): Promise<Ended[]> {
  const all = await Promise.all(running.map(({ ended }) => ended));
  for (const { exit, stderr } of all) expect(exit, stderr).toBe(0);
  return all;
}

/** Makes the ledger's rows a minute older, so that no lease holds any more. */
async function letAMinutePass(store: Store): Promise<void> {
  const [newest] = await store.query<{ at: string }>('SELECT toString(max(at)) AS at FROM ledger');
  await store.command(
    "INSERT INTO ledger SELECT at - INTERVAL 61 SECOND, entry, event, body FROM ledger WHERE at <= {at:DateTime64(3, 'UTC')}",
    newest,
  );
  await store.command(
    "ALTER TABLE ledger DELETE WHERE at > {at:DateTime64(3, 'UTC')} - INTERVAL 61 SECOND SETTINGS mutations_sync = 1",
    newest,
  );
}
