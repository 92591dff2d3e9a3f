import { hash } from 'node:crypto';
import type { FileSetup, Pins } from '../../shared/count/counted-batch.ts';
import type { ByOutcome } from '../../shared/count/outcome.ts';
import { type Chunk, type ChunkSource, countLines, nameOf, readChunk } from '../../shared/kafka/chunk.ts';
import type { TopicMessage } from '../../shared/kafka/message.ts';
import type { PartlyCounted } from '../../shared/kafka/offset-note.ts';
import type { BlockPool } from '../../shared/source/block-pool.ts';
import type { SourceIdentity } from '../../shared/source/source.ts';
import type { KeyedStretch } from '../../shared/store/encode-part.ts';
import { type Keyed, keyLastLine, keySource } from '../../shared/store/source-key.ts';
import type { Counter } from '../../shared/workers/counter.ts';
import { BatchLanes } from './batch-lanes.ts';
import { joinLines, linesOf } from './feed-lines.ts';
import type { MergedCounts } from './merge-counts.ts';
import { placeChunk } from './place-chunk.ts';
import type { KnownMessage } from './resume-point.ts';
import type { KnownSource, SourceBook } from './source-book.ts';

/** What a batch is counted with. */
export interface BatchOptions {
  /** One a thread. */
  readonly counters: readonly Counter[];
  readonly pool: BlockPool;
  readonly keyed: Keyed;
  readonly sources: SourceBook;
  /** The partition as a source, for messages without a chunk's headers. */
  readonly partition: SourceIdentity;
  readonly setup: FileSetup;
  readonly pins: Pins;
  readonly partly: readonly PartlyCounted[];
  readonly signal: AbortSignal;
}

/** A batch that is full: what was counted, and all that its parts and its intent say beside it. */
export interface FullBatch {
  readonly from: number;
  readonly to: number;
  readonly pins: Pins;
  readonly setup: FileSetup;
  readonly months: MergedCounts['months'];
  readonly stretches: readonly KeyedStretch[];
  /** Lines by what became of them, those included that were counted before. */
  readonly lines: ByOutcome;
  readonly facts: BatchFacts;
  readonly lastMessage: KnownMessage | undefined;
}

/** What is told of a batch, and nothing is counted by. */
export interface BatchFacts {
  readonly messages: number;
  readonly bytes: number;
  /** When its first message was appended, ms since 1970. */
  readonly oldestMs: number;
  /** Lines and time of the last message of each site. */
  readonly sites: ReadonlyMap<string, { readonly lines: number; readonly atMs: number }>;
  /** Messages whose headers cannot be true. */
  readonly lies: number;
}

/** The partition's own number as a source; the others count up from 1. */
const partitionFile = 0;
const none = new Uint8Array(0);

/** Messages `[from, next)` of a partition while they are tallied. */
export class OpenBatch {
  readonly from: number;
  next: number;
  readonly #options: BatchOptions;
  readonly #lanes: BatchLanes;
  /** How the store knows the sources that were met. */
  readonly #keys = new Map<SourceIdentity, KnownSource['key']>();
  readonly #sites = new Map<string, { lines: number; atMs: number }>();
  #facts = { messages: 0, bytes: 0, oldestMs: Number.POSITIVE_INFINITY, lies: 0 };
  #alreadyCounted = 0;
  #lastMessage: TopicMessage | undefined;

  constructor(from: number, options: BatchOptions) {
    this.from = from;
    this.next = from;
    this.#options = options;
    this.#lanes = new BatchLanes(options);
    this.#keys.set(options.partition, keySource(options.keyed, options.partition));
  }

  /** How its lines are read. */
  get setup(): FileSetup {
    return this.#options.setup;
  }

  /** Rows, memory and stretches so far. */
  get fill(): BatchLanes['fill'] {
    return this.#lanes.fill;
  }

  /** When its first message was appended; undefined where there is none. */
  get oldestMs(): number | undefined {
    return this.#facts.messages === 0 ? undefined : this.#facts.oldestMs;
  }

  /**
   * Tallies messages, source by source, and says where the partition goes on. Nothing of their order matters for what is counted, but that
   * the same messages are always taken in the same one.
   */
  async add(messages: readonly TopicMessage[], next: number): Promise<void> {
    const { chunks, strangers } = this.#sort(messages);
    const sources = new Map<string, ChunkSource>();
    for (const [name, [first]] of chunks) sources.set(name, first.chunk.source);
    await this.#options.sources.learn(sources);
    for (const some of chunks.values()) {
      for (const { chunk, message } of some) {
        if (await this.#addChunk(chunk, bytesOf(message))) this.#noteSite(chunk, message.atMs);
        else strangers.push(message);
      }
    }
    await this.#addStrangers(strangers.sort((a, b) => a.offset - b.offset));
    this.next = next;
  }

  /** Waits until all is counted, and ends the batch. Its counters are free for the next one. */
  async cut(): Promise<FullBatch> {
    const { keyed, pins, setup, sources } = this.#options;
    const { months, stretches, lines } = await this.#lanes.cut();
    sources.trim();
    const before = this.#alreadyCounted + (lines.already_counted ?? 0);
    return {
      from: this.from,
      to: this.next,
      pins,
      setup,
      months,
      stretches: stretches.map(({ identity, from, to, lastLine }) => {
        const key = this.#keys.get(identity) as KnownSource['key'];
        return { ...key, from, to, last: keyLastLine(keyed, lastLine) };
      }),
      lines: before > 0 ? { ...lines, already_counted: before } : lines,
      facts: { ...this.#facts, sites: this.#sites },
      lastMessage: this.#knownMessage(),
    };
  }

  /** Chunks by their source, and messages that are none. */
  #sort(messages: readonly TopicMessage[]) {
    const chunks = new Map<string, { chunk: Chunk; message: TopicMessage }[]>();
    const strangers: TopicMessage[] = [];
    for (const message of messages) {
      this.#note(message);
      const value = bytesOf(message);
      if (value.length === 0) continue;
      const chunk = readChunk(message.headers, value);
      if (chunk === 'lie') this.#facts.lies++;
      if (chunk === 'lie' || chunk === undefined) {
        strangers.push(message);
        continue;
      }
      const name = nameOf(chunk.source);
      const known = chunks.get(name);
      if (known) known.push({ chunk, message });
      else chunks.set(name, [{ chunk, message }]);
    }
    return { chunks, strangers };
  }

  #note(message: TopicMessage): void {
    this.#lastMessage = message;
    this.#facts.messages++;
    this.#facts.bytes += message.value?.length ?? 0;
    this.#facts.oldestMs = Math.min(this.#facts.oldestMs, message.atMs);
  }

  /** Only of a chunk that is one: what stands in a lie may be anything. */
  #noteSite({ site, lines }: Chunk, atMs: number): void {
    if (site === '') return;
    const before = this.#sites.get(site);
    const latest = Math.max(before?.atMs ?? 0, atMs);
    this.#sites.set(site, { lines: (before?.lines ?? 0) + lines, atMs: latest });
  }

  /** False where its headers cannot be true, so that it has to be taken as a stranger's. */
  async #addChunk(chunk: Chunk, value: Uint8Array): Promise<boolean> {
    const { sources, keyed } = this.#options;
    const { file, identity, key, ranges } = sources.of(chunk.source);
    const pieces = placeChunk(chunk, value, { ranges, keyed });
    if (pieces === 'lie') {
      this.#facts.lies++;
      return false;
    }
    this.#keys.set(identity, key);
    let before = chunk.lines;
    for (const { from, to, covered, endOf } of pieces) {
      const lines = value.subarray(from - chunk.position, to - chunk.position);
      before -= lines.length === value.length ? chunk.lines : countLines(lines);
      const { directives } = chunk;
      const end = await this.#lanes.add({ file, identity, lines, from, covered, directives, endOf });
      sources.add(chunk.source, { from, to: end.to, last: keyLastLine(keyed, end.lastLine) });
    }
    this.#alreadyCounted += before;
    return true;
  }

  /** Lines of messages that are no chunks: the partition is their source, and their offsets are their positions. */
  async #addStrangers(messages: readonly TopicMessage[]): Promise<void> {
    const { partly } = this.#options;
    const whole: TopicMessage[] = [];
    for (const message of messages) {
      const counted = partly.filter(({ from, to }) => from <= message.offset && message.offset < to);
      if (counted.length > 0) await this.#addPartly(message, counted);
      else whole.push(message);
    }
    const [first, last] = [whole[0], whole.at(-1)];
    if (first === undefined || last === undefined) return;
    await this.#addMessages(joinLines(whole.map(bytesOf)), { first, last });
  }

  /** A message of which lines of some months are counted: each of its lines is asked for by the message's offset. */
  async #addPartly(message: TopicMessage, counted: readonly PartlyCounted[]): Promise<void> {
    const covered = counted.map(({ from, to, months }) => {
      return { from, to, months, batch: '', last: '', lines: 0, complete: false, how: [] };
    });
    for (const line of linesOf(bytesOf(message)))
      await this.#addMessages(joinLines([line]), { first: message, last: message, covered });
  }

  async #addMessages(
    lines: Uint8Array,
    {
      first,
      last,
      covered = [],
    }: { first: TopicMessage; last: TopicMessage; covered?: KnownSource['ranges'] },
  ): Promise<void> {
    await this.#lanes.add({
      file: partitionFile,
      identity: this.#options.partition,
      lines,
      from: first.offset,
      covered,
      directives: none,
      end: { to: last.offset + 1, lastLine: digestOfLastLine(bytesOf(last)) },
    });
  }

  #knownMessage(): KnownMessage | undefined {
    const message = this.#lastMessage;
    return message && { offset: message.offset, digest: digestOfMessage(this.#options.keyed, message) };
  }
}

/** The keyed digest by which a message is known again: by its time too, since a log that is shipped once more may have the same bytes at the same offset. */
export function digestOfMessage(keyed: Keyed, message: TopicMessage): string {
  return keyLastLine(keyed, `${message.atMs}/${hash('sha256', bytesOf(message))}`);
}

function bytesOf({ value }: TopicMessage): Uint8Array {
  return value ?? none;
}

/** SHA-256 (hex) of the last of some lines, without line end. */
function digestOfLastLine(lines: Uint8Array): string {
  let last: Uint8Array = none;
  for (const line of linesOf(lines)) last = line;
  return hash('sha256', last);
}
