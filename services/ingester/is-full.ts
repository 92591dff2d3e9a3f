import type { BatchLanes } from './batch-lanes.ts';

/** An open batch, and what comes after it. */
export interface Filling {
  readonly fill: BatchLanes['fill'];
  /** How long it has been open. */
  readonly openMs: number;
  /** Messages wait that could still be of it. */
  readonly moreWaits: boolean;
}

/** How long a batch may be open, and what its sums may take. */
export interface Bounds {
  readonly batchMs: number;
  readonly memoryBytes: number;
}

/** A batch of so many rows of `counts` is full, as in a replay. */
const maxRows = 100_000;
const maxStretches = 8_000;
/**
 * While more comes than is tallied, cutting early makes nothing come sooner, and a day's projects are written once a batch: a million lines that
 * were waiting in eight partitions took 39 s of processor time in batches of 10 s, and 31 s so.
 */
const catchingUpMs = 60_000;

/** Whether a batch takes no more messages. */
export function isFull({ fill, openMs, moreWaits }: Filling, { batchMs, memoryBytes }: Bounds): boolean {
  if (fill.rows >= maxRows || fill.bytes >= memoryBytes || fill.stretches >= maxStretches) return true;
  return openMs >= (moreWaits ? Math.max(batchMs, catchingUpMs) : batchMs);
}
