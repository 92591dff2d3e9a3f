import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { connectStore } from '../../shared/clickhouse/connect-store.ts';
import { built } from '../cli/run-cli.ts';
import { ledgerRows } from './ledger-rows.ts';
import { type MadeLogs, makeLogs } from './make-logs.ts';
import { findMistakes, readBooks } from './read-books.ts';
import { replayArguments, summaryOf } from './replay-arguments.ts';
import { seededRandom, seedOfRun } from './seeded-random.ts';
import { type Ended, startCli } from './start-cli.ts';

const seed = seedOfRun();
const random = seededRandom(seed);

let folder: string;
let data: string;

beforeAll(built, 120_000);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallymark-changed-'));
  data = join(folder, 'data');
});
afterEach(() => rm(folder, { recursive: true }));

test(`logs that have grown, shrunk, gone or become others since their replay was killed are each counted once (seed ${seed})`, {
  timeout: 240_000,
}, async () => {
  const logs = ['grown', 'shrunk', 'gone', 'other'].map((name) => makeOne(name));
  const [grown, shrunk, gone, other] = logs.map(({ paths }) => paths[0]!) as [string, string, string, string];
  const paths = [grown, shrunk, gone, other];
  await killWhileWriting(paths);
  const whole = await Promise.all(paths.map((path) => readFile(path)));
  const [more, instead] = [makeOne('more'), makeOne('instead')];
  await writeFile(grown, Buffer.concat([whole[0]!, await readFile(more.paths[0]!)]));
  await writeFile(shrunk, whole[1]!.subarray(0, whole[1]!.indexOf('\n', whole[1]!.length / 2) + 1));
  await rename(gone, `${gone}.away`);
  await rename(instead.paths[0]!, other);
  const changed = await replay(paths);
  expect(changed.exit, 'a file is missing').toBe(1);

  await writeFile(shrunk, whole[1]!);
  await rename(`${gone}.away`, gone);
  await rename(other, `${other}.instead`);
  await writeFile(other, whole[3]!);
  const all = [...paths, `${other}.instead`];
  const mended = await replay(all);
  expect(mended.exit, mended.stderr).toBe(0);
  const again = summaryOf((await replay(all)).stdout);
  expect(again.already_counted).toBe(again.lines);
  expect(findMistakes(await readBooks({ data }), [...logs, more, instead])).toEqual([]);
});

function makeOne(name: string): MadeLogs {
  return makeLogs({ folder, random, lines: 800, files: 1, name });
}

/** Kills a replay that has said what it is going to write and has not written all of it, as far as can be told. */
async function killWhileWriting(paths: readonly string[]): Promise<void> {
  await using store = await connectStore({ data });
  await using victim = startCli(replayArguments(paths, data));
  await ledgerRows(store, "event = 'intended'", victim);
  victim.kill('SIGKILL');
  await victim.ended;
}

async function replay(paths: readonly string[]): Promise<Ended> {
  await using running = startCli(replayArguments(paths, data));
  return await running.ended;
}
