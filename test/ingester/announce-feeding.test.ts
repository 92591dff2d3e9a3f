import { expect, test } from 'vitest';
import { announceFeeding } from '../../services/ingester/announce-feeding.ts';
import type { TopicFacts } from '../../shared/kafka/topic.ts';
import type { LedgerEvent } from '../../shared/store/ledger.ts';
import type { Store } from '../../shared/store/store.ts';
import { Engine } from '../faults/simulation/engine.ts';

const soon = () => new Promise((resolve) => setTimeout(resolve, 20));

/** Announces to an empty store that takes its time, and is told to stop at an event, or never. */
async function announced(stopAt?: (event: LedgerEvent) => boolean) {
  const engine = new Engine();
  const stopping = new AbortController();
  const store = {
    ledger: {
      append: async (event: LedgerEvent) => {
        if (stopAt?.(event)) stopping.abort();
        await soon();
        engine.append(event, 0);
      },
      openTurns: async () => engine.openTurns(0),
      isClosed: async (turn: string) => engine.isClosed(turn),
      pending: async () => engine.pending(),
    },
    clock: { now: () => 0, sleep: soon },
    random: { id: () => 'r' },
    liveness: { holder: 'h', isDead: () => false },
  } as unknown as Store;
  const { signal } = stopping;
  const from = { topic: 't', facts: { clusterId: 'c' } as TopicFacts, group: 'g' };
  const done = announceFeeding({ ...from, store, site: 's', signal, onEvent: () => undefined });
  const feeder = await done.catch(() => undefined);
  const { turns } = engine.openTurns(0);
  await feeder?.close(true);
  return { isFeeding: feeder !== undefined, open: turns.map(({ feeds }) => feeds) };
}

test('who feeds a store has an entry', async () => {
  expect(await announced()).toEqual({ isFeeding: true, open: ['kafka t of cluster c, group g'] });
});

test.each([
  {
    what: 'takes its turn',
    stopAt: (event: LedgerEvent) => event.event === 'announced' && !event.announcement.feeds,
  },
  {
    what: 'makes its entry',
    stopAt: (event: LedgerEvent) => event.event === 'announced' && event.announcement.feeds !== undefined,
  },
  { what: 'gives its turn back', stopAt: (event: LedgerEvent) => event.event === 'closed' },
])('who is told to stop while it $what leaves nothing open', async ({ stopAt }) => {
  expect(await announced(stopAt)).toEqual({ isFeeding: false, open: [] });
});
