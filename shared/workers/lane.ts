import type { FileSetup, Pins } from '../count/counted-batch.ts';
import type { CountryDatabase } from '../geo/open-country-database.ts';
import type { Block } from '../source/block.ts';
import { digestOfLastLine } from '../source/last-line.ts';
import type { SourceIdentity } from '../source/source.ts';
import type { CoveredRange } from '../store/coverage.ts';
import type { StretchToWrite } from '../store/write-batch.ts';
import type { Counter } from './counter.ts';
import type { Fill, LinesMessage } from './counting.ts';

/** A file as a lane counts it. */
export interface LaneFile {
  /** Its number in this run. */
  readonly file: number;
  /** Absolute, or `-`. */
  readonly path: string;
  readonly identity: SourceIdentity;
  readonly setup: FileSetup;
}

/** A stretch while it is counted; `to` and `lastLine` move with its blocks. */
interface OpenStretch extends LaneFile {
  readonly from: number;
  readonly isCovered: boolean;
  to: number;
  lastLine: string;
}

/** A batch ready to be written, and which files its stretches are of. */
export interface CutBatch {
  readonly stretches: readonly StretchToWrite[];
  readonly setups: readonly FileSetup[];
  readonly counted: Awaited<ReturnType<Counter['cut']>>;
  readonly pins: Pins;
  /** Parallel to `stretches`: the number of the file, and whether something of it was counted before. */
  readonly files: readonly number[];
  readonly covered: readonly boolean[];
  /** Last lines without an end that were left. */
  readonly unterminated: readonly UnterminatedLine[];
}

interface UnterminatedLine {
  readonly file: number;
  readonly bytes: number;
}

interface LaneOptions {
  /** Days since 1970-01-01. */
  readonly today: number;
  /** Digest of the country database that the counter was started with. */
  readonly geo: string;
  /** The database for the next batch; absent: the same. */
  countries?(): Pick<CountryDatabase, 'bytes' | 'digest'>;
}

/**
 * A batch of so many rows of `counts` is full. The fewer rows a line costs the better, but an insert of 100,000 takes some 150 MB and as much
 * again is garbage until it is collected, and all of it is to stay about 1 GB.
 */
const maxRows = 100_000;
/** Sums and names of a batch in memory. */
const maxBytes = 64 * 2 ** 20;
/** Coverage rows of a batch, where files are tiny. */
const maxStretches = 8_000;

/** One counter and the batch it is counting. */
export class Lane {
  readonly #counter: Counter;
  readonly #options: LaneOptions;
  /** Digest of the country database in use. */
  #geo: string;
  #stretches: OpenStretch[] = [];
  /** The stretch that blocks are counted into. */
  #open: OpenStretch | undefined;
  #unterminated: UnterminatedLine[] = [];
  #fill: Fill = emptyFill;
  /** Lines of batches before this one. */
  #linesBefore = 0;
  readonly #counting = new Set<Promise<void>>();
  #failure: unknown;

  constructor(counter: Counter, options: LaneOptions) {
    this.#counter = counter;
    this.#options = options;
    this.#geo = options.geo;
  }

  /** True where the batch should be cut before more is counted. */
  get isFull(): boolean {
    const { rows, bytes, nameBytes } = this.#fill;
    return rows >= maxRows || bytes + nameBytes >= maxBytes || this.#stretches.length >= maxStretches;
  }

  get isEmpty(): boolean {
    return this.#stretches.length === 0;
  }

  /** Lines counted so far, of all batches. */
  get lines(): number {
    return this.#linesBefore + this.#fill.lines;
  }

  /** SHA-256 (hex) of the last line of the stretch begun last. */
  get lastLine(): string {
    return this.#open?.lastLine ?? '';
  }

  /** Blocks that were handed over and are not counted yet. */
  get waiting(): number {
    return this.#counting.size;
  }

  /** Stretches of the batch so far. */
  get stretches(): number {
    return this.#stretches.length;
  }

  /** Rows, memory and lines of the batch so far. */
  get fill(): Fill {
    return this.#fill;
  }

  /** Begins a stretch at byte `from` of a file and gives its number. `covered` is what is counted already of some months in it. */
  begin(file: LaneFile, from: number, covered: readonly CoveredRange[]): number {
    const plain = covered.map(({ from, to, months }) => ({ from, to, months }));
    this.#counter.begin({ file: file.file, setup: file.setup, today: this.#options.today, covered: plain });
    this.#open = { ...file, from, isCovered: covered.length > 0, to: from, lastLine: '' };
    return this.#stretches.push(this.#open) - 1;
  }

  /** Goes on with a stretch of this batch, of which nothing was counted before, where it ends. */
  resume(stretch: number): void {
    const { file, setup } = this.#stretches[stretch];
    const { today } = this.#options;
    this.#counter.begin({ file, setup, today, covered: [], resumes: stretch });
    this.#open = this.#stretches[stretch];
  }

  /** Where a stretch ends, once all that was handed over is counted (`settled`). */
  endOf(stretch: number): number {
    return this.#stretches[stretch].to;
  }

  /**
   * Hands a block of the open stretch to the counter; back-pressure is the pool the block came from. `end` says where the stretch then
   * ends and with which line, where positions are not the block's own bytes.
   */
  count(block: Block, end = { to: block.to, lastLine: digestOfLastLine(block, block.to) }): void {
    if (this.#failure) throw this.#failure;
    const stretch = this.#open as OpenStretch;
    const { from, unterminated } = block;
    const { to, lastLine } = end;
    const kind = block.tooLong ? 'too_long' : unterminated ? 'unterminated' : 'lines';
    if (!unterminated) Object.assign(stretch, { to, lastLine });
    this.#track(block, kind, (fill) => {
      // A last line without line end belongs to the stretch only where it parses whole.
      if (!unterminated) return;
      if (!fill.taken) this.#unterminated.push({ file: stretch.file, bytes: to - from });
      else if (stretch.to === from) Object.assign(stretch, { to, lastLine });
    });
  }

  /** Lets the reader see a block before the stretch begun last. */
  pass(block: Block): void {
    if (block.tooLong) block.release();
    else this.#track(block, 'before');
  }

  /** No more stretches of this file. */
  end(file: number): void {
    this.#counter.end(file);
  }

  /** Waits until all that was handed over is counted, ends the batch and begins the next. */
  async cut(): Promise<CutBatch> {
    await this.settled();
    const stretches = this.#stretches;
    const unterminated = this.#unterminated;
    const pins = { today: this.#options.today, geo: this.#geo };
    this.#stretches = [];
    this.#open = undefined;
    this.#unterminated = [];
    this.#linesBefore += this.#fill.lines;
    this.#fill = emptyFill;
    const counted = await this.#counter.cut();
    this.#takeUpCountries();
    const setups = [...new Set(stretches.map(({ setup }) => setup))];
    return {
      setups,
      counted,
      pins,
      unterminated,
      files: stretches.map(({ file }) => file),
      covered: stretches.map(({ isCovered }) => isCovered),
      stretches: stretches.map(({ identity, path, setup, from, to, lastLine }) => {
        return { identity, path, setup: setups.indexOf(setup), from, to, lastLine };
      }),
    };
  }

  /** Waits until all that was handed over is counted. */
  async settled(): Promise<void> {
    await Promise.all(this.#counting);
    if (this.#failure) throw this.#failure;
  }

  /** A batch is counted with one database, which its pins name. */
  #takeUpCountries(): void {
    const database = this.#options.countries?.();
    if (database === undefined || database.digest === this.#geo) return;
    this.#counter.useCountries(database);
    this.#geo = database.digest;
  }

  #track(block: Block, kind: LinesMessage['kind'], then: (fill: Fill) => void = () => {}): void {
    const counted = this.#counter.count(block, kind).then(
      (fill) => {
        this.#fill = fill;
        then(fill);
      },
      (error) => {
        this.#failure ??= error;
      },
    );
    this.#counting.add(counted);
    counted.finally(() => this.#counting.delete(counted));
  }
}

const emptyFill: Fill = { rows: 0, bytes: 0, nameBytes: 0, lines: 0, taken: true };
