import type { CountedBatch, CountedMonth, FileSetup, Pins } from '../count/counted-batch.ts';
import type { SourceIdentity } from '../source/source.ts';
import { describeSetups, encodePart } from './encode-part.ts';
import { insertPart } from './insert-part.ts';
import type { Intent } from './ledger.ts';
import type { SourceKey } from './own-row.ts';
import { type Patience, persist } from './persist.ts';
import { keyLastLine } from './source-key.ts';
import type { Store } from './store.ts';

/** Lines of one file that a batch counts. */
export interface StretchToWrite {
  readonly identity: SourceIdentity;
  /** Where the file is found again, absolute; `-` for standard input. */
  readonly path: string;
  /** Index into the batch's setups. */
  readonly setup: number;
  /** Byte of its first line in the decompressed source. */
  readonly from: number;
  /** Byte after its last line. */
  readonly to: number;
  /** SHA-256 (hex) of its last line without line end. */
  readonly lastLine: string;
}

/** What a batch consists of, parallel to its `CountedBatch`. */
export interface BatchToWrite {
  readonly stretches: readonly StretchToWrite[];
  readonly setups: readonly FileSetup[];
  readonly pins: Pins;
}

/** Another process took this one for dead and goes on in its place; nothing is lost or doubled. */
export class TurnLost extends Error {
  override readonly name = 'TurnLost';

  constructor() {
    super(
      'Another replay took over, since this one gave no sign of life for a minute. Run the command again.',
    );
  }
}

interface WriteOptions {
  readonly batch: BatchToWrite;
  readonly counted: CountedBatch;
  readonly turn: string;
  readonly site: string;
  /** How the store knows a source that was looked up. */
  readonly keyOf: (identity: SourceIdentity) => SourceKey;
  readonly patience: Patience;
}

/** Intent, look, one part a month in order, settle. A batch in which all was counted before leaves no trace. */
export async function writeBatch(store: Store, options: WriteOptions): Promise<void> {
  const { batch, counted, turn, site, keyOf, patience } = options;
  if (counted.months.length === 0) return;
  const { stretches, setups, pins } = batch;
  const intent: Intent = {
    batch: store.random.id(),
    turn,
    site,
    months: counted.months.map(({ month }) => month),
    stretches: stretches.map(({ identity, path, setup, from, to, lastLine }) => {
      return {
        ...keyOf(identity),
        path,
        setup,
        from,
        to,
        last: keyLastLine(store.keyed, lastLine),
      };
    }),
    setups,
    pins,
  };
  await persist(patience, () => store.ledger.append({ event: 'intended', intent }));
  // Write, then look, on both sides: who took over closed our turn before it looked for our intents.
  if (await persist(patience, () => store.ledger.isClosed(turn))) throw new TurnLost();
  for (const month of counted.months) await insertMonth(store, intent, { month, patience });
  await settle(store, intent, patience);
}

/** Inserts one month of an intended batch; throws `TurnLost` where the batch was given up. */
async function insertMonth(
  store: Store,
  intent: Intent,
  { month, patience }: { month: CountedMonth; patience: Patience },
): Promise<void> {
  const { batch, months, setups, pins, stretches } = intent;
  const marker = { batch, month: month.month, months, isVoid: false, how: describeSetups(setups, pins) };
  const rows = encodePart(marker, stretches, month);
  const there = await insertPart(store.counts, { batch, month: month.month, rows }, patience);
  if (there.isVoid) throw new TurnLost();
}

/** Says in the ledger that nothing is left to do for a batch. */
export function settle(store: Store, { batch }: Intent, patience: Patience): Promise<void> {
  return persist(patience, () => store.ledger.append({ event: 'settled', batch }));
}
