import type { LineReader } from '../formats/log-format.ts';
import { RequestView } from '../formats/request-view.ts';
import type { CountryOf } from '../geo/country-of.ts';
import { judgeClient, judgeRequest, judgeTarget } from '../rules/judge.ts';
import type { ClientTable } from './client-table.ts';
import type { DropReason } from './drop-reason.ts';
import type { Outcome } from './outcome.ts';
import type { RegistryTable } from './registry-table.ts';
import type { Tally } from './tally.ts';

/** What the lines of a stretch are counted with. */
export interface LineCounterOptions {
  /** Reads the file's format; lives as long as the file is read, since it may remember directives. */
  readonly reader: LineReader;
  readonly registries: RegistryTable;
  readonly clients: ClientTable;
  /** Country of an address, or of the code the CDN logged. */
  readonly countryOf: CountryOf;
  /** Which of the two `countryOf` is given. */
  readonly countryFrom: 'log' | 'database';
  /** Country of a code that was logged, where the format is `auto`: for the lines that have nothing else (`RequestView.countryOnly`). */
  readonly countryOfCode?: CountryOf | undefined;
  /** Days since 1970-01-01; a line of a day later than the next is `future`. */
  readonly today: number;
  /** Whether a line of this day at this byte is counted already; absent where nothing of the stretch is. */
  readonly isCovered?: ((day: number, position: number) => boolean) | undefined;
}

/** The bytes of a block and where they stand in their source. */
export interface Lines {
  readonly bytes: Buffer;
  readonly length: number;
  readonly from: number;
}

/** Requests that are counted together: enough for memory to be busy all the time, few enough for their bytes to stay near. */
const groupSize = 32;

/** Requests that were read and are counted together; none outlasts `countLines`, so the counters of a thread share them. */
const views = Array.from({ length: groupSize }, () => new RequestView());

/** Day of the books for a line without a readable day: 1970-01-01, however batches are cut. */
const noDay = 0;

/**
 * The way of a line from bytes to a tally. Each step lets the line pass or says why it is dropped, in the order of
 * `dropReasons`; every line ends in exactly one outcome.
 */
export class LineCounter {
  readonly #positions = new Float64Array(groupSize);
  readonly #pathHashes = new Int32Array(groupSize);
  readonly #agentHashes = new Int32Array(groupSize);
  #waiting = 0;
  /** What `#countWaiting` read ahead; of no meaning, but a result nobody could see would not be read at all. */
  touched = 0;
  readonly #options: LineCounterOptions;
  readonly #tally: Tally;

  constructor(options: LineCounterOptions, tally: Tally) {
    this.#options = options;
    this.#tally = tally;
  }

  /**
   * Counts the lines of `bytes[0, length)`, each ended by `\n`. False where the version of the file's format is unknown,
   * and nothing of the file may be counted.
   */
  countLines({ bytes, length, from }: Lines): boolean {
    for (let start = 0; start < length; ) {
      const newline = bytes.indexOf(10, start);
      const end = newline < 0 ? length : newline;
      const view = views[this.#waiting];
      const read = this.#options.reader.read(bytes, start, end, view);
      if (read === 'unknown_version') return false;
      if (read === 'found') this.#wait(from + start, view.bytes === bytes);
      else if (read !== 'directive') this.#book(noDay, read, from + start);
      start = end + 1;
    }
    this.#countWaiting();
    return true;
  }

  /**
   * Counts the last line of a source, which has no line end: taken where it parses whole, else left for when the file has
   * grown (false).
   */
  countUnterminated({ bytes, length, from }: Lines): boolean {
    const read = this.#options.reader.read(bytes, 0, length, views[0]);
    if (read !== 'found') return false;
    this.#wait(from, false);
    return true;
  }

  /** Lets the reader see the lines before a stretch, for the directives among them; counts nothing. */
  passLines({ bytes, length }: Lines): void {
    for (let start = 0; start < length; ) {
      const newline = bytes.indexOf(10, start);
      const end = newline < 0 ? length : newline;
      this.#options.reader.read(bytes, start, end, views[0]);
      start = end + 1;
    }
  }

  /** Books a line of over 64 KiB, whose bytes were not held. */
  dropTooLong(position: number): void {
    this.#book(noDay, 'too_long', position);
  }

  /** Puts the request that was just read to those waiting; where its bytes are the reader's own, they do not outlast the next line. */
  #wait(position: number, lasts: boolean): void {
    this.#positions[this.#waiting++] = position;
    if (this.#waiting === groupSize || !lasts) this.#countWaiting();
  }

  /**
   * Counts the requests that wait. Paths and user agents are looked up in tables far larger than the near caches: first all
   * slots are read, then all records, so that they come from memory side by side, where one line after the other would wait for each.
   */
  #countWaiting(): void {
    const { clients, registries } = this.#options;
    const targets = registries.whole?.targets;
    const waiting = this.#waiting;
    let touched = 0;
    for (let at = 0; at < waiting; at++) {
      const view = views[at];
      const { bytes, path, userAgent } = view;
      const agents = clients.tableOf(view);
      this.#agentHashes[at] = agents.hashOf(bytes, userAgent.start, userAgent.end);
      touched ^= agents.touchSlot(this.#agentHashes[at]);
      if (!targets) continue;
      const paths = targets.tableOf(view);
      this.#pathHashes[at] = paths.hashOf(bytes, path.start, path.end);
      touched ^= paths.touchSlot(this.#pathHashes[at]);
    }
    for (let at = 0; at < waiting; at++) {
      touched ^= clients.tableOf(views[at]).touchRecord(this.#agentHashes[at]);
      if (targets) touched ^= targets.tableOf(views[at]).touchRecord(this.#pathHashes[at]);
    }
    this.touched = touched;
    for (let at = 0; at < waiting; at++) this.#countRequest(at);
    this.#waiting = 0;
  }

  #countRequest(at: number): void {
    const view = views[at];
    const position = this.#positions[at];
    if (this.#options.isCovered?.(view.day, position)) {
      this.#tally.book(view.day, 'already_counted', view.downloads);
      return;
    }
    this.#tally.book(view.day, this.#count(view, at) ?? 'counted', view.downloads);
  }

  /** The steps. Answers why the line is dropped, or nothing where it is counted. */
  #count(view: RequestView, at: number): DropReason | undefined {
    const { registries, clients, today } = this.#options;
    if (view.day > today + 1) return 'future';
    if (view.internal) return 'internal';
    const registry = registries.of(view);
    const rules = registry.rulesOn(view.day);
    const unwanted = judgeRequest(rules, view);
    if (unwanted) return unwanted;
    if (registry.unknown) return 'unknown_layout';
    const { targets } = registry;
    const hash = registries.whole ? this.#pathHashes[at] : targets.hashOf(view);
    const asked = targets.of(view, hash);
    const notCounted = judgeTarget(rules, targets.kindOf(asked));
    const name = targets.nameOf(asked);
    if (notCounted === 'index') this.#tally.addIndexRequest(name, view.day, view.downloads);
    if (notCounted) return notCounted;
    const client = clients.of(view, this.#agentHashes[at]);
    const unwantedClient = judgeClient(rules, client);
    if (unwantedClient) return unwantedClient;
    this.#tally.add(name, view.day, this.#countryOf(view), client.id, view.downloads);
    return undefined;
  }

  #countryOf(view: RequestView): number {
    const { countryOf, countryFrom, countryOfCode } = this.#options;
    if (countryOfCode !== undefined && view.countryOnly)
      return countryOfCode(view.bytes, view.country.start, view.country.end);
    const span = countryFrom === 'log' ? view.country : view.address;
    return countryOf(view.bytes, span.start, span.end);
  }

  #book(day: number, outcome: Outcome, position: number): void {
    const covered = this.#options.isCovered?.(day, position);
    this.#tally.book(day, covered ? 'already_counted' : outcome, 1);
  }
}
