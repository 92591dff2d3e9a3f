import type { Unreadable } from '../../shared/kafka/fetch-around.ts';

interface Stuck {
  readonly offset: number;
  readonly why: string;
}

/** Partitions of this process that cannot be read on, and what was said of each. */
export class UnreadablePartitions {
  readonly #topic: string;
  readonly #stuck = new Map<number, Stuck>();
  /** Offsets at which a broker has failed once. */
  readonly #doubted = new Map<number, number>();

  constructor(topic: string) {
    this.#topic = topic;
  }

  get size(): number {
    return this.#stuck.size;
  }

  /** What was said of them, and still holds. */
  get reasons(): readonly string[] {
    return [...this.#stuck.values()].map(({ why }) => why);
  }

  /** Offset of the messages that cannot be read; undefined where all can be, as far as is known. */
  get(partition: number): number | undefined {
    return this.#stuck.get(partition)?.offset;
  }

  /**
   * What is to be said of it. Nothing yet where a broker has answered so for the first time, which may pass, as while another becomes the leader: it is
   * asked again before long.
   */
  add({ partition, offset, error }: Unreadable): string | undefined {
    if (error.code === 'other' && this.#doubted.get(partition) !== offset) {
      this.#doubted.set(partition, offset);
      return undefined;
    }
    const why = `Partition ${partition} of ${this.#topic} is not read from offset ${offset} on: ${error.message}`;
    this.#stuck.set(partition, { offset, why });
    return why;
  }

  /** It is read on. */
  delete(partition: number): void {
    this.#stuck.delete(partition);
    this.#doubted.delete(partition);
  }

  /** Other partitions are ours now. */
  clear(): void {
    this.#stuck.clear();
    this.#doubted.clear();
  }
}
