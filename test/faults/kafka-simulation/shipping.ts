import { sourceOf } from '../../../services/collector/sources.ts';
import { type Chunk, chunkHeaders, countLines, type MessageHeaders } from '../../../shared/kafka/chunk.ts';
import { partitionOf } from '../../../shared/kafka/partition-of.ts';
import type { Scheduler } from '../simulation/scheduler.ts';
import type { Broker, StoredMessage } from './broker.ts';
import { bytesOf, cutsOff, haveTwins, type Line, type Log, lineBytes, makeLine, makeLogs } from './logs.ts';

const none = new Uint8Array(0);

/** How lines are shipped when a rule is taken out. */
export interface BrokenShipping {
  /** A source's chunks go to any partition. */
  readonly anyPartition?: boolean;
  /** Chunks have no headers, so that positions are those of messages. */
  readonly noHeaders?: boolean;
}

/** A line that has to be counted once, and the messages that it is in. */
export interface Shipped {
  readonly line: Line;
  readonly messages: StoredMessage[];
}

/** Shippers, strangers and liars, and what they have sent. */
export class Shipping {
  readonly logs: readonly Log[];
  /** By log and line: two logs may begin with equal lines. */
  readonly shipped = new Map<string, Shipped>();
  readonly #scheduler: Scheduler;
  readonly #broker: Broker;
  readonly #broken: BrokenShipping;
  /** Bytes of each log that a server has written so far. */
  readonly #written = new Map<Log, number>();
  /** Bytes by which each log has been named: a shipper that remembers goes on under that name, whatever others call it. */
  readonly #names = new Map<Log, number[]>();
  readonly #busyUntil = new Map<Log, number>();
  readonly #leastLines: number;
  #strangers = 0;

  constructor(scheduler: Scheduler, broker: Broker, broken: BrokenShipping) {
    this.#scheduler = scheduler;
    this.#broker = broker;
    this.#broken = broken;
    this.logs = makeLogs(scheduler);
    // Logs that begin alike are told apart by their first KiB.
    this.#leastLines = haveTwins(this.logs) ? 4 : 1;
  }

  /** A log grows, and what is new is shipped in order. */
  grow(): void {
    const log = this.#scheduler.pick(this.logs);
    const before = this.#wholeLines(log);
    const least = Math.min(log.lines.length, Math.max(this.#leastLines, before + 1));
    this.#write(log, this.#scheduler.between(least, log.lines.length));
    this.#ship(log, before);
  }

  /** All there is of a log is shipped once more, with other cuts: an archive, or a shipper that forgot where it was. */
  again(): void {
    const log = this.#scheduler.pick(this.logs);
    if (!this.#written.has(log)) return;
    this.#ship(log, this.#scheduler.chance(0.7) ? 0 : this.#scheduler.between(0, this.#wholeLines(log)));
  }

  /** Whatever has not been written yet is, and shipped. */
  rest(): void {
    for (const log of this.logs) {
      const before = this.#wholeLines(log);
      this.#written.set(log, log.bytes.length);
      this.#ship(log, before);
    }
  }

  /** Files as they are now, whose lines may be counted without being sent. */
  files(): ReadonlyMap<Log, number> {
    for (const log of this.#written.keys()) for (const line of log.lines) this.#shippedOf(log.name, line);
    return new Map(this.#written);
  }

  #shippedOf(owner: string, line: Line): Shipped {
    const name = `${owner}/${line.project}`;
    const known = this.shipped.get(name) ?? { line, messages: [] };
    this.shipped.set(name, known);
    return known;
  }

  /** The last line may be there in part, or be whole without what it ends with, as long as the beginning is whole. */
  #write(log: Log, lines: number): void {
    const scheduler = this.#scheduler;
    const end = lines * lineBytes;
    const isWhole = lines === log.lines.length || lines <= this.#leastLines || !scheduler.chance(0.2);
    this.#written.set(log, isWhole ? end : end - scheduler.pick(Object.values(cutsOff)));
  }

  #wholeLines(log: Log): number {
    return Math.floor((this.#written.get(log) ?? 0) / lineBytes);
  }

  /** A stock shipper's message, or one whose headers cannot be true. */
  strange(): void {
    const scheduler = this.#scheduler;
    const name = `x${this.#strangers++}`;
    const lines = Array.from({ length: scheduler.between(1, 3) }, (_, at) =>
      makeLine(scheduler, `${name}.${at}`),
    );
    const bytes = bytesOf(lines);
    const value = scheduler.chance(0.5) ? bytes : bytes.subarray(0, -1);
    const partition = scheduler.between(0, this.#broker.partitions.length - 1);
    this.#append(partition, { value, headers: this.#lie(value) }, { owner: '', lines });
  }

  #lie(value: Buffer): MessageHeaders | undefined {
    const scheduler = this.#scheduler;
    if (scheduler.chance(0.6)) return undefined;
    const source = sourceOf(scheduler.pick(this.logs).bytes, true)!;
    const chunk: Chunk = { source, position: 0, lines: countLines(value), site: '', directives: none };
    const headers = chunkHeaders(chunk);
    if (scheduler.chance(0.3)) return { ...headers, lines: Buffer.from('9') };
    if (scheduler.chance(0.5)) return { ...headers, pos: Buffer.from('-7') };
    return { ...headers, src: Buffer.from('what is this') };
  }

  /** What there is of a log from a line on, in chunks. */
  #ship(log: Log, first: number): void {
    const scheduler = this.#scheduler;
    const written = this.#written.get(log) as number;
    const names = this.#names.get(log) ?? [];
    const named = first > 0 && names.length > 0 && scheduler.chance(0.5) ? scheduler.pick(names) : written;
    this.#names.set(log, [...names, named]);
    const source = sourceOf(log.bytes.subarray(0, named), false)!;
    const partition = this.#broken.anyPartition
      ? scheduler.between(0, this.#broker.partitions.length - 1)
      : partitionOf(source.identity.firstLine, this.#broker.partitions.length);
    const sent: (() => void)[] = [];
    for (let begin = first * lineBytes; begin < written; ) {
      const end = Math.min(written, begin + scheduler.between(1, 4) * lineBytes);
      const value = log.bytes.subarray(begin, end);
      const chunk = { source, position: begin, lines: countLines(value), site: '', directives: none };
      const headers = this.#broken.noHeaders ? undefined : chunkHeaders(chunk);
      const lines = log.lines.slice(begin / lineBytes, Math.floor((end + cutsOff.lastField) / lineBytes));
      sent.push(() => this.#append(partition, { value, headers }, { owner: log.name, lines }));
      begin = end;
    }
    this.#send(log, sent);
    scheduler.log(() => `bytes [${first * lineBytes},${written}) of ${log.name} are shipped to ${partition}`);
  }

  /** A shipper that does not hear of what it sent sends it again, and that may overtake what follows. */
  #send(log: Log, sent: readonly (() => void)[]): void {
    const scheduler = this.#scheduler;
    const all = sent.flatMap((send) => (scheduler.chance(0.1) ? [send, send] : [send]));
    if (all.length > 1 && scheduler.chance(0.1)) all.push(all.shift()!);
    let at = Math.max(scheduler.now, this.#busyUntil.get(log) ?? 0);
    for (const send of all) {
      scheduler.after(at - scheduler.now, send);
      if (scheduler.chance(0.3)) at += scheduler.between(0, 1_000);
    }
    this.#busyUntil.set(log, at);
  }

  #append(
    partition: number,
    { value, headers }: { value: Uint8Array; headers: MessageHeaders | undefined },
    { owner, lines }: { owner: string; lines: readonly Line[] },
  ): void {
    const scheduler = this.#scheduler;
    const log = this.#broker.of(partition);
    const message = log.append({ value, headers, atMs: scheduler.now });
    scheduler.log(() => `message ${partition}/${message.offset}: ${lines.map(({ project }) => project)}`);
    if (scheduler.chance(0.05)) log.appendMarker();
    for (const line of lines) this.#shippedOf(owner, line).messages.push(message);
  }
}
