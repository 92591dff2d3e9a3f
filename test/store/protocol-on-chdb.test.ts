import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Store as Connection, connectStore } from '../../shared/clickhouse/connect-store.ts';
import { auditBooks } from '../../shared/store/audit-books.ts';
import { CountsBlock } from '../../shared/store/counts-block.ts';
import { emptyRow, writeRow } from '../../shared/store/counts-row.ts';
import { openStretches } from '../../shared/store/coverage.ts';
import { listRegistries, readExact } from '../../shared/store/read-exact.ts';
import { recountDay } from '../../shared/store/recount-day.ts';
import type { FormBatch } from '../../shared/store/recover-batch.ts';
import type { Store } from '../../shared/store/store.ts';
import { optimizeMonths, readStoreFacts } from '../../shared/store/store-facts.ts';
import { storeOver } from '../../shared/store/store-over.ts';
import { takeTurn } from '../../shared/store/take-turn.ts';
import { countStretches, setupWith } from '../faults/simulation/count-stretches.ts';
import { candidateOf, type File, type Log, lastLineAt, lineBytes } from '../faults/simulation/world.ts';

const january = 20_110;
const february = 20_130;
const log: Log = {
  name: 'a',
  firstLine: 'a',
  lines: [january, january, january, february, february].map((day, index) => ({ project: `a${index}`, day })),
};
const file: File = { path: '/logs/a.log', log, length: 5, isBroken: false };
const end = file.length * lineBytes;
const pins = { today: 20_500, geo: '' };

let folder: string;
let connection: Connection;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallymark-protocol-'));
  connection = await connectStore({ data: join(folder, 'data') });
});

afterAll(async () => {
  await connection[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

function count(rules = 'old') {
  return countStretches([{ log, from: 0, to: end, coverage: undefined, rules }]);
}

const formBatch: FormBatch = async ({ intent, isSource, endsWith, lookUp }) => {
  const [stretch] = intent.stretches as [(typeof intent.stretches)[number]];
  expect(isSource(stretch, candidateOf(file))).toBe(true);
  expect(endsWith(stretch, lastLineAt(file, stretch.to) as string)).toBe(true);
  const [coverage] = await lookUp([candidateOf(file)]);
  return {
    counted: countStretches([{ log, from: stretch.from, to: stretch.to, coverage, rules: 'old' }]),
    pins,
  };
};

/** A process that dies before its insert with this number, and what is known of it afterwards. */
function dyingAt(insert: number): { store: Store; died: Promise<void> } {
  const store = storeOver(connection);
  let inserts = 0;
  let die = () => {};
  const died = new Promise<void>((resolve) => {
    die = resolve;
  });
  const hangs = new Promise<never>(() => {});
  return {
    died,
    store: {
      ...store,
      liveness: { holder: 'dead', isDead: () => false },
      ledger: {
        ...store.ledger,
        append: (event) => (event.event === 'renewed' ? hangs : store.ledger.append(event)),
      },
      counts: {
        ...store.counts,
        insert: (part) => {
          if (++inserts < insert) return store.counts.insert(part);
          die();
          return hangs;
        },
      },
    },
  };
}

async function audit() {
  const { ok, checks } = await auditBooks(connection);
  return { ok, wrong: checks.filter((check) => !check.ok) };
}

describe('the protocol on a real store', () => {
  test('a batch that was left between two months is finished by the next turn, once', async () => {
    const { store, died } = dyingAt(2);
    const turn = await takeTurn(store, { site: 'first', formBatch });
    const [coverage] = await turn.lookUp([candidateOf(file)]);
    expect(openStretches(coverage!)).toEqual([{ from: 0, to: undefined }]);
    const stretch = { identity: candidateOf(file).identity, path: file.path, setup: 0, from: 0, to: end };
    const batch = { stretches: [{ ...stretch, lastLine: 'a4' }], setups: [setupWith('old')], pins };
    void turn.write(batch, count());
    await died;
    expect((await readExact(connection, { registry: 'r', by: 'day' })).total).toBe(3);
    expect((await readStoreFacts(connection)).pending).toMatchObject([{ site: 'first', files: 1 }]);

    const next = {
      ...storeOver(connection),
      liveness: { holder: 'next', isDead: (other: string) => other === 'dead' },
    };
    await using recovered = await takeTurn(next, { site: 'second', formBatch });
    expect(recovered.recovered).toMatchObject([{ outcome: 'finished', intent: { site: 'first' } }]);
    const [known] = await recovered.lookUp([candidateOf(file)]);
    expect(known?.ranges).toMatchObject([
      { from: 0, to: end, lines: 5, complete: true, months: [202501, 202502] },
    ]);
    expect(known?.ranges[0]?.how).toContain('rules/old');
    // Marker, coverage, books and counts of a month are one part, or a kill could come between them.
    const { months } = await readStoreFacts(connection);
    expect(months.map(({ month, parts }) => [month, parts])).toEqual([
      ['202501', 1],
      ['202502', 1],
    ]);
    expect(openStretches(known!)).toEqual([{ from: end, to: undefined }]);
  });

  test('every line is counted once, whatever it is asked by', async () => {
    expect(await listRegistries(connection)).toEqual(['r']);
    const byDay = await readExact(connection, { registry: 'r', by: 'day' });
    expect(byDay).toEqual({
      total: 5,
      rows: [
        { key: '2025-01-22', downloads: 3 },
        { key: '2025-02-11', downloads: 2 },
      ],
      days: { from: '2025-01-22', to: '2025-02-11' },
    });
    const byProject = await readExact(connection, { registry: 'r', by: 'project', limit: 2 });
    expect(byProject.rows).toEqual([
      { key: 'a0', downloads: 1 },
      { key: 'a1', downloads: 1 },
    ]);
    const one = await readExact(connection, {
      registry: 'r',
      project: 'a4',
      by: 'country',
      from: february,
      to: february,
    });
    expect(one).toMatchObject({ total: 1, rows: [{ key: 'ZZ', downloads: 1 }] });
    expect(await readExact(connection, { registry: 'r', project: 'nobody', by: 'ci' })).toEqual({
      total: 0,
      rows: [],
      days: undefined,
    });
    expect(await audit()).toEqual({ ok: true, wrong: [] });
  });

  test('a recount enters the difference, and nothing the second time', async () => {
    const recount = () =>
      recountDay(storeOver(connection), {
        day: january,
        candidates: [candidateOf(file)],
        countAgain: async (stretches) => {
          expect(stretches).toMatchObject([{ candidates: [0], from: 0, to: end }]);
          return { counted: count('new'), setups: [setupWith('new')], pins };
        },
      });
    // By the new rules a0 and a3 are mirrors'.
    expect(await recount()).toEqual({ outcome: 'entered', before: 3, after: 2, personSide: true });
    expect(await recount()).toEqual({ outcome: 'unchanged' });
    const day = { from: january, to: january };
    const byCountry = await readExact(connection, { registry: 'r', by: 'country', ...day });
    expect(byCountry).toMatchObject({ total: 2, rows: [{ key: 'ZZ', downloads: 2 }] });
    expect(
      (await readExact(connection, { registry: 'r', project: 'a0', by: 'country', ...day })).rows,
    ).toEqual([]);
    expect(await audit()).toEqual({ ok: true, wrong: [] });
  });

  test('a recount without the files of the day is refused', async () => {
    const countAgain = () => Promise.reject(new Error('not to be asked'));
    const options = { candidates: [], countAgain };
    const refused = await recountDay(storeOver(connection), { day: january, ...options });
    expect(refused).toEqual({ outcome: 'refused', reason: 'missing', lines: 3 });
    const empty = await recountDay(storeOver(connection), { day: january + 1, ...options });
    expect(empty).toEqual({ outcome: 'refused', reason: 'not_counted' });
  });

  test('a recount does not bring back a person side that was cleared', async () => {
    for (const column of ['country', 'installer', 'runtime', 'system', 'ci']) {
      await connection.command(
        `ALTER TABLE counts CLEAR COLUMN ${column} IN PARTITION 202502 SETTINGS mutations_sync = 2`,
      );
    }
    const recounted = await recountDay(storeOver(connection), {
      day: february,
      candidates: [candidateOf(file)],
      countAgain: async () => ({ counted: count('new'), setups: [setupWith('new')], pins }),
    });
    expect(recounted).toEqual({ outcome: 'entered', before: 2, after: 1, personSide: false });
    const byVersion = await readExact(connection, {
      registry: 'r',
      by: 'version',
      from: february,
      to: february,
    });
    expect(byVersion).toMatchObject({ total: 1, rows: [{ key: '1.0', downloads: 1 }] });
    expect(await audit()).toEqual({ ok: true, wrong: [] });
  });

  test('months are merged, and facts are told', async () => {
    expect(await optimizeMonths(connection, { parts: 1 })).toEqual(['202501', '202502']);
    const facts = await readStoreFacts(connection);
    expect(facts).toMatchObject({
      newestDay: '2025-02-11',
      registries: ['r'],
      sources: 1,
      batches: 1,
      pending: [],
      turns: [],
    });
    expect(facts.months.map(({ month, parts }) => [month, parts])).toEqual([
      ['202501', 1],
      ['202502', 1],
    ]);
    expect(await audit()).toEqual({ ok: true, wrong: [] });
  });

  test('who comes second says so, and goes on when the first has ended', async () => {
    const first = await takeTurn(storeOver(connection), { site: 'first', formBatch });
    const waitedFor: string[] = [];
    let hasTurn = false;
    const second = takeTurn(storeOver(connection), {
      site: 'second',
      formBatch,
      onWait: (others) => waitedFor.push(...others.map(({ site }) => site)),
    }).then((turn) => {
      hasTurn = true;
      return turn;
    });
    await expect.poll(() => waitedFor, { timeout: 20_000 }).toEqual(['first']);
    expect(hasTurn).toBe(false);
    await first[Symbol.asyncDispose]();
    await (await second)[Symbol.asyncDispose]();
    expect((await readStoreFacts(connection)).turns).toEqual([]);
  });

  test('who waits can be told to stop, and leaves no turn behind', async () => {
    const stop = new AbortController();
    {
      await using _ = await takeTurn(storeOver(connection), { site: 'first', formBatch });
      const onWait = () => stop.abort(new Error('stopped'));
      const second = takeTurn(storeOver(connection), {
        site: 'second',
        formBatch,
        signal: stop.signal,
        onWait,
      });
      await expect(second).rejects.toThrow('stopped');
    }
    expect((await readStoreFacts(connection)).turns).toEqual([]);
  });

  test('the audit sees what is wrong', async () => {
    const writer = new CountsBlock();
    writeRow(writer, {
      ...emptyRow('', 'batch/x', 20_089),
      downloads: 2,
      lines_by: { 'month/202501': 1, 'month/202503': 1 },
    });
    writeRow(writer, { ...emptyRow('', 'source/f/s.600/0-600/l/x', january), lines_by: { lines: 2 } });
    writeRow(writer, { ...emptyRow('', 'source/f/s.600/300-900/l/y', january), lines_by: { lines: 2 } });
    writeRow(writer, { ...emptyRow('r', 'a0', january), downloads: -3, country: { ZZ: 1 } });
    await storeOver(connection).counts.insert({ token: 'wrong', rows: writer.take() });
    const { ok, wrong } = await audit();
    expect(ok).toBe(false);
    expect(wrong.map(({ name, examples }) => [name, examples.length])).toEqual([
      ['Each batch and each recount is in a month once', 1],
      ['Each settled batch is in all of its months', 1],
      ['Each covered range has the marker of its batch in its month', 1],
      ['No two covered ranges of a source overlap in a month', 1],
      ['Lines of a day: read = counted + dropped', 1],
      ['Downloads of a day: counted = downloads + mirrors + bots', 1],
      ['Nothing is below zero', 1],
      ...['version', 'file_type', 'country', 'installer', 'runtime', 'system', 'ci'].map((map) => [
        `Downloads by ${map} add up to downloads`,
        1,
      ]),
    ]);
  });
});
