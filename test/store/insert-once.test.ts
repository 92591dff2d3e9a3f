import { expect, test } from 'vitest';
import type { Counts } from '../../shared/store/counts.ts';
import { insertOnce } from '../../shared/store/insert-part.ts';
import type { Patience } from '../../shared/store/persist.ts';

const patience: Patience = {
  clock: { now: () => 0, sleep: () => Promise.resolve() },
  timeoutMs: 1000,
};

/** A store that acknowledges every insert and shows its marker only after `shownAfter` of the calls it lists. */
async function insertInto(
  engine: Counts['engine'],
  shownAfter: number,
): Promise<{ readonly calls: readonly string[]; readonly found: string | undefined }> {
  const calls: string[] = [];
  const counts = {
    engine,
    insert: async ({ token }: { token: string }) => void calls.push(`insert ${token}`),
    syncReplica: async () => void calls.push('sync'),
  } as unknown as Counts;
  const readBack = async () => (calls.length >= shownAfter ? 'marker' : undefined);
  const rows = new Uint8Array(1);
  const found = await insertOnce(counts, { token: 'b/202606', rows, readBack }, patience).catch(
    () => undefined,
  );
  return { calls, found };
}

test('what is there is not inserted again', async () => {
  for (const engine of ['plain', 'replicated'] as const)
    expect(await insertInto(engine, 1)).toEqual({ calls: ['insert b/202606'], found: 'marker' });
});

test('what a plain table acknowledged and does not have goes under the next token', async () => {
  const calls = ['insert b/202606', 'insert b/202606#2', 'insert b/202606#3'];
  expect(await insertInto('plain', 3)).toEqual({ calls, found: 'marker' });
});

test('what a replica does not have yet is waited for, never inserted under another token', async () => {
  const calls = ['insert b/202606', 'sync'];
  expect(await insertInto('replicated', 2)).toEqual({ calls, found: 'marker' });
  expect(await insertInto('replicated', 9)).toEqual({ calls, found: undefined });
});
