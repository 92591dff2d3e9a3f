import type { OffsetNote } from '../../shared/kafka/offset-note.ts';
import type { PartitionFacts } from '../../shared/kafka/open-group.ts';
import type { PartitionBooks } from '../../shared/store/partition-books.ts';

/**
 * How what a group has committed of a partition fits what the store has of it; an ingester that is given the partition decides by the same
 * rules (`resume-point.ts`).
 */
export type OffsetsVerdict =
  /** Nothing was read, or all that was read is counted. */
  | 'agree'
  /** A batch was begun: an ingester inserts it now, or one that died is finished by the next. */
  | 'pending'
  /** The group lost its offsets, has older ones, or those of somebody else: the store tells where to go on. */
  | 'behind'
  /** The topic was deleted since and is another one now. */
  | 'made_again'
  /** Messages were removed before they were counted. */
  | 'gap'
  /** The log ends before what was counted of it. */
  | 'truncated'
  /** The group counted into another store, or this one was restored. */
  | 'other_store'
  /** The group has passed messages that this store has nothing of. */
  | 'other_group'
  /** Something else than Tallymark commits for this group. */
  | 'strange_group';

/** Compares a partition in Kafka with the store's books of it. */
export function compareOffsets(facts: PartitionFacts, books: PartitionBooks | undefined): OffsetsVerdict {
  const { low, high } = facts;
  if (facts.committed?.note === 'strange') return 'strange_group';
  const committed = ownOf(facts.committed as Committed | undefined, books);
  const note = committed?.note;
  if (committed !== undefined && note === undefined && books === undefined && committed.offset > low)
    return 'other_group';
  const isNewerTopic = books !== undefined && (note?.generation ?? 0) > books.generation;
  if (note !== undefined && !isNewerTopic && note.counted > (books?.counted ?? 0)) return 'other_store';
  const halfWayTo = books?.isHalfWay === true && !isNewerTopic ? books.counted : undefined;
  // What begins behind the end of an intent is begun only when that is finished.
  const isFinished =
    note?.intent !== undefined && books?.generation === note.generation && books.from >= note.intent.to;
  const pendingTo = (isFinished ? undefined : note?.intent?.to) ?? halfWayTo;
  if (pendingTo !== undefined) return committed !== undefined && high < pendingTo ? 'truncated' : 'pending';
  const counted = isNewerTopic ? undefined : books?.counted;
  const madeAgain = low > 0 ? 'gap' : 'made_again';
  if (counted !== undefined && (committed === undefined || committed.offset < counted)) {
    if (high < counted) return committed === undefined ? madeAgain : 'truncated';
    const isGivenUp = books?.counted === books?.from;
    const isCutOff = high < (books?.to ?? 0);
    // A batch that was given up because the topic had been made again.
    if (committed === undefined && isGivenUp && isCutOff) return madeAgain;
    const isForeign = committed !== undefined && note === undefined;
    if (isForeign && isGivenUp && (isCutOff || low <= counted)) return 'truncated';
    return counted < low ? 'gap' : 'behind';
  }
  const from = committed?.offset ?? 0;
  if (from > high) return 'truncated';
  return from < low ? 'gap' : 'agree';
}

interface Committed {
  readonly offset: number;
  readonly note: OffsetNote | undefined;
}

/** Where the store has batches, what is committed of a topic that was deleted since means nothing, and what somebody else did, without a note, is behind. */
function ownOf(committed: Committed | undefined, books: PartitionBooks | undefined) {
  if (committed === undefined || books === undefined) return committed;
  if (committed.note === undefined) return { offset: -1, note: undefined };
  return committed.note.generation < books.generation ? undefined : committed;
}
