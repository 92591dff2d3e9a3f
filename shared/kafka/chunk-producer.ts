import { CompressionTypes, type Kafka, type Producer } from 'kafkajs';
import { type ChunkMessage, type ChunkSink, splitChunk } from './chunk-message.ts';
import { KafkaError } from './kafka-error.ts';
import { causesOf, type Persist } from './keep-trying.ts';
import { prepareChunk, withPreparedBatch } from './prepared-batches.ts';

/** Where chunks go. */
export interface ChunkProducerOptions {
  readonly client: Kafka;
  readonly topic: string;
  /** Tries until it is done: see `keep-trying.ts`. */
  readonly persist: Persist;
}

/** All replicas that are in sync. */
const ALL_ACKS = -1;
/** A broker that is started again answers within this; until then the same request is sent again. */
const REQUEST_TIMEOUT_MS = 30_000;

/** A producer of chunks: idempotent, and each partition's messages in the order in which they were sent, whatever happens between. */
export class ChunkProducer implements ChunkSink, AsyncDisposable {
  readonly #options: ChunkProducerOptions;
  /** Replaced where the brokers do not know it any more. */
  #producer: Promise<Producer> | undefined;
  /** Messages for one request: halved where a topic takes less. */
  #mostBytes = Number.POSITIVE_INFINITY;

  constructor(options: ChunkProducerOptions) {
    this.#options = options;
  }

  prepare(chunk: ChunkMessage): void {
    void prepareChunk(chunk);
  }

  async send(partition: number, chunks: readonly ChunkMessage[]): Promise<void> {
    const bytes = chunks.reduce((sum, { value }) => sum + value.length, 0);
    if (bytes > this.#mostBytes && chunks.length > 1)
      return await this.#sendHalves(partition, halves(chunks));
    try {
      await this.#options.persist(() => this.#sendOnce(partition, chunks), isForgotten);
    } catch (error) {
      if (!(error instanceof KafkaError) || error.code !== 'too_large') throw error;
      this.#mostBytes = Math.min(this.#mostBytes, bytes / 2);
      const smaller = chunks.length > 1 ? halves(chunks) : splitChunk(chunks[0])?.map((each) => [each]);
      if (smaller === undefined) throw error;
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
      await withPreparedBatch(chunks, async (values) => {
        await producer.send({
          topic: this.#options.topic,
          acks: ALL_ACKS,
          timeout: REQUEST_TIMEOUT_MS,
          compression: CompressionTypes.GZIP,
          messages: values.map((value) => ({ partition, value })),
        });
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
    const producer = this.#options.client.producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      // Trying on is `persist`'s; these bridge a change of leader.
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
}

function halves(chunks: readonly ChunkMessage[]): readonly (readonly ChunkMessage[])[] {
  const half = Math.ceil(chunks.length / 2);
  return [chunks.slice(0, half), chunks.slice(half)];
}

/** The brokers have another idea of what this producer sent last, or none: a new one sends it again, which is counted once. */
const FORGOTTEN =
  /^(OUT_OF_ORDER_SEQUENCE_NUMBER|UNKNOWN_PRODUCER_ID|INVALID_PRODUCER_EPOCH|PRODUCER_FENCED|INVALID_PRODUCER_ID_MAPPING)$/;

function isForgotten(error: unknown): boolean {
  return causesOf(error).some(({ type }) => FORGOTTEN.test(type ?? ''));
}
