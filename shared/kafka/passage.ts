import type { Batch, KafkaMessage } from 'kafkajs';
import type { FetchedPartition, FetchedRecord } from './fetched-partition.ts';
import type { FetchedMessages, TopicMessage } from './message.ts';

/** Stands for the end of a stretch of the log that has no message. */
interface Passage extends FetchedRecord {
  readonly isPassage: true;
}

/**
 * Where nothing that was fetched is a message to be handed on, as of the ends of transactions alone, or of a batch that was compacted, kafkajs
 * goes on by itself, whether the messages are wanted from there or not, and does not say from which offset it did. So there is something to
 * hand on always, up to the end of the last batch.
 */
export function withPassage<T extends FetchedPartition>(fetched: T, from: number): T {
  const { messages } = fetched;
  const last = messages.at(-1);
  if (last === undefined) return fetched;
  if (messages.some(({ offset, isControlRecord }) => !isControlRecord && Number(offset) >= from))
    return fetched;
  const passage: Passage = { offset: String(Math.max(from, endOf(last))), isPassage: true };
  return { ...fetched, messages: [...messages, passage] };
}

/** What kafkajs hands on. */
export function fetchedOf(batch: Batch): FetchedMessages {
  const { fetchedOffset } = batch as Batch & { readonly fetchedOffset: string };
  return {
    from: Number(fetchedOffset),
    next: Number(batch.lastOffset()) + 1,
    messages: batch.messages.filter((message) => !('isPassage' in message)).map(messageOf),
  };
}

/** The last offset of a record's batch, which may have had more. */
function endOf({ offset, batchContext }: FetchedRecord): number {
  return batchContext ? Number(batchContext.firstOffset) + batchContext.lastOffsetDelta : Number(offset);
}

function messageOf({ offset, value, headers, timestamp }: KafkaMessage): TopicMessage {
  return { offset: Number(offset), value: value ?? undefined, headers, atMs: Number(timestamp) };
}
