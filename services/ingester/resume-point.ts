import type { Pins } from '../../shared/count/counted-batch.ts';
import type { OffsetNote, PartlyCounted } from '../../shared/kafka/offset-note.ts';
import type { KafkaBatch } from '../../shared/store/partition-name.ts';

/** The last batch of a partition that the store knows, as its markers tell it. */
export interface LastBatch extends KafkaBatch {
  readonly name: string;
  /** All its months, `YYYYMM`. */
  readonly months: readonly number[];
  /** Those of them that are in the store. */
  readonly there: readonly number[];
  /** Whether months of it were given up: then nothing is left to do for it. */
  readonly isVoid: boolean;
  readonly pins: Pins;
  /** The one layout it was counted by. */
  readonly layout: string | undefined;
  /** Its last message, by which the topic is known again. */
  readonly lastMessage: KnownMessage | undefined;
}

/** A message by its offset and the keyed digest of its value. */
export interface KnownMessage {
  readonly offset: number;
  readonly digest: string;
}

/** What is known of a partition when it is assigned. */
export interface Known {
  /** What the group has committed, if anything. */
  readonly committed:
    | { readonly offset: number; readonly note: OffsetNote | 'strange' | undefined }
    | undefined;
  /** Offset of the first message that Kafka still has. */
  readonly low: number;
  /** Offset after the last one. */
  readonly high: number;
  readonly last: LastBatch | undefined;
}

/** A batch that was begun and may be half in the store. */
export interface PendingBatch extends KafkaBatch {
  /** Undefined where nobody wrote them down. */
  readonly months: readonly number[] | undefined;
  readonly pins: Pins;
  /** What of its messages an earlier batch has counted already. */
  readonly partly: readonly PartlyCounted[];
  /** Where only markers tell of it: the one layout it was counted by, and a message by which the topic is known again. */
  readonly layout?: string | undefined;
  readonly lastMessage: KnownMessage | undefined;
}

/** Offsets that Kafka dropped before they were counted. */
export interface OffsetGap {
  readonly from: number;
  readonly to: number;
}

/** Why a partition is not read; each is put into words by `describeRefusal`. */
export type Refusal = 'strange_group' | 'other_group' | 'other_store' | 'truncated';

/** Where reading goes on. */
export interface ReadFrom {
  readonly do: 'read';
  readonly from: number;
  readonly generation: number;
  readonly gap?: OffsetGap;
  readonly partly?: readonly PartlyCounted[] | undefined;
}

export type ResumePoint =
  | ReadFrom
  /** The pending batch can be formed again from the messages; `isForgotten` where the group has no offset, as where the topic was made again. */
  | { readonly do: 'finish'; readonly pending: PendingBatch; readonly isForgotten: boolean }
  /** Messages of the pending batch are gone: what is not in the store of it never will be, then go on. */
  | { readonly do: 'burn'; readonly pending: PendingBatch; readonly next: ReadFrom }
  /**
   * The group's offsets are lost, or somebody else's: whether this is still the same topic is told by a message that was counted. `other` is undefined where
   * it is another message in the same topic, since the log has been cut off: then the partition is refused.
   */
  | {
      readonly do: 'compare';
      readonly message: KnownMessage;
      readonly same: ReadFrom;
      readonly other: ReadFrom | undefined;
    }
  | { readonly do: 'refuse'; readonly why: Refusal };

/**
 * Where to go on in a partition (`exactly-once.md`, "Traps": compare with the markers at start, seek forward if behind, refuse to start if the
 * log ends before it, publish a gap, never guess).
 */
export function resumePoint(all: Known): ResumePoint {
  const known = withoutForeignOffset(all);
  const { committed, low, high, last } = known;
  const note = committed?.note;
  if (note === 'strange') return { do: 'refuse', why: 'strange_group' };
  const counted = countedTo(last);
  const isNewerTopic = note !== undefined && last !== undefined && note.generation > last.generation;
  if (committed !== undefined && note === undefined && last === undefined && committed.offset > low)
    return { do: 'refuse', why: 'other_group' };
  if (note !== undefined && !isNewerTopic && note.counted > counted)
    return { do: 'refuse', why: 'other_store' };
  const generation = note?.generation ?? last?.generation ?? 0;
  const pending = pendingBatch(known, generation);
  if (pending !== undefined) return resumePending(pending, known);
  const isBehind =
    last !== undefined && !isNewerTopic && (committed === undefined || committed.offset < counted);
  if (isBehind) return resumeWithoutOffsets(last, known);
  const from = committed?.offset ?? 0;
  if (from > high) return { do: 'refuse', why: 'truncated' };
  return readFrom(from, { low, generation, partly: note?.partly });
}

/** Up to where batches have counted all there was; a batch that was given up in part is read once more. */
export function countedTo(last: LastBatch | undefined): number {
  if (last === undefined) return 0;
  return last.isVoid ? last.from : last.to;
}

/**
 * Ours has a note beside it. What an older topic of this name was counted to means nothing where the store has batches; what others commit or
 * set means as much as an offset before all.
 */
function withoutForeignOffset(known: Known): Known {
  const { committed, last } = known;
  if (committed === undefined || last === undefined || committed.note === 'strange') return known;
  if (committed.note === undefined) return { ...known, committed: { offset: -1, note: undefined } };
  return committed.note.generation < last.generation ? { ...known, committed: undefined } : known;
}

/** By the intent beside the offset, or, where that is lost, by the markers of some of its months. */
function pendingBatch({ committed, last }: Known, generation: number): PendingBatch | undefined {
  const note = committed?.note === 'strange' ? undefined : committed?.note;
  const partly = note?.partly ?? [];
  if (committed && note?.intent) {
    const { to, months, pins } = note.intent;
    // A commit that its sender had given up on may arrive after others: what begins later is begun only when this is finished.
    const isFinished = last?.generation === generation && last.from >= to;
    if (!isFinished)
      return { generation, from: committed.offset, to, months, pins, partly, lastMessage: undefined };
  }
  if (last === undefined || last.generation !== generation) return undefined;
  if (last.isVoid || last.months.every((month) => last.there.includes(month))) return undefined;
  const { from, to, months, pins, layout, lastMessage } = last;
  return { generation, from, to, months, pins, partly, layout, lastMessage };
}

function resumePending(pending: PendingBatch, { committed, low, high }: Known): ResumePoint {
  const { from, to, generation } = pending;
  if (high < to) {
    if (committed !== undefined) return { do: 'refuse', why: 'truncated' };
    // Kafka forgets a group's offsets with its topic: this one was made again.
    return { do: 'burn', pending, next: readAnew({ low, generation }) };
  }
  if (from >= low) return { do: 'finish', pending, isForgotten: committed === undefined };
  return { do: 'burn', pending, next: readFrom(from, { low, generation, partly: pending.partly }) };
}

function resumeWithoutOffsets(last: LastBatch, { committed, low, high }: Known): ResumePoint {
  const { generation, isVoid, lastMessage } = last;
  const to = countedTo(last);
  const other = readAnew({ low, generation });
  if (high < to) return committed === undefined ? other : { do: 'refuse', why: 'truncated' };
  // A batch whose messages are all there, or never were, was given up because the topic had been made again.
  const isOther = isVoid && (low <= last.from || high < last.to);
  if (isOther && committed === undefined) return other;
  if (isOther && committed?.note === undefined) return { do: 'refuse', why: 'truncated' };
  const note = committed?.note;
  const known = note === undefined || note === 'strange' ? [] : note.partly;
  const partly = isVoid ? [...known, { from: last.from, to: last.to, months: last.there }] : known;
  const same = readFrom(to, { low, generation, partly });
  if (lastMessage === undefined) return same;
  // Kafka forgets a group's offsets with its topic, so where there is one the topic has not been made again.
  const ifOther = committed === undefined ? other : undefined;
  if (lastMessage.offset >= low) return { do: 'compare', message: lastMessage, same, other: ifOther };
  // After a batch's last message come the ends of transactions: any message there is one of a topic that was made again.
  return low < to ? { do: 'read', from: low, generation: generation + 1 } : same;
}

/** From the first message of a topic that was made again since this generation; also of what is gone of it nothing is counted. */
export function readAnew({
  low,
  generation,
}: {
  readonly low: number;
  readonly generation: number;
}): ReadFrom {
  return readFrom(0, { low, generation: generation + 1 });
}

function readFrom(
  from: number,
  {
    low,
    ...rest
  }: {
    readonly low: number;
    readonly generation: number;
    readonly partly?: readonly PartlyCounted[] | undefined;
  },
): ReadFrom {
  if (from >= low) return { do: 'read', from, ...rest };
  return { do: 'read', from: low, ...rest, gap: { from, to: low } };
}
