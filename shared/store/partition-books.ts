import type { Counts } from './counts.ts';
import { batchPrefix as markerPrefix, readMarker } from './own-row.ts';
import { batchPrefix, type PartitionName, readBatchName } from './partition-name.ts';
import type { Keyed } from './source-key.ts';

/** What the store has of a partition of a topic. */
export interface PartitionBooks {
  /** Generation of the topic that it has the last batch of. */
  readonly generation: number;
  /** Offsets of the last batch, `to` exclusive. */
  readonly from: number;
  readonly to: number;
  /** Offset up to which it has all that was to be counted. */
  readonly counted: number;
  /** Whether the last batch is in some of its months only, and is still to be finished. */
  readonly isHalfWay: boolean;
}

/** Reads what the store has of a partition; undefined where that is nothing. Throws `StoreError`. */
export async function readPartitionBooks(
  counts: Pick<Counts, 'lastBatches' | 'markers'>,
  keyed: Keyed,
  partition: PartitionName,
): Promise<PartitionBooks | undefined> {
  const last = await counts.lastBatches(batchPrefix(keyed, partition));
  if (last === undefined) return undefined;
  const { generation, from, to } = readBatchName(last.name);
  const markers = (await counts.markers([markerPrefix + last.name])).map(readMarker);
  const isVoid = markers.some((marker) => marker.isVoid);
  const there = new Set(markers.map(({ month }) => month));
  const isHalfWay = !isVoid && (markers[0]?.months ?? []).some((month) => !there.has(month));
  return { generation, from, to, counted: isVoid ? from : to, isHalfWay };
}
