import type { CountedBatch, FileSetup } from '../count/counted-batch.ts';
import { LineCounter, type Lines } from '../count/line-counter.ts';
import { Tally } from '../count/tally.ts';
import type { LineReader } from '../formats/log-format.ts';
import { openReader } from '../formats/registry.ts';
import type { CountryOf } from '../geo/country-of.ts';
import { countryOfCode } from '../geo/country-of-code.ts';
import { type CoveredRange, isCoveredBy } from '../store/coverage.ts';
import { encodeTally } from '../store/encode-tally.ts';
import { NameKeeper, type Names } from './names.ts';

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
  /** Memory of its sums, about, in bytes. */
  readonly bytes: number;
  /** Memory of the names that they refer to, which other batches of the thread may share. */
  readonly nameBytes: number;
  /** Lines so far, counted or not. */
  readonly lines: number;
  /** False where the last line was not taken: without line end, and not whole. */
  readonly taken: boolean;
}

/** Counts batches of lines, one after the other, on the thread it is made on. */
export class Counting {
  #countryOf: CountryOf;
  readonly #readers = new Map<number, LineReader>();
  readonly #keeper: NameKeeper;
  /** Of the open batch, whose sums refer to them. */
  #names: Names;
  #tally: Tally;
  #counter: LineCounter | undefined;
  #reader: LineReader | undefined;

  /** `countryOf` answers by address; `keeper` is the thread's, where several count on one. */
  constructor(countryOf: CountryOf, keeper = new NameKeeper()) {
    this.#countryOf = countryOf;
    this.#keeper = keeper;
    keeper.users++;
    this.#names = keeper.current();
    this.#tally = new Tally(this.#names.catalog);
  }

  begin({ file, setup, today, covered, resumes }: StretchStart): void {
    let reader = this.#readers.get(file);
    if (!reader) {
      reader = openReader(setup);
      this.#readers.set(file, reader);
    }
    if (this.#tally.stretches.length === 0) this.#useNames(this.#keeper.current());
    if (resumes === undefined) this.#tally.beginStretch();
    else this.#tally.resumeStretch(resumes);
    const options = {
      reader,
      registries: this.#names.registriesOf(setup),
      clients: this.#names.clients,
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
      bytes: this.#tally.byteLength,
      nameBytes: this.#names.byteLength,
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
    // Memory that one counter would want again is too much for many.
    if (this.#keeper.users === 1) this.#tally.clear();
    else this.#tally = new Tally(this.#names.catalog);
    this.#counter = undefined;
    return batch;
  }

  /** Answers by address from the next stretch on. */
  useCountries(countryOf: CountryOf): void {
    this.#countryOf = countryOf;
  }

  #useNames(names: Names): void {
    if (names === this.#names) return;
    this.#names = names;
    this.#tally = new Tally(names.catalog);
  }

  /** Whether a line without line end shows by itself that nothing of it is missing. */
  #endsWhole({ bytes, length }: LinesMessage): boolean {
    return this.#reader?.showsItsEnd?.(bytes, 0, length) === true;
  }
}
