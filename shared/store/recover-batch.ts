import type { CountedBatch, CountedMonth, Pins } from '../count/counted-batch.ts';
import { type Candidate, type Coverage, lookUpCoverage } from './coverage.ts';
import { describeSetups, encodePart, encodeVoidPart } from './encode-part.ts';
import { insertPart, markersOf, type Part } from './insert-part.ts';
import type { IntendedStretch, Intent } from './ledger.ts';
import type { Patience } from './persist.ts';
import { keyFirst, keyLastLine, keyStart } from './source-key.ts';
import type { Store } from './store.ts';
import { settle } from './write-batch.ts';

/** What it takes to form an intended batch again. */
export interface BatchToForm {
  readonly intent: Intent;
  /** Whether a file is the source of an intended stretch, grown or not. */
  isSource(stretch: IntendedStretch, candidate: Candidate): boolean;
  /** Whether a line's SHA-256 (hex, without its line end) is that of the stretch's last line. */
  endsWith(stretch: IntendedStretch, lastLine: string): boolean;
  /** As `Turn.lookUp`: lines that are counted for their own month are not counted again here either. */
  lookUp(candidates: readonly Candidate[]): Promise<Coverage[]>;
}

/** An intended batch, counted again; `pins` are the intent's, or others where these can no longer be honoured. */
export interface FormedBatch {
  readonly counted: CountedBatch;
  readonly pins: Pins;
}

/**
 * Reads exactly the intended stretches again and counts them under the intent's setups and pins. Says `gone` where one of the files is
 * not there any more, or is another one: its beginning or the stretch's last line differ, or it ends before.
 */
export type FormBatch = (batch: BatchToForm, signal?: AbortSignal) => Promise<FormedBatch | 'gone'>;

/** What became of a batch that somebody had left undone. */
export interface RecoveredBatch {
  readonly intent: Intent;
  /** `void`: its files are gone; what is not in the store yet is cut anew when they are back. */
  readonly outcome: 'finished' | 'void';
}

interface Recovering {
  readonly patience: Patience;
  readonly formBatch: FormBatch;
}

/**
 * Finishes a batch under its own tokens, skipping the months that have its marker; or burns the tokens where its files are
 * gone, so that nobody can insert it any more, not even an insert that is still on its way.
 */
export async function recoverBatch(
  store: Store,
  intent: Intent,
  options: Recovering,
): Promise<RecoveredBatch> {
  const { patience } = options;
  const there = await markersOf(store.counts, [intent.batch], patience);
  let isVoid = there.some((marker) => marker.isVoid);
  if (intent.months.some((month) => !there.some((marker) => marker.month === month))) {
    const formed = isVoid
      ? 'gone'
      : await options.formBatch(toForm(store, intent, patience), patience.signal);
    for (const part of partsOf(intent, formed)) {
      if (there.some(({ month }) => month === part.month)) continue;
      const marker = await insertPart(store.counts, part, patience);
      isVoid ||= marker.isVoid;
    }
  }
  await settle(store, intent, patience);
  return { intent, outcome: isVoid ? 'void' : 'finished' };
}

function toForm({ keyed, counts }: Store, intent: Intent, patience: Patience): BatchToForm {
  return {
    intent,
    isSource: (stretch, { identity, startDigest }) => {
      if (stretch.first !== keyFirst(keyed, identity.firstLine)) return false;
      if (stretch.startLength > identity.startLength) return false;
      const isWhole = stretch.startLength === identity.startLength;
      return stretch.start === keyStart(keyed, isWhole ? identity.start : startDigest(stretch.startLength));
    },
    endsWith: (stretch, lastLine) => stretch.last === keyLastLine(keyed, lastLine),
    lookUp: (candidates) => lookUpCoverage({ counts, keyed }, candidates, patience),
  };
}

/** The parts of a batch formed again, or of a void one. A month that turned out to have no lines has its marker all the same. */
function partsOf(intent: Intent, formed: FormedBatch | 'gone'): Part[] {
  const { batch, setups, stretches } = intent;
  if (formed === 'gone') {
    return intent.months.map((month) => ({
      batch,
      month,
      rows: encodeVoidPart(batch, month, intent.months),
    }));
  }
  const byMonth = new Map(formed.counted.months.map((month) => [month.month, month]));
  const months = [...new Set([...intent.months, ...byMonth.keys()])].sort((a, b) => a - b);
  const how = describeSetups(setups, formed.pins);
  return months.map((month) => {
    const marker = { batch, month, months, isVoid: false, how };
    return { batch, month, rows: encodePart(marker, stretches, byMonth.get(month) ?? emptyMonth(month)) };
  });
}

function emptyMonth(month: number): CountedMonth {
  return { month, rows: new Uint8Array(0), rowCount: 0, days: [], stretches: [] };
}
