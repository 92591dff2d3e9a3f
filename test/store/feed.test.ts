import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Store as Connection, connectStore } from '../../shared/clickhouse/connect-store.ts';
import { StoreUnavailable } from '../../shared/clickhouse/database.ts';
import { auditBooks } from '../../shared/store/audit-books.ts';
import { CountsBlock } from '../../shared/store/counts-block.ts';
import { emptyRow, writeRow } from '../../shared/store/counts-row.ts';
import { announceFeeder } from '../../shared/store/feed.ts';
import { recountDay } from '../../shared/store/recount-day.ts';
import type { FormBatch } from '../../shared/store/recover-batch.ts';
import type { Store } from '../../shared/store/store.ts';
import { readStoreFacts } from '../../shared/store/store-facts.ts';
import { StoreFed } from '../../shared/store/store-fed.ts';
import { storeOver } from '../../shared/store/store-over.ts';
import { takeTurn } from '../../shared/store/take-turn.ts';

const january = 20_110;

let folder: string;
let connection: Connection;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallymark-feed-'));
  connection = await connectStore({ data: join(folder, 'data') });
});

afterAll(async () => {
  await connection[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const formBatch: FormBatch = async () => 'gone';
const feeds = { feeds: 'kafka access-logs', site: 'eu', formBatch };

/** The store as a process has it, with others that it knows to be dead. */
function storeOf(holder: string, ...dead: string[]): Store {
  return { ...storeOver(connection), liveness: { holder, isDead: (other) => dead.includes(other) } };
}

const hasAll = async () => true;
const replay = (store: Store) => takeTurn(store, { site: 'replay', formBatch });
const openTurns = async () => (await readStoreFacts(connection)).turns;

describe('a store that is fed', () => {
  test('refuses replays in words, and takes them when the last feeder has left', async () => {
    const one = await announceFeeder(storeOf('one'), feeds);
    const two = await announceFeeder(storeOf('two'), feeds);
    expect(await openTurns()).toMatchObject([
      { site: 'eu', feeds: 'kafka access-logs' },
      { site: 'eu', feeds: 'kafka access-logs' },
    ]);
    const refused = await replay(storeOf('three')).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StoreFed);
    expect((refused as Error).message).toMatch(
      /^An ingester feeds this store \(kafka access-logs at eu, since \d{4}-.*Z\)\. .*`tallymark replay --via kafka`, or stop it\.$/,
    );
    await one.close(true);
    expect([await one.isOpen(), await two.isOpen()]).toEqual([false, true]);
    await expect(replay(storeOf('three'))).rejects.toThrow(StoreFed);
    await two.close(true);
    await using _ = await replay(storeOf('three'));
    expect(await openTurns()).toMatchObject([{ site: 'replay', feeds: '' }]);
  });

  test('waits for a replay that is at work', async () => {
    const turn = await replay(storeOf('one'));
    const order: string[] = [];
    const feeder = announceFeeder(storeOf('two'), {
      ...feeds,
      onWait: (others) => order.push(`waits for ${others.map(({ site }) => site)}`),
    });
    await expect.poll(() => order, { timeout: 20_000 }).toEqual(['waits for replay']);
    order.push('replay ends');
    await turn[Symbol.asyncDispose]();
    await (await feeder).close(true);
    expect(order).toEqual(['waits for replay', 'replay ends']);
    expect(await openTurns()).toEqual([]);
  });

  test('stays closed to replays when a feeder died, until another has finished what it began', async () => {
    const dead = await announceFeeder(storeOf('dead'), feeds);
    await dead[Symbol.asyncDispose]();
    await expect(replay(storeOf('one', 'dead'))).rejects.toThrow(
      /died and left what it had begun .* `tallymark ingest`/,
    );
    expect(await openTurns()).toHaveLength(1);

    const next = await announceFeeder(storeOf('next', 'dead'), feeds);
    const beside = await announceFeeder(storeOf('beside', 'dead'), feeds);
    expect(await next.closeDead(hasAll)).toEqual({ closed: 0, alive: 1 });
    expect(await dead.isOpen()).toBe(true);
    await beside.close(true);
    expect(await next.closeDead(hasAll)).toEqual({ closed: 1, alive: 0 });
    expect([await dead.isOpen(), await next.isOpen()]).toEqual([false, true]);
    await next.close(true);
    await (await replay(storeOf('one')))[Symbol.asyncDispose]();
  });

  test('stays closed to replays where a feeder was closed by one that had been closed before', async () => {
    const first = await announceFeeder(storeOf('first', 'second'), feeds);
    const second = await announceFeeder(storeOf('second', 'first'), feeds);
    // Each has stood still, takes the other for dead and believes to have every partition.
    expect(await second.closeDead(hasAll)).toMatchObject({ closed: 1 });
    expect(await first.closeDead(hasAll)).toMatchObject({ closed: 1 });
    expect([await first.isOpen(), await second.isOpen()]).toEqual([false, false]);
    await expect(replay(storeOf('one', 'first', 'second'))).rejects.toThrow(StoreFed);

    const next = await announceFeeder(storeOf('next', 'first', 'second'), feeds);
    expect(await next.closeDead(hasAll)).toEqual({ closed: 1, alive: 0 });
    await next.close(true);
    await (await replay(storeOf('one')))[Symbol.asyncDispose]();
  });

  test('owes what a dead feeder has begun until nobody else can have had it meanwhile', async () => {
    const dead = await announceFeeder(storeOf('dead'), feeds);
    await dead[Symbol.asyncDispose]();
    const next = await announceFeeder(storeOf('next', 'dead'), feeds);
    expect(await next.closeDead(async () => false)).toEqual({ closed: 1, alive: 0 });
    expect(next.owes).toBe(true);
    await expect(next.closeDead(() => Promise.reject(new Error('no broker')))).rejects.toThrow('no broker');
    expect(next.owes).toBe(true);
    expect(await next.closeDead(hasAll)).toEqual({ closed: 0, alive: 0 });
    expect(next.owes).toBe(false);
    await next.close(true);
  });

  test('owes what a dead feeder has begun where it is told to stop while it closes that entry', async () => {
    const dead = await announceFeeder(storeOf('dead'), feeds);
    await dead[Symbol.asyncDispose]();
    const store = storeOf('next', 'dead');
    const stop = new AbortController();
    let isAway = false;
    const append: typeof store.ledger.append = async (row) => {
      if (!isAway) return await store.ledger.append(row);
      stop.abort(new Error('told to stop'));
      throw new StoreUnavailable('away');
    };
    const next = await announceFeeder({ ...store, ledger: { ...store.ledger, append } }, feeds);
    isAway = true;
    await expect(next.closeDead(hasAll, stop.signal)).rejects.toThrow('told to stop');
    expect(next.owes).toBe(true);
    isAway = false;
    expect(await next.closeDead(hasAll)).toEqual({ closed: 1, alive: 0 });
    expect(next.owes).toBe(false);
    await next.close(true);
  });

  describe('by another group of the same topic', () => {
    const ofGroup = (group: string) => ({
      ...feeds,
      feeds: `kafka access-logs, group ${group}`,
      excludes: (other: string) => !other.endsWith(`group ${group}`),
    });

    test('is not fed by ours, and nothing stays of the attempt', async () => {
      const older = await announceFeeder(storeOf('older'), ofGroup('older'));
      await expect(announceFeeder(storeOf('next'), ofGroup('next'))).rejects.toThrow(
        /^Another group counts this topic into this store \(kafka access-logs, group older at eu, since .*Stop its ingesters/,
      );
      expect(await openTurns()).toMatchObject([{ feeds: 'kafka access-logs, group older' }]);
      await older.close(true);
      const next = await announceFeeder(storeOf('next'), ofGroup('next'));
      expect(next.owes).toBe(false);
      await next.close(true);
    });

    test('that is dead inserts nothing any more, and what it has begun is owed', async () => {
      const dead = await announceFeeder(storeOf('dead'), ofGroup('dead'));
      const next = await announceFeeder(storeOf('next', 'dead'), ofGroup('next'));
      expect([await dead.isOpen(), next.owes]).toEqual([false, true]);
      expect(await next.closeDead(hasAll)).toEqual({ closed: 0, alive: 0 });
      expect(next.owes).toBe(false);
      await next.close(true);
      await (await replay(storeOf('one')))[Symbol.asyncDispose]();
    });
  });

  test('keeps no entry alive where it is told to stop while it closes the one of a dead group', async () => {
    const ours = { ...feeds, excludes: (other: string) => other === 'older' };
    const dead = await announceFeeder(storeOf('dead'), { ...feeds, feeds: 'older' });
    await dead[Symbol.asyncDispose]();
    const store = storeOf('next', 'dead');
    const stop = new AbortController();
    let renewals = 0;
    const append: typeof store.ledger.append = async (row) => {
      if (row.event === 'renewed') renewals++;
      if (row.event !== 'closed' || row.turn !== deadTurn) return await store.ledger.append(row);
      stop.abort(new Error('told to stop'));
      throw new StoreUnavailable('away');
    };
    const deadTurn = (await storeOver(connection).ledger.openTurns()).turns[0]!.turn;
    const soon = { ...store.clock, sleep: () => new Promise<void>((resolve) => setTimeout(resolve, 5)) };
    const away = { ...store, clock: soon, ledger: { ...store.ledger, append } };
    const announced = announceFeeder(away, { ...ours, signal: stop.signal });
    await expect(announced).rejects.toThrow('told to stop');
    const before = renewals;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(renewals).toBe(before);
    const next = await announceFeeder(storeOf('third', 'dead', 'next'), ours);
    await next.closeDead(hasAll);
    await next.close(true);
  });

  test('stays closed to replays for what another topic left begun', async () => {
    const dead = await announceFeeder(storeOf('dead'), { ...feeds, feeds: 'kafka older-logs' });
    await dead[Symbol.asyncDispose]();
    const next = await announceFeeder(storeOf('next', 'dead'), feeds);
    expect(await next.closeDead(hasAll)).toEqual({ closed: 0, alive: 0 });
    await next.close(true);
    await expect(replay(storeOf('one', 'dead'))).rejects.toThrow(/died and left .*older-logs/);
    const older = await announceFeeder(storeOf('older', 'dead'), { ...feeds, feeds: 'kafka older-logs' });
    expect(await older.closeDead(hasAll)).toEqual({ closed: 1, alive: 0 });
    await older.close(true);
  });

  test('may have batches half-way from Kafka: no fault while it is fed, one when it is not', async () => {
    const block = new CountsBlock();
    const months = { 'month/202501': 1, 'month/202502': 1 };
    writeRow(block, { ...emptyRow('', 'batch/k1', 20_089), downloads: 1, lines_by: months });
    await storeOf('one').counts.insert({ token: 'half', rows: block.take() });
    const isFinished = async () =>
      (await auditBooks(connection)).checks.find(({ name }) => name.startsWith('Each settled batch'));
    const feeder = await announceFeeder(storeOf('one'), feeds);
    expect(await isFinished()).toMatchObject({ ok: true });
    await feeder.close(false);
    expect(await isFinished()).toMatchObject({ ok: true });
    const next = await announceFeeder(storeOf('two', 'one'), feeds);
    await next.closeDead(hasAll);
    await next.close(true);
    expect(await isFinished()).toMatchObject({
      ok: false,
      examples: ["batch/k1 lacks ['202502']"],
    });
  });

  test('is refused a recount of days with lines that are in no file', async () => {
    const block = new CountsBlock();
    writeRow(block, { ...emptyRow('', 'source/f/s.0/0-7/l/k2', january), lines_by: { lines: 7 } });
    await storeOf('one').counts.insert({ token: 'offsets', rows: block.take() });
    const countAgain = () => Promise.reject(new Error('not to be asked'));
    const recount = recountDay(storeOf('one'), { day: january, candidates: [], countAgain });
    expect(await recount).toEqual({ outcome: 'refused', reason: 'kafka' });
  });
});
