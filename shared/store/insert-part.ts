import type { Counts } from './counts.ts';
import { batchPrefix, type Marker, readMarker } from './own-row.ts';
import { type Patience, persist } from './persist.ts';

/** One part on its way: batch × month. */
export interface Part {
  readonly batch: string;
  /** `YYYYMM`. */
  readonly month: number;
  readonly rows: Uint8Array;
}

/** Inserts a part exactly once and gives the marker that is there: its own, or a void one where the batch was given up. */
export async function insertPart(counts: Counts, part: Part, patience: Patience): Promise<Marker> {
  const { batch, month, rows } = part;
  const readBack = async () =>
    (await markersOf(counts, [batch], patience)).find((marker) => marker.month === month);
  return await insertOnce(counts, { token: `${batch}/${month}`, rows, readBack }, patience);
}

/** Rows that may be in the store once. */
export interface OnceOnly<Found> {
  readonly token: string;
  readonly rows: Uint8Array;
  /** Asks the store for what these rows, or others' under the same token, leave there. */
  readBack(): Promise<Found | undefined>;
}

/**
 * Inserts rows exactly once, whoever else is inserting under the same token. What is there is read back always: a plain
 * table killed between deduplication record and part acknowledges the retry and drops it, even one by somebody who was
 * never told of the kill. Then the next token is taken, the same for all. In a replicated table token and part are one
 * transaction, so what is missing is on its way from another replica: it is waited for, and no other token is taken.
 */
export async function insertOnce<Found>(
  counts: Pick<Counts, 'engine' | 'insert' | 'syncReplica'>,
  { token, rows, readBack }: OnceOnly<Found>,
  patience: Patience,
): Promise<Found> {
  const mostTokens = counts.engine === 'replicated' ? 1 : mostAttempts;
  for (let attempt = 1; attempt <= mostTokens; attempt++) {
    await persist(patience, () =>
      counts.insert({ token: attempt === 1 ? token : `${token}#${attempt}`, rows }),
    );
    const found = await readBack();
    if (found !== undefined) return found;
  }
  if (counts.engine === 'replicated') {
    await persist(patience, () => counts.syncReplica());
    const found = await readBack();
    if (found !== undefined) return found;
  }
  throw new Error(`The store acknowledged ${token} and does not have it. See \`tallymark audit\`.`);
}

/** One kill inside the engine costs one attempt. */
const mostAttempts = 100;

/** The markers of some batches, in all months. */
export async function markersOf(
  counts: Counts,
  batches: readonly string[],
  patience: Patience,
): Promise<Marker[]> {
  const projects = batches.map((batch) => batchPrefix + batch);
  return (await persist(patience, () => counts.markers(projects))).map(readMarker);
}
