import { type Announced, announce, othersThan } from './announce.ts';
import type { OpenTurn } from './ledger.ts';
import { OtherFeeder } from './other-feeder.ts';
import { type Patience, persist } from './persist.ts';
import type { FormBatch, RecoveredBatch } from './recover-batch.ts';
import type { Store } from './store.ts';
import { defaultTimeoutMs, waitForTurn } from './take-turn.ts';

/** How a store is announced to be fed. */
export interface FeederOptions {
  /** What feeds it, as operators are told: `kafka access-logs of cluster 5L6g3nShT-eMCtK--X86sw, group tallymark`. */
  readonly feeds: string;
  /** Whether what feeds the store so would count the very lines that this one does. */
  readonly excludes?: (feeds: string) => boolean;
  /** Label of the operator's, shown to who is refused. */
  readonly site: string;
  /** Forms batches again that a dead replay left undone; `gone` burns them, and their lines are left to be counted. */
  readonly formBatch: FormBatch;
  readonly signal?: AbortSignal | undefined;
  /** How long the store may be silent before `StoreTimeout`; 5 minutes by default, `Infinity` for ever. */
  readonly timeoutMs?: number;
  /** Told of each failure of the store that is tried again. */
  readonly onFailure?: (error: unknown) => void;
  /** Told when replays are before us. */
  readonly onWait?: (others: readonly OpenTurn[]) => void;
}

/** What came of `Feeder.closeDead`. */
export interface ClosedDead {
  /** Entries of dead feeders that were closed. */
  readonly closed: number;
  /** Other feeders of the topic that may still be alive: where there are any, nothing is closed. */
  readonly alive: number;
}

/**
 * An entry in the ledger that keeps replays off. Feeders of one group do not exclude one another: Kafka gives each its partitions. Disposing of it without
 * `close` leaves it open.
 */
export interface Feeder extends AsyncDisposable {
  /** Batches of dead replays that were finished or given up before feeding began. */
  readonly recovered: readonly RecoveredBatch[];
  /**
   * Whether the entry is still open. To be asked after each intent is in Kafka and before its first insert: who was taken for dead must
   * insert nothing, for a replay may be at work. Throws `StoreTimeout`, and the reason of the signal: it is not the one that ends feeding,
   * since what is begun by then is to be finished.
   */
  isOpen(signal?: AbortSignal): Promise<boolean>;
  /**
   * Closes the entries of dead feeders of the same topic, and of others that have been dead for a day, unless others of the topic are alive.
   * To be called when what dead ones may have begun is finished, so when this process has had every partition and left no intent in it. It may
   * have stood still since then, and others may have had them: `hasAll` is asked after closing, and where it is false, or fails, what the dead
   * have begun is owed, as where the signal ends it in between. Throws `StoreTimeout`, the signal's reason, and what `hasAll` throws.
   */
  closeDead(hasAll: () => Promise<boolean>, signal?: AbortSignal): Promise<ClosedDead>;
  /** Whether an entry was closed of which nobody can tell that what it stands for is finished: this one may not be closed before that. */
  readonly owes: boolean;
  /**
   * Ends feeding. `clean`: nothing of ours is begun and not finished, so the entry is closed; else it stays open like a dead one's, and
   * replays are refused until an ingester has finished it. Whether it is known to be closed.
   */
  close(clean: boolean): Promise<boolean>;
}

/**
 * Announces that this process feeds the store. It takes a turn for it, so waits for replays and settles what dead ones left: a replay that looks
 * later sees the entry, and one that looked earlier has ended. Entries of dead ones that are excluded are closed, so that they insert nothing any
 * more where they only stood still. Throws `OtherFeeder` where one that is excluded may be alive, `StoreTimeout`, and the signal's reason.
 */
export async function announceFeeder(store: Store, options: FeederOptions): Promise<Feeder> {
  const patience: Patience = {
    clock: store.clock,
    timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
    onFailure: options.onFailure,
    signal: options.signal,
  };
  for (;;) {
    const taken = await waitForTurn(store, { ...options, patience, besides: 'feeders' });
    const { announced: turn, recovered, feeders } = taken;
    try {
      const { feeds, site } = options;
      const excluded = feeders.filter((other) => options.excludes?.(other.feeds));
      const alive = excluded.find(({ isDead }) => !isDead);
      if (alive !== undefined) throw new OtherFeeder(alive);
      const entry = await announce(store, { turn: `${turn.turn}.feeds`, site, feeds }, patience);
      // Write, then look: a replay that took us for dead closed the turn before it looked for feeders.
      if (!(await isOpen(store, turn.turn, patience, entry))) continue;
      await closeAll(store, excluded, { by: entry, patience }).catch(async (error: unknown) => {
        // One may be closed, and what it had begun is owed: so ours is left open.
        await entry.leave();
        throw error;
      });
      return feederWith(store, { entry, feeds, recovered, patience, owed: excluded.length > 0 });
    } finally {
      await turn.close();
    }
  }
}

async function closeAll(
  { ledger }: Store,
  others: readonly OpenTurn[],
  { by, patience }: { readonly by: Announced; readonly patience: Patience },
): Promise<void> {
  for (const { turn } of others)
    await persist(patience, () => ledger.append({ event: 'closed', turn, by: by.turn }));
}

/** Whether the turn in which an entry was made is open; the entry is closed where it is not, or nobody can tell. */
async function isOpen(store: Store, turn: string, patience: Patience, entry: Announced): Promise<boolean> {
  let isClosed = true;
  try {
    isClosed = await persist(patience, () => store.ledger.isClosed(turn));
  } finally {
    if (isClosed) await entry.close();
  }
  return !isClosed;
}

/** After so long nothing of a dead one's is on its way any more. */
const abandonedMs = 86_400_000;

interface Open {
  readonly entry: Announced;
  readonly feeds: string;
  readonly recovered: readonly RecoveredBatch[];
  readonly patience: Patience;
  /** Whether entries were closed of which nobody has looked yet what they had begun. */
  readonly owed: boolean;
}

function feederWith(store: Store, { entry, feeds, recovered, patience, owed }: Open): Feeder {
  const { ledger } = store;
  let owes = owed;
  return {
    recovered,
    get owes() {
      return owes;
    },
    isOpen: async (signal) => {
      const isClosed = await persist({ ...patience, signal }, () => ledger.isClosed(entry.turn));
      // By somebody who was closed before, perhaps: then it counts as open, and another closes it once it looks dead.
      if (isClosed) void entry.leave();
      return !isClosed;
    },
    closeDead: async (hasAll, signal) => {
      const untilAborted: Patience = { ...patience, signal };
      const all = (await othersThan(store, entry.turn, untilAborted)).feeders;
      // What was begun of another topic is not known here: only time tells that nothing of it is on its way.
      const feeders = all.filter((other) => other.feeds === feeds || other.silentMs > abandonedMs);
      const alive = feeders.filter(({ isDead }) => !isDead).length;
      if (alive > 0) return { closed: 0, alive };
      owes ||= feeders.length > 0;
      await closeAll(store, feeders, { by: entry, patience: untilAborted });
      // Write, then look: whoever has had a partition since then asks before it inserts, and finds its entry closed.
      owes &&= !(await hasAll());
      return { closed: feeders.length, alive };
    },
    close: (clean) => (clean ? entry.close() : entry.leave().then(() => false)),
    [Symbol.asyncDispose]: () => entry.leave(),
  };
}
