import { Catalog } from '../count/catalog.ts';
import { ClientTable } from '../count/client-table.ts';
import type { CountedBatch, FileSetup } from '../count/counted-batch.ts';
import { LineCounter, type Lines } from '../count/line-counter.ts';
import { RegistryTable } from '../count/registry-table.ts';
import { Tally } from '../count/tally.ts';
import type { LineReader } from '../formats/log-format.ts';
import { openReader } from '../formats/registry.ts';
import type { CountryOf } from '../geo/country-of.ts';
import { countryOfCode } from '../geo/country-of-code.ts';
import { type CoveredRange, isCoveredBy } from '../store/coverage.ts';
import { encodeTally } from '../store/encode-tally.ts';

/** Begins a stretch of a file; its blocks follow. Equal `file` numbers are one file, whose reader goes on. */
export interface StretchStart {
  readonly file: number;
  readonly setup: FileSetup;
  /** Days since 1970-01-01; pinned with the batch. */
  readonly today: number;
  /** What earlier batches counted of it, each month for itself (`rangesWithin`); most often nothing. */
  readonly covered: readonly Pick<CoveredRange, 'from' | 'to' | 'months'>[];
  /** Index of a stretch of this batch that goes on; absent where a new one begins. */
  readonly resumes?: number;
}

/**
 * Lines for the stretch begun last. `lines`: whole lines; `unterminated`: the last line of a source; `too_long`: one line whose
 * bytes were not held; `before`: lines before the stretch, read for the directives among them.
 */
export interface LinesMessage extends Lines {
  readonly kind: 'lines' | 'unterminated' | 'too_long' | 'before';
}

/** How full the batch is. */
export interface Fill {
  /** Rows of `counts` the batch makes so far. */
  readonly rows: number;
  /** Memory of its sums and names, about, in bytes. */
  readonly bytes: number;
  /** Lines so far, counted or not. */
  readonly lines: number;
  /** False where the last line was not taken: without line end, and not whole. */
  readonly taken: boolean;
}

/** What a counter may hold. */
export interface CountingLimits {
  /** Names of more bytes than this are forgotten with the batch, so that a log of ever new paths does not fill the memory. */
  readonly maxNameBytes?: number | undefined;
}

const defaultMaxNameBytes = 96 * 2 ** 20;

/** Counts batches of lines, one after the other, on the thread it is made on. */
export class Counting {
  #countryOf: CountryOf;
  readonly #readers = new Map<number, LineReader>();
  #catalog = new Catalog();
  #clients = new ClientTable(this.#catalog);
  #registries = new Map<string, RegistryTable>();
  #tally = new Tally(this.#catalog);
  #counter: LineCounter | undefined;
  #reader: LineReader | undefined;
  readonly #maxNameBytes: number;

  /** `countryOf` answers by address. */
  constructor(countryOf: CountryOf, { maxNameBytes = defaultMaxNameBytes }: CountingLimits = {}) {
    this.#countryOf = countryOf;
    this.#maxNameBytes = maxNameBytes;
  }

  begin({ file, setup, today, covered, resumes }: StretchStart): void {
    let reader = this.#readers.get(file);
    if (!reader) {
      reader = openReader(setup);
      this.#readers.set(file, reader);
    }
    if (resumes === undefined) this.#tally.beginStretch();
    else this.#tally.resumeStretch(resumes);
    const options = {
      reader,
      registries: this.#registriesOf(setup),
      clients: this.#clients,
      countryOf: setup.countryFrom === 'log' ? countryOfCode : this.#countryOf,
      countryFrom: setup.countryFrom,
      countryOfCode: setup.format === 'auto' ? countryOfCode : undefined,
      today,
      isCovered: covered.length > 0 ? isCoveredBy(covered) : undefined,
    };
    this.#reader = reader;
    this.#counter = new LineCounter(options, this.#tally);
  }

  /** Throws where the version of the file's format is unknown: whoever opens a file finds that out before. */
  count(message: LinesMessage): Fill {
    const counter = this.#counter;
    if (!counter) throw new Error('lines came before their stretch');
    let taken = true;
    if (message.kind === 'lines') {
      if (!counter.countLines(message)) throw new Error('unknown version of the format inside a file');
    } else if (message.kind === 'unterminated')
      taken = this.#endsWhole(message) && counter.countUnterminated(message);
    else if (message.kind === 'too_long') counter.dropTooLong(message.from);
    else counter.passLines(message);
    this.#tally.settle();
    return {
      rows: this.#tally.projectDays.size,
      bytes: this.#tally.byteLength + this.#nameBytes(),
      lines: this.#tally.lines,
      taken,
    };
  }

  /** No more stretches of this file. */
  end(file: number): void {
    this.#readers.delete(file);
  }

  /** Ends the batch and begins the next. */
  cut(): CountedBatch {
    this.#tally.settle();
    const batch = encodeTally(this.#tally);
    if (this.#nameBytes() > this.#maxNameBytes) {
      this.#catalog = new Catalog();
      this.#clients = new ClientTable(this.#catalog);
      this.#registries = new Map();
      this.#tally = new Tally(this.#catalog);
    } else this.#tally.clear();
    this.#counter = undefined;
    return batch;
  }

  /** Answers by address from the next stretch on. */
  useCountries(countryOf: CountryOf): void {
    this.#countryOf = countryOf;
  }

  #registriesOf({ registries }: FileSetup): RegistryTable {
    const key = JSON.stringify(registries);
    let table = this.#registries.get(key);
    if (!table) {
      table = new RegistryTable(registries, this.#catalog);
      this.#registries.set(key, table);
    }
    return table;
  }

  /** Whether a line without line end shows by itself that nothing of it is missing. */
  #endsWhole({ bytes, length }: LinesMessage): boolean {
    return this.#reader?.showsItsEnd?.(bytes, 0, length) === true;
  }

  #nameBytes(): number {
    let total = this.#clients.byteLength;
    for (const registries of this.#registries.values()) total += registries.byteLength;
    return total;
  }
}
