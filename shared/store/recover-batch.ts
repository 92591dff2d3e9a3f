import type { CountedBatch, CountedMonth, Pins } from '../count/counted-batch.ts';
import { monthOf } from '../days.ts';
import { type Candidate, type Coverage, coverageRows, isSource, lookUpCoverage } from './coverage.ts';
import { describeSetups, encodePart, encodeVoidPart } from './encode-part.ts';
import { groupBy } from './group-by.ts';
import { insertPart, markersOf, type Part } from './insert-part.ts';
import type { IntendedStretch, Intent } from './ledger.ts';
import type { CoverageRow } from './own-row.ts';
import type { Patience } from './persist.ts';
import { keyLastLine, keySource } from './source-key.ts';
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
 * Reads exactly the intended stretches again and counts them under the intent's setups and pins. Says `gone` where one of
 * the files is not there any more, or is another one: its beginning or the stretch's last line differ, or it ends before.
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
 * Finishes batches under their own tokens, skipping the months that have their marker; or burns the tokens where files are
 * gone, so that nobody can insert a batch any more, not even an insert that is still on its way.
 *
 * Intents over the same lines are all burnt, before any is finished: one of them was written by somebody who had been
 * taken for dead and will find so, the other may be landing at this very moment, and nothing tells which is which.
 */
export async function recoverBatches(
  store: Store,
  intents: readonly Intent[],
  options: Recovering,
): Promise<RecoveredBatch[]> {
  const rivals = intents.filter((intent) =>
    intents.some((other) => other !== intent && areRivals(intent, other)),
  );
  const others = intents.filter((intent) => !rivals.includes(intent));
  const recovered: RecoveredBatch[] = [];
  for (const intent of rivals)
    recovered.push(await recoverBatch(store, intent, { ...options, formBatch: async () => 'gone' }));
  for (const intent of others) recovered.push(await recoverBatch(store, intent, options));
  return recovered;
}

async function recoverBatch(store: Store, intent: Intent, options: Recovering): Promise<RecoveredBatch> {
  const { patience } = options;
  const there = await markersOf(store.counts, [intent.batch], patience);
  const missing = intent.months.filter((month) => !there.some((marker) => marker.month === month));
  let isVoid = there.some((marker) => marker.isVoid);
  if (missing.length > 0) {
    const formed = isVoid ? 'gone' : await formAgain(store, { intent, missing, ...options });
    for (const part of partsOf({ intent, missing, formed })) {
      const marker = await insertPart(store.counts, part, patience);
      isVoid ||= marker.isVoid;
    }
  }
  await settle(store, intent, patience);
  return { intent, outcome: isVoid ? 'void' : 'finished' };
}

function areRivals(a: Intent, b: Intent): boolean {
  const known = groupBy(a.stretches, ({ first }) => first);
  return b.stretches.some((stretch) => known.get(stretch.first)?.some((other) => overlaps(other, stretch)));
}

interface Missing {
  readonly intent: Intent;
  /** Months of the batch without its marker. */
  readonly missing: readonly number[];
}

/**
 * A batch counted again, or `gone` where it cannot be written as it was intended: its files are gone; or others have
 * counted lines of it since, because who intended it had been taken for dead before and wrote nothing; or other pins
 * brought months that nobody would burn.
 */
async function formAgain(store: Store, { intent, missing, patience, formBatch }: Missing & Recovering) {
  const formed = await formBatch(toForm(store, intent, patience), patience.signal);
  if (formed === 'gone') return formed;
  const { months } = formed.counted;
  if (months.some(({ month }) => !intent.months.includes(month))) return 'gone';
  const firsts = [...new Set(intent.stretches.map(({ first }) => first))];
  const others = (await coverageRows(store.counts, firsts, patience)).filter(
    ({ batch }) => batch !== intent.batch,
  );
  const covered = groupBy(others, ({ first, day }) => `${first}/${monthOf(day)}`);
  const isTaken = (month: CountedMonth) =>
    month.stretches.some(({ stretch }) => {
      const own = intent.stretches[stretch] as IntendedStretch;
      return covered.get(`${own.first}/${month.month}`)?.some((row) => overlaps(own, row));
    });
  return months.some((month) => missing.includes(month.month) && isTaken(month)) ? 'gone' : formed;
}

/** Whether two ranges may be of one source and share bytes. Beginnings of different lengths cannot be compared. */
function overlaps(a: IntendedStretch, b: CoverageRow | IntendedStretch): boolean {
  const maySame = a.first === b.first && (a.startLength !== b.startLength || a.start === b.start);
  return maySame && a.from < b.to && b.from < a.to;
}

function toForm({ keyed, counts }: Store, intent: Intent, patience: Patience): BatchToForm {
  return {
    intent,
    isSource: (stretch, candidate) => {
      const key = keySource(keyed, candidate.identity);
      return stretch.first === key.first && isSource(keyed, candidate, key)(stretch);
    },
    endsWith: (stretch, lastLine) => stretch.last === keyLastLine(keyed, lastLine),
    lookUp: (candidates) => lookUpCoverage({ counts, keyed }, candidates, patience),
  };
}

/** The missing parts. A month that turned out to have no lines has its marker all the same. */
function partsOf({ intent, missing, formed }: Missing & { readonly formed: FormedBatch | 'gone' }): Part[] {
  const { batch, setups, stretches, months } = intent;
  if (formed === 'gone')
    return missing.map((month) => ({ batch, month, rows: encodeVoidPart(batch, month, months) }));
  const byMonth = new Map(formed.counted.months.map((month) => [month.month, month]));
  const how = describeSetups(setups, formed.pins);
  return missing.map((month) => {
    const marker = { batch, month, months, isVoid: false, how };
    return { batch, month, rows: encodePart(marker, stretches, byMonth.get(month) ?? emptyMonth(month)) };
  });
}

function emptyMonth(month: number): CountedMonth {
  return { month, rows: new Uint8Array(0), rowCount: 0, days: [], stretches: [] };
}
