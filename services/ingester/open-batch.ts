import { hash } from 'node:crypto';
import type { FileSetup, Pins } from '../../shared/count/counted-batch.ts';
import type { ByOutcome, Outcome } from '../../shared/count/outcome.ts';
import { type Chunk, type ChunkSource, countLines, nameOf, readChunk } from '../../shared/kafka/chunk.ts';
import type { TopicMessage } from '../../shared/kafka/message.ts';
import type { PartlyCounted } from '../../shared/kafka/offset-note.ts';
import type { BlockPool } from '../../shared/source/block-pool.ts';
import type { SourceIdentity } from '../../shared/source/source.ts';
import type { KeyedStretch } from '../../shared/store/encode-part.ts';
import { type Keyed, keyLastLine, keySource } from '../../shared/store/source-key.ts';
import type { Counter } from '../../shared/workers/counter.ts';
import { Lane } from '../../shared/workers/lane.ts';
import { feedLines, joinLines } from './feed-lines.ts';
import { type ChunkPiece, placeChunk } from './place-chunk.ts';
import type { KnownMessage } from './resume-point.ts';
import type { KnownSource, SourceBook } from './source-book.ts';

/** What a batch is counted with. */
export interface BatchOptions {
  readonly counter: Counter;
  readonly pool: BlockPool;
  readonly keyed: Keyed;
  readonly sources: SourceBook;
  /** The partition as a source, for messages without a chunk's headers. */
  readonly partition: SourceIdentity;
  readonly setup: FileSetup;
  readonly pins: Pins;
  readonly partly: PartlyCounted | undefined;
  readonly signal: AbortSignal;
}

/** A batch that is full: what was counted, and all that its parts and its intent say beside it. */
export interface FullBatch {
  readonly from: number;
  readonly to: number;
  readonly pins: Pins;
  readonly setup: FileSetup;
  readonly counted: Awaited<ReturnType<Lane['cut']>>['counted'];
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

/** The number of the partition itself among the files that the counter has readers for; sources count up from 1. */
const partitionFile = 0;

/** Messages `[from, next)` of a partition while they are tallied. */
export class OpenBatch {
  readonly from: number;
  next: number;
  readonly #options: BatchOptions;
  readonly #lane: Lane;
  /** Stretches of this batch that can go on, by the number of their source. */
  readonly #stretches = new Map<number, { stretch: number; to: number }>();
  readonly #files = new Set<number>();
  readonly #sites = new Map<string, { lines: number; atMs: number }>();
  #facts = { messages: 0, bytes: 0, oldestMs: Number.POSITIVE_INFINITY, lies: 0 };
  #alreadyCounted = 0;
  #lastMessage: TopicMessage | undefined;

  constructor(from: number, options: BatchOptions) {
    this.from = from;
    this.next = from;
    this.#options = options;
    this.#lane = new Lane(options.counter, options.pins);
  }

  /** How its lines are read. */
  get setup(): FileSetup {
    return this.#options.setup;
  }

  /** Rows, memory and lines so far. */
  get fill(): Lane['fill'] {
    return this.#lane.fill;
  }

  /** Stretches so far: each is a row of coverage. */
  get stretches(): number {
    return this.#stretches.size;
  }

  /** When its first message was appended; undefined where there is none. */
  get oldestMs(): number | undefined {
    return this.#facts.messages === 0 ? undefined : this.#facts.oldestMs;
  }

  /**
   * Tallies messages in the order of their sources, and says where the partition goes on. Nothing of the order matters for what is counted,
   * but that the same messages are always taken in the same order.
   */
  async add(messages: readonly TopicMessage[], next: number): Promise<void> {
    const { chunks, strangers } = this.#sort(messages);
    const sources = new Map<string, ChunkSource>();
    for (const [name, [first]] of chunks) sources.set(name, first.chunk.source);
    await this.#options.sources.learn(sources);
    for (const some of chunks.values()) {
      for (const { chunk, message } of some) {
        if (!(await this.#addChunk(chunk, message.value as Uint8Array))) strangers.push(message);
      }
    }
    await this.#addStrangers(strangers.sort((a, b) => a.offset - b.offset));
    this.next = next;
  }

  /** Waits until all is counted, and ends the batch. Its counter is free for the next one. */
  async cut(): Promise<FullBatch> {
    const { keyed, pins, setup, sources, partition } = this.#options;
    for (const file of this.#files) this.#lane.end(file);
    const { counted, stretches } = await this.#lane.cut();
    const keys = new Map<SourceIdentity, KnownSource['key']>([[partition, keySource(keyed, partition)]]);
    for (const { identity, key } of this.#met) keys.set(identity, key);
    sources.trim();
    return {
      from: this.from,
      to: this.next,
      pins,
      setup,
      counted,
      stretches: stretches.map(({ identity, from, to, lastLine }) => {
        const key = keys.get(identity) as KnownSource['key'];
        return { ...key, from, to, last: keyLastLine(keyed, lastLine) };
      }),
      lines: this.#linesBy(counted.totals),
      facts: { ...this.#facts, sites: this.#sites },
      lastMessage: this.#knownMessage(),
    };
  }

  readonly #met = new Set<KnownSource>();

  #sort(messages: readonly TopicMessage[]) {
    const chunks = new Map<string, { chunk: Chunk; message: TopicMessage }[]>();
    const strangers: TopicMessage[] = [];
    for (const message of messages) {
      this.#lastMessage = message;
      this.#facts.messages++;
      this.#facts.bytes += message.value?.length ?? 0;
      this.#facts.oldestMs = Math.min(this.#facts.oldestMs, message.atMs);
      if (message.value === undefined || message.value.length === 0) continue;
      const chunk = readChunk(message.headers, message.value);
      if (chunk === 'lie') this.#facts.lies++;
      if (chunk === 'lie' || chunk === undefined) {
        strangers.push(message);
        continue;
      }
      if (chunk.site !== '') this.#noteSite(chunk, message.atMs);
      const name = nameOf(chunk.source);
      const known = chunks.get(name);
      if (known) known.push({ chunk, message });
      else chunks.set(name, [{ chunk, message }]);
    }
    return { chunks, strangers };
  }

  #noteSite({ site, lines }: Chunk, atMs: number): void {
    const before = this.#sites.get(site);
    this.#sites.set(site, {
      lines: (before?.lines ?? 0) + lines,
      atMs: Math.max(before?.atMs ?? 0, atMs),
    });
  }

  /** False where its headers cannot be true, so that it has to be taken as a stranger's. */
  async #addChunk(chunk: Chunk, value: Uint8Array): Promise<boolean> {
    const { sources, keyed } = this.#options;
    const source = sources.of(chunk.source);
    const pieces = placeChunk(chunk, value, { ranges: source.ranges, keyed });
    if (pieces === 'lie') {
      this.#facts.lies++;
      return false;
    }
    let lines = chunk.lines;
    for (const piece of pieces) {
      const part = value.subarray(piece.from - chunk.position, piece.to - chunk.position);
      lines -= part.length === value.length ? lines : countLines(part);
      const end = await this.#addPiece({ source, chunk, piece }, part);
      sources.add(chunk.source, { from: piece.from, ...end });
    }
    this.#alreadyCounted += lines;
    return true;
  }

  async #addPiece(
    { source, chunk, piece }: { source: KnownSource; chunk: Chunk; piece: ChunkPiece },
    bytes: Uint8Array,
  ): Promise<{ to: number; last: string }> {
    const { keyed, pool, signal, setup } = this.#options;
    const lane = this.#lane;
    const open = this.#stretches.get(source.file);
    const goesOn = open?.to === piece.from && piece.covered.length === 0;
    if (goesOn) lane.resume(open.stretch);
    const stretch = goesOn
      ? open.stretch
      : lane.begin(
          { file: source.file, identity: source.identity, path: '', setup },
          piece.from,
          piece.covered,
        );
    if (!goesOn && chunk.directives.length > 0)
      await feedLines(chunk.directives, 0, { pool, signal }, (block) => lane.pass(block));
    this.#met.add(source);
    this.#files.add(source.file);
    await feedLines(bytes, piece.from, { pool, signal }, (block) => lane.count(block));
    // Whether a last line without line end is taken shows only when it has been counted.
    if (bytes.at(-1) !== newline) await lane.settled();
    const to = lane.endOf(stretch);
    if (piece.covered.length === 0) this.#stretches.set(source.file, { stretch, to });
    return { to, last: keyLastLine(keyed, lane.lastLine) };
  }

  /** Lines of messages that are no chunks: the partition is their source, and their offsets are their positions. */
  async #addStrangers(messages: readonly TopicMessage[]): Promise<void> {
    const { partly } = this.#options;
    const isPartly = ({ offset }: TopicMessage) =>
      partly !== undefined && offset >= partly.from && offset < partly.to;
    const whole = messages.filter((message) => !isPartly(message));
    for (const message of messages.filter(isPartly)) await this.#addPartly(message, partly as PartlyCounted);
    const [first, last] = [whole[0], whole.at(-1)];
    if (first === undefined || last === undefined) return;
    const open = this.#stretches.get(partitionFile);
    if (open) this.#lane.resume(open.stretch);
    const stretch = open?.stretch ?? this.#lane.begin(this.#partitionFile(), first.offset, []);
    const end = { to: last.offset + 1, lastLine: digestOf(last) };
    const { pool, signal } = this.#options;
    await feedLines(joinLines(whole.map(bytesOf)), first.offset, { pool, signal }, (block) =>
      this.#lane.count(block, end),
    );
    this.#stretches.set(partitionFile, { stretch, to: end.to });
  }

  /** A message of which lines of some months are counted: each of its lines is asked for by the message's offset. */
  async #addPartly(message: TopicMessage, { from, to, months }: PartlyCounted): Promise<void> {
    const { pool, signal } = this.#options;
    const covered = { from, to, months, batch: '', last: '', lines: 0, complete: false, how: [] };
    this.#lane.begin(this.#partitionFile(), message.offset, [covered]);
    const end = { to: message.offset + 1, lastLine: digestOf(message) };
    for (const line of linesOf(bytesOf(message))) {
      await feedLines(joinLines([line]), message.offset, { pool, signal }, (block) =>
        this.#lane.count(block, end),
      );
    }
  }

  #partitionFile() {
    this.#files.add(partitionFile);
    const { partition, setup } = this.#options;
    return { file: partitionFile, path: '', identity: partition, setup };
  }

  #linesBy(totals: FullBatch['counted']['totals']): ByOutcome {
    const sums: Partial<Record<Outcome, number>> = {};
    if (this.#alreadyCounted > 0) sums.already_counted = this.#alreadyCounted;
    for (const { lines } of totals) {
      for (const [outcome, count] of Object.entries(lines))
        sums[outcome as Outcome] = (sums[outcome as Outcome] ?? 0) + count;
    }
    return sums;
  }

  #knownMessage(): KnownMessage | undefined {
    const message = this.#lastMessage;
    return message && { offset: message.offset, digest: digestOfMessage(this.#options.keyed, message) };
  }
}

/** The keyed digest by which a message is known again. */
export function digestOfMessage(keyed: Keyed, { value }: TopicMessage): string {
  return keyLastLine(keyed, hash('sha256', value ?? new Uint8Array(0)));
}

const newline = 0x0a;

function bytesOf({ value }: TopicMessage): Uint8Array {
  return value ?? new Uint8Array(0);
}

/** SHA-256 (hex) of the message's last line, without line end. */
function digestOf(message: TopicMessage): string {
  return hash('sha256', [...linesOf(bytesOf(message))].at(-1) ?? new Uint8Array(0));
}

/** The lines of a value, without their line ends. */
function* linesOf(value: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < value.length; ) {
    const end = value.indexOf(newline, start);
    yield value.subarray(start, end < 0 ? value.length : end);
    start = end < 0 ? value.length : end + 1;
  }
}
