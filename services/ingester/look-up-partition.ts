import type { AssignedPartition } from '../../shared/kafka/assigned-partition.ts';
import { readNote } from '../../shared/kafka/offset-note.ts';
import { markersOf } from '../../shared/store/insert-part.ts';
import { lookUpKafka } from '../../shared/store/kafka-batches.ts';
import type { Marker } from '../../shared/store/own-row.ts';
import { readBatchName } from '../../shared/store/partition-name.ts';
import type { Patience } from '../../shared/store/persist.ts';
import type { Store } from '../../shared/store/store.ts';
import type { Known, KnownMessage, LastBatch } from './resume-point.ts';

interface Ports {
  readonly store: Store;
  readonly kafka: AssignedPartition;
}

/**
 * What Kafka and the store know of a partition: the offset first, since whoever committed it may still be inserting, and once more at the
 * end, since who was stopped in between may see batches that were begun after his look.
 */
export async function lookUpPartition(
  { store, kafka }: Ports,
  prefix: string,
  patience: Patience,
): Promise<Known> {
  for (;;) {
    const committed = await kafka.committed();
    const last = await lookUpLast(store, prefix, patience);
    const { low, high } = await kafka.watermarks();
    const again = await kafka.committed();
    if (committed?.offset !== again?.offset || committed?.metadata !== again?.metadata) continue;
    return {
      committed: committed && { offset: committed.offset, note: readNote(committed.metadata) },
      low,
      high,
      last,
    };
  }
}

async function lookUpLast(
  { counts }: Store,
  prefix: string,
  patience: Patience,
): Promise<LastBatch | undefined> {
  const last = await lookUpKafka(counts, prefix, patience);
  if (last === undefined) return undefined;
  const { name } = last;
  const markers = await markersOf(counts, [name], patience);
  const real = markers.filter(({ isVoid }) => !isVoid);
  const how = real[0]?.how ?? [];
  return {
    name,
    ...readBatchName(name),
    months: markers[0]?.months ?? [],
    there: real.map(({ month }) => month),
    isVoid: real.length < markers.length,
    pins: { today: Number(wordAfter('today/', how) ?? 0), geo: wordAfter('geo/', how) ?? '' },
    layout: onlyAfter('layout/', how),
    lastMessage: readLastMessage(how),
  };
}

/** What a batch's markers say of its last message. */
export function lastMessageWord({ offset, digest }: KnownMessage): string {
  return `last/${offset}.${digest}`;
}

function readLastMessage(how: Marker['how']): KnownMessage | undefined {
  const found = /^(\d+)\.([0-9a-f]+)$/.exec(wordAfter('last/', how) ?? '');
  return found ? { offset: Number(found[1]), digest: found[2] } : undefined;
}

/** Undefined where there are several, as of a configuration with several registries. */
function onlyAfter(prefix: string, how: Marker['how']): string | undefined {
  return how.filter((word) => word.startsWith(prefix)).length === 1 ? wordAfter(prefix, how) : undefined;
}

function wordAfter(prefix: string, how: Marker['how']): string | undefined {
  return how.find((word) => word.startsWith(prefix))?.slice(prefix.length);
}
