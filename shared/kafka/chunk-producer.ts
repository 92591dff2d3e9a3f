import { setTimeout as sleep } from 'node:timers/promises';
import { CompressionTypes, type Kafka, type Producer } from 'kafkajs';
import { chunkHeaders } from './chunk.ts';
import { type ChunkMessage, type ChunkSink, splitChunk } from './chunk-message.ts';
import { asKafkaError, connectKafka, type KafkaAddress, type KafkaError } from './connect-kafka.ts';

/** Where chunks go, and how long brokers may be away. */
export interface ChunkProducerOptions {
  readonly kafka: KafkaAddress;
  readonly topic: string;
  /** How long to try again; for ever where absent. */
  readonly giveUpAfterMs?: number | undefined;
  /** Ends all trying. */
  readonly signal: AbortSignal;
  /** Told once when brokers are away, and once when they are back. */
  onNotice(text: string): void;
}

/** All replicas that are in sync. */
const ALL_ACKS = -1;
/** A broker that is started again answers within this; until then the same request is sent again. */
const REQUEST_TIMEOUT_MS = 30_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/** A producer of chunks: idempotent, and each partition's messages in the order in which they were sent, whatever happens between. */
export async function openChunkProducer(options: ChunkProducerOptions): Promise<ChunkSink & AsyncDisposable> {
  return new ChunkProducer(options, connectKafka(options.kafka));
}

class ChunkProducer implements ChunkSink, AsyncDisposable {
  readonly #options: ChunkProducerOptions;
  readonly #kafka: Kafka;
  /** Replaced where the brokers do not know it any more. */
  #producer: Promise<Producer> | undefined;
  /** Messages for one request: halved where a topic takes less. */
  #mostBytes = Number.POSITIVE_INFINITY;
  #isAway = false;

  constructor(options: ChunkProducerOptions, kafka: Kafka) {
    this.#options = options;
    this.#kafka = kafka;
  }

  async send(partition: number, chunks: readonly ChunkMessage[]): Promise<void> {
    const bytes = chunks.reduce((sum, { value }) => sum + value.length, 0);
    if (bytes > this.#mostBytes && chunks.length > 1)
      return await this.#sendHalves(partition, halves(chunks));
    try {
      await this.#persist(() => this.#sendOnce(partition, chunks));
    } catch (error) {
      const reason = asKafkaError(error, this.#options.kafka);
      if (reason.code !== 'too_large') throw error;
      this.#mostBytes = Math.min(this.#mostBytes, bytes / 2);
      const smaller = chunks.length > 1 ? halves(chunks) : splitChunk(chunks[0])?.map((each) => [each]);
      if (smaller === undefined) throw reason;
      await this.#sendHalves(partition, smaller);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const producer = await this.#producer?.catch(() => undefined);
    await producer?.disconnect().catch(() => {});
  }

  async #sendHalves(partition: number, parts: readonly (readonly ChunkMessage[])[]): Promise<void> {
    for (const part of parts) await this.send(partition, part);
  }

  /** The same messages each time and nothing of the partition meanwhile: what makes the brokers tell a repetition from news. */
  async #sendOnce(partition: number, chunks: readonly ChunkMessage[]): Promise<void> {
    this.#producer ??= this.#connect();
    const current = this.#producer;
    try {
      const producer = await current;
      await producer.send({
        topic: this.#options.topic,
        acks: ALL_ACKS,
        timeout: REQUEST_TIMEOUT_MS,
        compression: CompressionTypes.GZIP,
        messages: chunks.map((chunk) => messageOf(chunk, partition)),
      });
    } catch (error) {
      if (isForgotten(error) && this.#producer === current) {
        this.#producer = undefined;
        void current.then((producer) => producer.disconnect()).catch(() => {});
      }
      throw error;
    }
  }

  async #connect(): Promise<Producer> {
    const producer = this.#kafka.producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      // Trying on is `#persist`'s; these bridge a change of leader.
      retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1000 },
    });
    try {
      await producer.connect();
      return producer;
    } catch (error) {
      this.#producer = undefined;
      await producer.disconnect().catch(() => {});
      throw error;
    }
  }

  /** Does it until it is done; throws what trying again does not help against, or the last failure when patience ends. */
  async #persist(operation: () => Promise<void>): Promise<void> {
    const { signal, giveUpAfterMs = Number.POSITIVE_INFINITY, kafka } = this.#options;
    let deadline: number | undefined;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      signal.throwIfAborted();
      try {
        await operation();
        this.#tellBack();
        return;
      } catch (error) {
        const reason = asKafkaError(error, kafka);
        if (!isPassing(error, reason)) throw reason;
        deadline ??= performance.now() + giveUpAfterMs;
        if (performance.now() >= deadline) throw reason;
        this.#tellAway(reason);
      }
      await sleep(pauseMs, undefined, { signal });
    }
  }

  #tellAway(reason: KafkaError): void {
    if (!this.#isAway) this.#options.onNotice(`${reason.message} Trying again until it takes messages.`);
    this.#isAway = true;
  }

  #tellBack(): void {
    if (this.#isAway) this.#options.onNotice('Kafka takes messages again.');
    this.#isAway = false;
  }
}

function halves(chunks: readonly ChunkMessage[]): readonly (readonly ChunkMessage[])[] {
  const half = Math.ceil(chunks.length / 2);
  return [chunks.slice(0, half), chunks.slice(half)];
}

function messageOf(chunk: ChunkMessage, partition: number) {
  const { value } = chunk;
  return {
    partition,
    headers: chunkHeaders(chunk),
    value: Buffer.from(value.buffer, value.byteOffset, value.length),
  };
}

interface KafkaJsError extends Error {
  readonly type?: string;
  readonly retriable?: boolean;
}

function causesOf(error: unknown): KafkaJsError[] {
  const causes: KafkaJsError[] = [];
  for (let at = error; at instanceof Error && !causes.includes(at); at = at.cause) causes.push(at);
  return causes;
}

/** The brokers have another idea of what this producer sent last, or none: a new one sends it again, which is counted once. */
const FORGOTTEN =
  /^(OUT_OF_ORDER_SEQUENCE_NUMBER|UNKNOWN_PRODUCER_ID|INVALID_PRODUCER_EPOCH|PRODUCER_FENCED|INVALID_PRODUCER_ID_MAPPING)$/;

function isForgotten(error: unknown): boolean {
  return causesOf(error).some(({ type }) => FORGOTTEN.test(type ?? ''));
}

/** Whether it may go well another time: brokers that are away or change places, not a right that is missing. */
function isPassing(error: unknown, { code }: KafkaError): boolean {
  if (code === 'unreachable' || isForgotten(error)) return true;
  if (code !== 'other' && code !== 'no_topic') return false;
  return causesOf(error).some(
    ({ name, retriable }) =>
      retriable === true || /LockTimeout|NumberOfRetriesExceeded|Metadata|Timeout|Closed/.test(name),
  );
}
