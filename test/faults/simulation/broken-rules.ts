import { readRows } from '../../../shared/store/counts-row.ts';
import type { OpenTurn } from '../../../shared/store/ledger.ts';
import type { OwnRow } from '../../../shared/store/own-row.ts';
import type { Store } from '../../../shared/store/store.ts';
import type { Breakage } from './simulate.ts';

/**
 * Each takes one rule of the protocol out, by breaking what a process sees of the store; the shipped code knows nothing of it. The
 * simulation has to find what each rule is for.
 */
export const brokenRules: Readonly<Record<string, Breakage>> = {
  'no intent is recorded': (store) =>
    withLedger(store, {
      append: async (event) => (event.event === 'intended' ? undefined : store.ledger.append(event)),
    }),

  'inserts have no token': (store) =>
    withCounts(store, { insert: ({ rows }) => store.counts.insert({ token: store.random.id(), rows }) }),

  'what is acknowledged is believed': (store) => {
    const acknowledged = new Map<string, OwnRow[]>();
    return withCounts(store, {
      insert: async (part) => {
        await store.counts.insert(part);
        for (const row of markersIn(part.rows)) remember(acknowledged, row);
      },
      markers: async (projects) =>
        merge(
          await store.counts.markers(projects),
          projects.flatMap((name) => acknowledged.get(name) ?? []),
        ),
    });
  },

  'the marker is read back only after an ambiguous answer': (store) => {
    const believed = new Map<string, OwnRow[]>();
    const doubted = new Set<string>();
    return withCounts(store, {
      insert: async (part) => {
        try {
          await store.counts.insert(part);
        } catch (error) {
          doubted.add(part.token);
          throw error;
        }
        if (!doubted.has(part.token)) for (const row of markersIn(part.rows)) remember(believed, row);
      },
      markers: async (projects) =>
        merge(
          await store.counts.markers(projects),
          projects.flatMap((name) => believed.get(name) ?? []),
        ),
    });
  },

  'coverage is not looked up': (store) => withCounts(store, { coverage: async () => [] }),

  'a month stands for all months of its batch': (store) =>
    withCounts(store, {
      markers: async (projects) => (await store.counts.markers(projects)).map(withoutMonths),
    }),

  'nobody takes turns': (store) => withTurns(store, () => []),

  'the lower does not wait for the higher': (store) =>
    withTurns(store, (turns, mine) => turns.filter(({ turn }) => turn < mine)),

  'a dead turn is passed by and not closed': (store) => {
    const passed = new Set<string>();
    return withLedger(store, {
      append: async (event) => {
        if (event.event !== 'closed' || event.by === event.turn) return await store.ledger.append(event);
        passed.add(event.turn);
      },
      openTurns: async () => {
        const { now, turns } = await store.ledger.openTurns();
        return { now, turns: turns.filter(({ turn }) => !passed.has(turn)) };
      },
    });
  },

  'who intended does not look again': (store) => withLedger(store, { isClosed: async () => false }),

  'who recovers does not look again': (store) => {
    let hasIntended = false;
    return withLedger(store, {
      append: (event) => {
        hasIntended ||= event.event === 'intended';
        return store.ledger.append(event);
      },
      isClosed: async (turn) => hasIntended && store.ledger.isClosed(turn),
    });
  },

  'intents are read before the others are closed': (store) => {
    let early: ReturnType<Store['ledger']['pending']> | undefined;
    return withLedger(store, {
      openTurns: async () => {
        early ??= store.ledger.pending();
        await early;
        return await store.ledger.openTurns();
      },
      pending: async () => await (early ?? store.ledger.pending()),
    });
  },

  'recovery does not look for markers first': (store) => {
    const inserted = new Set<string>();
    return withCounts(store, {
      insert: (part) => {
        for (const { project } of markersIn(part.rows)) inserted.add(project);
        return store.counts.insert(part);
      },
      markers: async (projects) =>
        projects.length === 1 && !inserted.has(projects[0] as string)
          ? []
          : await store.counts.markers(projects),
    });
  },

  'a batch whose files are gone is dropped and not burnt': (store) => {
    const dropped = new Map<string, OwnRow[]>();
    return withCounts(store, {
      insert: async (part) => {
        const markers = markersIn(part.rows);
        if (!markers.some(isVoid)) return await store.counts.insert(part);
        for (const row of markers) remember(dropped, row);
      },
      markers: async (projects) =>
        merge(
          await store.counts.markers(projects),
          projects.flatMap((name) => dropped.get(name) ?? []),
        ),
    });
  },

  'a burnt batch gives its name to the next': (store) => {
    const burnt: string[] = [];
    let hasTurn = false;
    return {
      ...withCounts(store, {
        insert: (part) => {
          for (const row of markersIn(part.rows))
            if (isVoid(row)) burnt.push(row.project.slice('batch/'.length));
          return store.counts.insert(part);
        },
      }),
      random: {
        id: () => {
          const name = hasTurn ? burnt.shift() : undefined;
          hasTurn = true;
          return name ?? store.random.id();
        },
      },
    };
  },

  'only the oldest intent is recovered': (store) =>
    withLedger(store, { pending: async () => (await store.ledger.pending()).slice(0, 1) }),

  'intents over the same lines are all finished': (store) =>
    withLedger(store, {
      pending: async () => {
        const intents = await store.ledger.pending();
        return intents.map((intent) => ({ ...intent, stretches: incomparable(intent.stretches) }));
      },
    }),

  'a grown source is another one': (store) => ({
    ...store,
    counts: {
      ...store.counts,
      coverage: async (firsts) =>
        (await store.counts.coverage(firsts)).filter(({ project }) => project.includes('.1024/')),
    },
  }),

  'recounts have no number': (store) =>
    withCounts(store, {
      insert: ({ token, rows }) =>
        store.counts.insert({ token: token.startsWith('recount/') ? store.random.id() : token, rows }),
    }),

  'whose recount was entered is not asked': (store) => {
    const mine = new Map<string, OwnRow[]>();
    return withCounts(store, {
      insert: async (part) => {
        await store.counts.insert(part);
        for (const row of markersIn(part.rows)) if (row.project.startsWith('recount/')) remember(mine, row);
      },
      markers: async (projects) => {
        const own = projects.flatMap((name) => mine.get(name) ?? []);
        return own.length > 0 ? own : await store.counts.markers(projects);
      },
    });
  },
};

function withCounts(store: Store, changed: Partial<Store['counts']>): Store {
  return { ...store, counts: { ...store.counts, ...changed } };
}

function withLedger(store: Store, changed: Partial<Store['ledger']>): Store {
  return { ...store, ledger: { ...store.ledger, ...changed } };
}

/** A list for who asks by index, and an empty one for who walks it, as the search for rivals does. */
function incomparable<T>(list: readonly T[]): readonly T[] {
  const copy = [...list];
  Object.defineProperty(copy, Symbol.iterator, { value: () => [].values() });
  return copy;
}

/** Shows only some of the other open turns. */
function withTurns(
  store: Store,
  shown: (others: readonly OpenTurn[], mine: string) => readonly OpenTurn[],
): Store {
  let mine = '';
  return withLedger(store, {
    append: (event) => {
      if (event.event === 'announced') mine = event.announcement.turn;
      return store.ledger.append(event);
    },
    openTurns: async () => {
      const { now, turns } = await store.ledger.openTurns();
      return { now, turns: shown(turns, mine) };
    },
  });
}

function markersIn(rows: Uint8Array): OwnRow[] {
  const markers: OwnRow[] = [];
  for (const { registry, project, day, downloads, lines_by, downloads_by } of readRows(rows)) {
    if (registry !== '' || !/^(batch|recount)\//.test(project)) continue;
    markers.push({ project, day, downloads, linesBy: lines_by, downloadsBy: downloads_by });
  }
  return markers;
}

function isVoid({ linesBy }: OwnRow): boolean {
  return 'void' in linesBy;
}

function remember(rows: Map<string, OwnRow[]>, row: OwnRow): void {
  rows.set(row.project, [...(rows.get(row.project) ?? []), row]);
}

/** What is there, and what is believed to be there. */
function merge(there: readonly OwnRow[], believed: readonly OwnRow[]): OwnRow[] {
  const more = believed.filter(
    (row) => !there.some(({ project, day }) => project === row.project && day === row.day),
  );
  return [...there, ...more];
}

/** As if each month knew of no other. */
function withoutMonths(row: OwnRow): OwnRow {
  const keys = Object.entries(row.linesBy).filter(([key]) => !key.startsWith('month/'));
  return { ...row, linesBy: Object.fromEntries(keys) };
}
