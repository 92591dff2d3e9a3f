import { setTimeout as pause } from 'node:timers/promises';
import { AmbiguousInsert } from '../../clickhouse/database.ts';
import { addToDigest, type CellRow, emptyDigest, type RowsDigest } from './cell-row.ts';
import { type Publication, type Slot, scopeOf, winner } from './publication.ts';
import type { ReleaseStore } from './release-store.ts';

/** What `publishOnce` needs besides the slot. */
export interface PublishOptions {
  readonly store: ReleaseStore;
  /** JSON to be entered with the publication, from the number of rows and cells drawn. */
  readonly body: (drawn: { readonly rows: number; readonly cells: number }) => string;
  /** Draws the slot's rows, some hundred projects at a time; called once for each try to write them. */
  readonly draw: () => AsyncIterable<readonly CellRow[]>;
  /** A release id never used before. */
  readonly newRelease: () => string;
  /** How long to wait before an insert of unknown outcome is sent again, in milliseconds. */
  readonly retryDelayMs?: number;
}

/** Who won the slot, and whether it was this call. */
export interface Published {
  readonly publication: Publication;
  readonly byUs: boolean;
}

/** The store cannot keep what it acknowledges, or cannot be asked; nothing was published by this call. */
export class PublishError extends Error {
  override readonly name = 'PublishError';
}

/** An insert of unknown outcome is sent this often before the run gives up; the next run goes on from there. */
const maxSends = 6;
/** A store that loses acknowledged rows this often is broken. */
const maxTries = 4;

/**
 * Publishes a slot exactly once, whoever else tries at the same time and wherever it is cut off (design: "Drawing once,
 * without a lock"): writes rows under a release that nobody sees, reads them back, looks for a winner, and if there is
 * none enters the publication and reads back who won. Losers delete their rows. Throws `PublishError` or what the store
 * throws; calling it again is always safe.
 */
export async function publishOnce(slot: Slot, options: PublishOptions): Promise<Published> {
  const before = await current(slot, options.store);
  if (before !== undefined) return { publication: before, byUs: false };
  await requirePredecessor(slot, options.store);
  const written = await writeUnseen(slot, options);
  const publication = (await current(slot, options.store)) ?? (await enter(slot, written, options));
  const byUs = publication.release === written.release;
  if (!byUs) await options.store.remove(slot, written.release);
  return { publication, byUs };
}

async function current(slot: Slot, store: ReleaseStore): Promise<Publication | undefined> {
  return winner(await store.publications(slot));
}

/** A correction of what is not visible would become visible out of turn. */
async function requirePredecessor(slot: Slot, store: ReleaseStore): Promise<void> {
  if (slot.revision === 0) return;
  const predecessor = { ...slot, revision: slot.revision - 1 };
  if ((await current(predecessor, store)) === undefined)
    throw new PublishError(
      `revision ${slot.revision} of ${scopeOf(slot)} needs revision ${predecessor.revision}`,
    );
}

interface Written {
  readonly release: string;
  readonly body: string;
}

/** Draws and writes until what is read back is what was written. */
async function writeUnseen(slot: Slot, options: PublishOptions): Promise<Written> {
  for (let tries = 1; tries <= maxTries; tries++) {
    const release = options.newRelease();
    const { digest, cells } = await writeRows({ slot, release }, options);
    const found = await options.store.readBack(slot, release);
    if (found.rows === digest.rows && found.digest === digest.digest)
      return { release, body: options.body({ rows: digest.rows, cells }) };
    await options.store.remove(slot, release);
  }
  throw new PublishError(
    `the store lost rows of ${scopeOf(slot)} that it had acknowledged, ${maxTries} times`,
  );
}

async function writeRows(
  target: { slot: Slot; release: string },
  { store, draw, retryDelayMs }: PublishOptions,
): Promise<{ digest: RowsDigest; cells: number }> {
  let digest = emptyDigest;
  let cells = 0;
  let chunk = 0;
  for await (const rows of draw()) {
    for (const row of rows) {
      digest = addToDigest(digest, row);
      cells += row.cells.length;
    }
    const token = `release/${target.release}/${chunk++}`;
    await sendUntilKnown(() => store.write({ ...target, token }, rows), retryDelayMs);
  }
  return { digest, cells };
}

/**
 * Attempt k+1 only after an acknowledged k and an empty read-back (the engine can acknowledge an insert, lose it in a
 * crash and remember its token); after an unknown outcome attempt k again.
 */
async function enter(
  slot: Slot,
  written: Written,
  { store, retryDelayMs }: PublishOptions,
): Promise<Publication> {
  for (let attempt = 1; attempt <= maxTries; attempt++) {
    const token = `publication/${scopeOf(slot)}/${slot.period}/${slot.revision}/${attempt}`;
    await sendUntilKnown(() => store.enter({ ...slot, ...written, attempt }, token), retryDelayMs);
    const won = await current(slot, store);
    if (won !== undefined) return won;
  }
  throw new PublishError(`the store lost the publication of ${scopeOf(slot)}, ${maxTries} times`);
}

async function sendUntilKnown(send: () => Promise<void>, retryDelayMs = 500): Promise<void> {
  for (let sends = 1; ; sends++) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof AmbiguousInsert)) throw error;
      if (sends === maxSends)
        throw new PublishError(
          `the store did not say ${maxSends} times whether it took an insert; release again`,
        );
      await pause(retryDelayMs * sends);
    }
  }
}
