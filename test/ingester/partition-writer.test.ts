import { describe, expect, test } from 'vitest';
import { Begun } from '../../services/ingester/begun.ts';
import type { FullBatch } from '../../services/ingester/open-batch.ts';
import { PartitionWriter } from '../../services/ingester/partition-writer.ts';
import type { Store } from '../../shared/store/store.ts';
import { Engine } from '../faults/simulation/engine.ts';

const pins = { today: 20_000, geo: '' };
const months = [202501, 202502, 202503];
const batch: FullBatch = {
  from: 5,
  to: 9,
  pins,
  setup: { format: 'auto', enveloped: true, fileName: '', registries: [], countryFrom: 'database' },
  months: months.map((month) => ({
    month,
    rows: new Uint8Array(0),
    rowCount: 0,
    days: [],
    stretches: [],
  })),
  stretches: [],
  lines: {},
  facts: { messages: 4, bytes: 0, oldestMs: 0, lies: 0, sites: new Map() },
  lastMessage: undefined,
};
const pending = { generation: 0, from: 5, to: 9, months, pins, partly: [], lastMessage: undefined };

/** A writer that writes the batch to an empty store, and what it commits; `meanwhile` happens before its second month is inserted. */
function written(meanwhile: (other: PartitionWriter) => Promise<unknown>) {
  const engine = new Engine();
  const begun = new Begun();
  const writerOf = (beforeInsert: (token: string) => Promise<unknown>, committed: number[]) => {
    const counts = {
      engine: 'plain',
      insert: async ({ token, rows }: { token: string; rows: Uint8Array }) => {
        await beforeInsert(token);
        engine.insert(token, rows, false);
      },
      markers: async (batches: readonly string[]) => engine.markers(batches),
    };
    const store = { counts, clock: { now: () => 0, sleep: () => Promise.resolve() } };
    const options = {
      store: store as unknown as Store,
      kafka: { partition: 3, commit: async (offset: number) => void committed.push(offset) } as never,
      isFeeding: async () => true,
      begun,
      setups: { layout: undefined },
      observer: { counted: () => undefined } as never,
      signal: new AbortController().signal,
    };
    return new PartitionWriter(options, 'k0.');
  };
  const committed: number[] = [];
  const other = writerOf(async () => undefined, []);
  const writer = writerOf(async (token) => token.endsWith('/202502') && (await meanwhile(other)), committed);
  const done = writer.write(batch).then(
    () => 'written',
    (error: Error) => error.name,
  );
  return { done, committed, writer, begun };
}

test('a batch is committed when all of its months are there', async () => {
  const { done, committed } = written(async () => undefined);
  expect(await done).toBe('written');
  expect(committed).toEqual([5, 9]);
});

test('a batch that a member burns which stood still meanwhile is not committed, and is gone on with by what is there', async () => {
  const { done, committed, writer } = written((other) => other.burn(pending));
  expect(await done).toBe('BatchBurnt');
  expect(committed).toEqual([5]);
  expect(await writer.burn(pending)).toEqual({ from: 5, to: 9, months: [202501] });
});

test('a batch that is there whole when somebody burns it counts', async () => {
  const { done, committed, writer } = written(async () => undefined);
  await done;
  expect(await writer.burn(pending)).toEqual({ from: 5, to: 9, months });
  expect(committed).toEqual([5, 9]);
});

describe('who ends', () => {
  const passed = (begun: Begun, metadata: string | null) => {
    let now = 0;
    const sleep = async (ms: number) => {
      now += ms;
    };
    const clock = { now: () => now, sleep };
    return begun.isPassed(clock, async () => new Map([[3, { offset: 20, metadata }]]));
  };

  test('has nothing begun where all is committed', async () => {
    const { done, begun } = written(async () => undefined);
    await done;
    expect(await passed(begun, null)).toBe(true);
  });

  test.each([
    { note: null, want: false, what: 'set by somebody' },
    { note: { v: 1, c: 5, g: 0 }, want: false, what: 'still before it' },
    { note: { v: 1, c: 9, g: 1 }, want: false, what: 'one of a topic that was made again' },
    { note: { v: 1, c: 9, g: 0 }, want: true, what: 'behind it, by who has the partition now' },
  ])('with a batch half in the store waits for the offset, which is $what', async ({ note, want }) => {
    const { done, begun } = written((other) => other.burn(pending));
    await done;
    expect(await passed(begun, note && JSON.stringify(note))).toBe(want);
  });
});
