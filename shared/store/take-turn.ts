import type { CountedBatch } from '../count/counted-batch.ts';
import type { SourceIdentity } from '../source/source.ts';
import { type Candidate, type Coverage, lookUpCoverage } from './coverage.ts';
import type { Announcement, OpenTurn } from './ledger.ts';
import type { SourceKey } from './own-row.ts';
import { type Patience, persist } from './persist.ts';
import { type FormBatch, type RecoveredBatch, recoverBatches } from './recover-batch.ts';
import { refuseOverlap, type Written } from './refuse-overlap.ts';
import { keySource } from './source-key.ts';
import type { Store } from './store.ts';
import { type BatchToWrite, writeBatch } from './write-batch.ts';

/** How a turn is taken and held. */
export interface TurnOptions {
  /** Label of the operator's, shown to who waits. */
  readonly site: string;
  /** Forms batches again that somebody intended and did not finish. */
  readonly formBatch: FormBatch;
  /** How long the store may be silent before `StoreTimeout`; 5 minutes by default. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Told once, when others are before us. */
  readonly onWait?: (others: readonly OpenTurn[]) => void;
}

/** The right to write to a store, held by one process at a time. Disposing of it lets the next one go on. */
export interface Turn extends AsyncDisposable {
  /** Batches of others, or of an earlier run, that were finished or given up when this turn began. */
  readonly recovered: readonly RecoveredBatch[];
  /**
   * What is counted already of these sources. Only what is looked up within the turn holds for it, and only until the
   * turn writes lines of that source: look up each of two sources with one first line after the other is written.
   */
  lookUp(candidates: readonly Candidate[]): Promise<Coverage[]>;
  /**
   * Writes a counted batch exactly once; resolves when it is durable. Batches may be written side by side. Throws
   * `StoreTimeout`, or `TurnLost` where another process has taken over, which finishes the batch.
   */
  write(batch: BatchToWrite, counted: CountedBatch): Promise<void>;
}

const renewalMs = 5_000;
/** A turn that was not renewed for so long, by the store's clock, is taken for dead: twelve renewals. */
const leaseMs = 60_000;
const pollMs = 1_000;
const defaultTimeoutMs = 300_000;

/**
 * Waits for this process's turn to write, finishes what others left undone, and gives the turn. Whoever wants to write
 * announces in the ledger, then looks. Of two that see each other the higher closes its entry and waits for the lower to
 * close, and the lower waits until the higher has closed, since the higher may have looked before the lower came.
 */
export async function takeTurn(store: Store, options: TurnOptions): Promise<Turn> {
  const patience: Patience = {
    clock: store.clock,
    timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
    signal: options.signal,
  };
  const name = orderedName(store);
  for (let attempt = 1; ; attempt++) {
    const announced = await announce(store, { turn: `${name}.${attempt}`, site: options.site, patience });
    try {
      if (await isAlone(store, announced, { ...options, patience })) {
        const intents = await persist(patience, () => store.ledger.pending());
        // Look once more after reading: whoever closes us from here on sees these intents too, and has to settle them first.
        if (!(await persist(patience, () => store.ledger.isClosed(announced.turn)))) {
          const recovered = await recoverBatches(store, intents, { patience, formBatch: options.formBatch });
          return heldTurn(store, { ...options, patience, announced, recovered });
        }
      }
    } catch (error) {
      await announced.close();
      throw error;
    }
    await announced.close();
    while ((await othersOf(store, announced.turn, patience)).length > 0) {
      await store.clock.sleep(pollMs, options.signal);
    }
  }
}

/** Earlier comers first, so that who has waited longest goes next. */
function orderedName({ clock, random }: Store): string {
  return `${clock.now().toString(36).padStart(9, '0')}-${random.id()}`;
}

interface Announced {
  readonly turn: string;
  /** Stops the renewals and closes the entry; never throws, since an entry that stays is closed by the next who looks. */
  close(): Promise<void>;
}

async function announce(
  store: Store,
  { turn, site, patience }: { turn: string; site: string; patience: Patience },
): Promise<Announced> {
  const { clock, ledger, liveness } = store;
  const announcement: Announcement = { turn, site, holder: liveness.holder };
  await persist(patience, () => ledger.append({ event: 'announced', announcement }));
  const stop = new AbortController();
  const renewals = (async () => {
    while (!stop.signal.aborted) {
      // An outage is noticed by the next write; all a missed renewal can do is to let others think we are dead.
      await clock.sleep(renewalMs, stop.signal).catch(() => undefined);
      if (!stop.signal.aborted) await ledger.append({ event: 'renewed', turn }).catch(() => undefined);
    }
  })();
  return {
    turn,
    close: async () => {
      stop.abort();
      await renewals;
      await persist({ clock, timeoutMs: renewalMs }, () =>
        ledger.append({ event: 'closed', turn, by: turn }),
      ).catch(() => undefined);
    },
  };
}

interface Looking extends TurnOptions {
  readonly patience: Patience;
}

/** True once no other turn is open; false where a lower one is, for which we have to step back. */
async function isAlone(
  store: Store,
  { turn }: Announced,
  { patience, signal, onWait }: Looking,
): Promise<boolean> {
  for (let told = false; ; ) {
    const others = await othersOf(store, turn, patience);
    if (others.length === 0) return true;
    if (!told) onWait?.(others);
    told = true;
    if (others.some((other) => other.turn < turn)) return false;
    await store.clock.sleep(pollMs, signal);
  }
}

/** The other open turns that may still be alive; those that are dead are closed, so that they can write nothing any more. */
async function othersOf(store: Store, turn: string, patience: Patience): Promise<OpenTurn[]> {
  const { now, turns } = await persist(patience, () => store.ledger.openTurns());
  const alive: OpenTurn[] = [];
  for (const other of turns) {
    if (other.turn === turn) continue;
    if (store.liveness.isDead(other.holder) || now - other.renewedAt > leaseMs) {
      await persist(patience, () => store.ledger.append({ event: 'closed', turn: other.turn, by: turn }));
    } else {
      alive.push(other);
    }
  }
  return alive;
}

interface Held extends Looking {
  readonly announced: Announced;
  readonly recovered: readonly RecoveredBatch[];
}

function heldTurn(store: Store, { announced, recovered, patience, site }: Held): Turn {
  const keys = new Map<string, SourceKey>();
  const written: Written = new Map();
  const keyOf = (identity: SourceIdentity) => keys.get(nameOf(identity)) ?? keySource(store.keyed, identity);
  return {
    recovered,
    lookUp: async (candidates) => {
      const coverages = await lookUpCoverage(store, candidates, patience);
      for (const [index, { key }] of coverages.entries()) keys.set(nameOf(candidates[index]!.identity), key);
      return coverages;
    },
    write: async (batch, counted) => {
      refuseOverlap(
        written,
        batch.stretches.map(({ identity, ...stretch }) => ({ ...keyOf(identity), ...stretch })),
        counted,
      );
      await writeBatch(store, { batch, counted, turn: announced.turn, site, keyOf, patience });
    },
    [Symbol.asyncDispose]: () => announced.close(),
  };
}

function nameOf({ firstLine, start, startLength }: SourceIdentity): string {
  return `${firstLine}/${start}/${startLength}`;
}
