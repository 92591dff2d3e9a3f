import type { CountedBatch } from '../count/counted-batch.ts';
import type { SourceIdentity } from '../source/source.ts';
import { type Announced, announce, type Feeding, orderedName, othersThan } from './announce.ts';
import { type Candidate, type Coverage, lookUpCoverage } from './coverage.ts';
import type { OpenTurn } from './ledger.ts';
import type { SourceKey } from './own-row.ts';
import { type Patience, persist } from './persist.ts';
import { type FormBatch, type RecoveredBatch, recoverBatches } from './recover-batch.ts';
import { refuseOverlap, type Written } from './refuse-overlap.ts';
import { keySource } from './source-key.ts';
import type { Store } from './store.ts';
import { StoreFed } from './store-fed.ts';
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

const pollMs = 1_000;
/** How long a store may be silent. */
export const defaultTimeoutMs = 300_000;

/** Waits for this process's turn to write, finishes what others left undone, and gives the turn. Throws `StoreFed`. */
export async function takeTurn(store: Store, options: TurnOptions): Promise<Turn> {
  const patience: Patience = {
    clock: store.clock,
    timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
    signal: options.signal,
  };
  const taken = await waitForTurn(store, { ...options, patience, besides: 'nobody' });
  return heldTurn(store, { ...options, ...taken, patience });
}

/** What `waitForTurn` is told. */
export interface WaitOptions extends Pick<TurnOptions, 'site' | 'formBatch' | 'onWait'> {
  readonly patience: Patience;
  /** Whose entries may be open beside the turn: who writes may not where the store is fed, who begins to feed may. */
  readonly besides: 'nobody' | 'feeders';
}

/** A turn as the ledger has it. */
export interface TakenTurn {
  readonly announced: Announced;
  /** Who feeds the store. */
  readonly feeders: readonly Feeding[];
  readonly recovered: readonly RecoveredBatch[];
}

/**
 * Takes a turn: whoever wants to write announces in the ledger, then looks. Of two that see each other the higher closes its entry
 * and waits for the lower to close, and the lower waits until the higher has closed, since the higher may have looked before the
 * lower came. Throws `StoreFed` where others feed the store and that is not allowed.
 */
export async function waitForTurn(store: Store, options: WaitOptions): Promise<TakenTurn> {
  const { site, patience } = options;
  const name = orderedName(store);
  for (let attempt = 1; ; attempt++) {
    const announced = await announce(store, { turn: `${name}.${attempt}`, site }, patience);
    try {
      const feeders = await whenAlone(store, announced, options);
      const recovered = feeders && (await recoverPending(store, { ...options, announced, feeders }));
      if (feeders && recovered) return { announced, recovered, feeders };
    } catch (error) {
      await announced.close();
      throw error;
    }
    await announced.close();
    while ((await othersThan(store, announced.turn, patience)).turns.length > 0) {
      await store.clock.sleep(pollMs, patience.signal);
    }
  }
}

/** Who feeds the store once no other turn is open; undefined where a lower one is, for which we have to step back. */
async function whenAlone(
  store: Store,
  { turn }: Announced,
  { patience, onWait, besides }: WaitOptions,
): Promise<readonly Feeding[] | undefined> {
  for (let told = false; ; ) {
    const { turns, feeders } = await othersThan(store, turn, patience);
    if (turns.length === 0) {
      if (besides === 'nobody' && feeders.length > 0) throw new StoreFed(feeders);
      return feeders;
    }
    if (!told) onWait?.(turns);
    told = true;
    if (turns.some((other) => other.turn < turn)) return undefined;
    await store.clock.sleep(pollMs, patience.signal);
  }
}

interface Recovering extends WaitOptions {
  readonly announced: Announced;
  readonly feeders: readonly Feeding[];
}

/** Settles what was left undone; undefined where the turn was closed by others meanwhile. */
async function recoverPending(
  store: Store,
  { announced, feeders, patience, formBatch }: Recovering,
): Promise<RecoveredBatch[] | undefined> {
  const intents = await persist(patience, () => store.ledger.pending());
  // Look once more after reading: whoever closes us from here on sees these intents too, and has to settle them first.
  if (await persist(patience, () => store.ledger.isClosed(announced.turn))) return undefined;
  // What is pending beside a feeder was intended too late, by a replay taken for dead, and the feeder may be counting its lines.
  const form: FormBatch = feeders.length > 0 ? async () => 'gone' : formBatch;
  return await recoverBatches(store, intents, { patience, formBatch: form });
}

interface Held extends Omit<TakenTurn, 'feeders'> {
  readonly patience: Patience;
  readonly site: string;
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
    [Symbol.asyncDispose]: async () => {
      await announced.close();
    },
  };
}

function nameOf({ firstLine, start, startLength }: SourceIdentity): string {
  return `${firstLine}/${start}/${startLength}`;
}
