import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectStore, type Store } from '../../shared/clickhouse/connect-store.ts';
import { built } from '../cli/run-cli.ts';
import { type Fault, startTestServer, type TestServer } from '../clickhouse/http-server.ts';
import { type MadeLogs, makeLogs } from './make-logs.ts';
import { findMistakes, readBooks } from './read-books.ts';
import { seededRandom, seedOfRun } from './seeded-random.ts';
import { type RunningCli, startCli } from './start-cli.ts';

const seed = seedOfRun();
const random = seededRandom(seed);
const timeout = 240_000;
/** Long enough for a statement on a busy machine, short enough to wait for. */
const requestTimeoutSeconds = 3;

/** All that the store has been given so far: each test counts more of it. */
const given: MadeLogs[] = [];
let folder: string;
let server: TestServer;
/** Sees what is in the ledger. */
let store: Store;

beforeAll(async () => {
  await built();
  folder = await mkdtemp(join(tmpdir(), 'tallymark-network-'));
  server = await startTestServer({ folder: join(folder, 'server') });
  store = await connectStore(address());
}, 120_000);
afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const faults: readonly Fault[] = [
  { kind: 'drop', on: 'counts', times: 3 },
  { kind: requestTimeoutSeconds * 1_000 + 500, on: 'counts', times: 1 },
];

// Inserts that never ran are tried again far below: test/clickhouse/http-server.test.ts.
test(`answers that are lost, and inserts that land late, lose and double nothing (seed ${seed})`, {
  timeout,
}, async () => {
  for (const fault of faults) {
    await using replay = await startTurn(makeMore(500));
    await server.fail(fault);
    const { exit, stderr } = await replay.ended;
    expect(exit, `${fault.kind}: ${stderr}`).toBe(0);
    await server.fail({ kind: 'reset', on: 'any', times: 0 });
  }
  expect(findMistakes(await readBooks(address()), given)).toEqual([]);
});

test(`a server that is killed and comes back is waited for, and nothing is lost or doubled (seed ${seed})`, {
  timeout,
}, async () => {
  await using replay = await startTurn(makeMore(4_000));
  for (let kill = 0; kill < 2; kill++) {
    await sleep(random.below(600));
    await restart();
  }
  const { exit, stderr } = await replay.ended;
  expect(exit, stderr).toBe(0);
  expect(findMistakes(await readBooks(address()), given)).toEqual([]);
});

test('a server that stays away is given up with exit code 1, and the next replay goes on from there', {
  timeout,
}, async () => {
  const logs = makeMore(2_000);
  {
    await using replay = await startTurn(logs, ['--timeout', '1']);
    await server.kill();
    const { exit, stderr } = await replay.ended;
    expect(exit, stderr).toBe(1);
    expect(stderr).not.toContain('unexpected error');
    await restart();
  }
  await using replay = await startTurn(logs);
  const { exit, stderr } = await replay.ended;
  expect(exit, stderr).toBe(0);
  expect(findMistakes(await readBooks(address()), given)).toEqual([]);
});

function address() {
  return { url: server.url, storeKeyFile: join(folder, 'store.key') };
}

function makeMore(lines: number): MadeLogs {
  const logs = makeLogs({ folder, random, lines, files: 3, name: `n${given.length}` });
  given.push(logs);
  return logs;
}

async function restart(): Promise<void> {
  await server.kill();
  server = await startTestServer({ folder: join(folder, 'server'), port: server.port });
}

/** Starts a replay and waits until it writes to the ledger: what fails before is told at once and changes nothing. */
async function startTurn({ paths }: MadeLogs, flags: readonly string[] = []): Promise<RunningCli> {
  const before = await turns();
  const { url, storeKeyFile } = address();
  const env = {
    TALLYMARK_CLICKHOUSE_REQUEST_TIMEOUT_SECONDS: String(requestTimeoutSeconds),
    TALLYMARK_CLICKHOUSE_CONNECT_TIMEOUT_SECONDS: '1',
  };
  const replay = startCli(
    ['replay', ...paths, '--clickhouse', url, '--store-key-file', storeKeyFile, '--layout', 'pypi', ...flags],
    { env },
  );
  const over = replay.ended.then(() => true);
  while ((await turns()) === before && !(await Promise.race([over, sleep(5, false)])));
  return replay;
}

async function turns(): Promise<number> {
  const rows = await store.query<{ turns: number }>(
    "SELECT count() AS turns FROM ledger WHERE event = 'announced'",
  );
  return rows[0]!.turns;
}
