import type { MessageHeaders } from './chunk.ts';

/** A message of the topic, whoever sent it. */
export interface TopicMessage {
  readonly offset: number;
  /** Undefined where it has none. */
  readonly value: Uint8Array | undefined;
  readonly headers: MessageHeaders | undefined;
  /** The broker's time when it was appended (in a topic of ours), ms since 1970. */
  readonly atMs: number;
}

/** Messages of one partition as they were fetched, in order. */
export interface FetchedMessages {
  readonly messages: readonly TopicMessage[];
  /** The offset that was asked for. */
  readonly from: number;
  /** The offset to ask for next: after the last message, and after what is there beside messages. */
  readonly next: number;
}
