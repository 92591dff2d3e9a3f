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

/** Day of the books for a line without a readable day: 1970-01-01, however batches are cut. */
const noDay = 0;

/**
 * The way of a line from bytes to a tally. Each step lets the line pass or says why it is dropped, in the order of
 * `dropReasons`; every line ends in exactly one outcome.
 */
export class LineCounter {
  readonly #view = new RequestView();
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
      const read = this.#options.reader.read(bytes, start, end, this.#view);
      if (read === 'unknown_version') return false;
      if (read === 'found') this.#countRequest(from + start);
      else if (read !== 'directive') this.#book(noDay, read, from + start);
      start = end + 1;
    }
    return true;
  }

  /**
   * Counts the last line of a source, which has no line end: taken where it parses whole, else left for when the file has
   * grown (false).
   */
  countUnterminated({ bytes, length, from }: Lines): boolean {
    const read = this.#options.reader.read(bytes, 0, length, this.#view);
    if (read !== 'found') return false;
    this.#countRequest(from);
    return true;
  }

  /** Lets the reader see the lines before a stretch, for the directives among them; counts nothing. */
  passLines({ bytes, length }: Lines): void {
    for (let start = 0; start < length; ) {
      const newline = bytes.indexOf(10, start);
      const end = newline < 0 ? length : newline;
      this.#options.reader.read(bytes, start, end, this.#view);
      start = end + 1;
    }
  }

  /** Books a line of over 64 KiB, whose bytes were not held. */
  dropTooLong(position: number): void {
    this.#book(noDay, 'too_long', position);
  }

  #countRequest(position: number): void {
    const view = this.#view;
    if (this.#options.isCovered?.(view.day, position)) {
      this.#tally.book(view.day, 'already_counted', view.downloads);
      return;
    }
    this.#tally.book(view.day, this.#count(view) ?? 'counted', view.downloads);
  }

  /** The steps. Answers why the line is dropped, or nothing where it is counted. */
  #count(view: RequestView): DropReason | undefined {
    const { registries, clients, today } = this.#options;
    if (view.day > today + 1) return 'future';
    if (view.internal) return 'internal';
    const registry = registries.of(view);
    const rules = registry.rulesOn(view.day);
    const unwanted = judgeRequest(rules, view);
    if (unwanted) return unwanted;
    if (registry.unknown) return 'unknown_layout';
    const { targets } = registry;
    const asked = targets.of(view);
    const notCounted = judgeTarget(rules, targets.kindOf(asked));
    const name = targets.nameOf(asked);
    if (notCounted === 'index') this.#tally.addIndexRequest(name, view.day, view.downloads);
    if (notCounted) return notCounted;
    const client = clients.of(view);
    const unwantedClient = judgeClient(rules, client);
    if (unwantedClient) return unwantedClient;
    this.#tally.add(name, view.day, this.#countryOf(view), client.id, view.downloads);
    return undefined;
  }

  #countryOf(view: RequestView): number {
    const { countryOf, countryFrom } = this.#options;
    const span = countryFrom === 'log' ? view.country : view.address;
    return countryOf(view.bytes, span.start, span.end);
  }

  #book(day: number, outcome: Outcome, position: number): void {
    const covered = this.#options.isCovered?.(day, position);
    this.#tally.book(day, covered ? 'already_counted' : outcome, 1);
  }
}
