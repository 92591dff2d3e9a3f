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

/**
 * Inserts a part exactly once, whoever else is inserting it, and gives the marker that is there: its own, or `isVoid` where
 * the batch has been given up. The marker is read back always: a plain table killed between deduplication record and part
 * acknowledges the retry and drops it, even one that was never told of the kill.
 */
export async function insertPart(counts: Counts, part: Part, patience: Patience): Promise<Marker> {
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const token = `${part.batch}/${part.month}${attempt === 1 ? '' : `#${attempt}`}`;
    await persist(patience, () => counts.insert({ token, rows: part.rows }));
    const marker = (await markersOf(counts, [part.batch], patience)).find(
      ({ month }) => month === part.month,
    );
    if (marker) return marker;
    if (counts.engine === 'replicated') break;
  }
  throw new Error(`The store acknowledged a part of ${part.month} and does not have it.`);
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
