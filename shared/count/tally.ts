import type { Catalog } from './catalog.ts';
import { CellTable } from './cell-table.ts';
import { type Outcome, outcomes } from './outcome.ts';

/** Lines and downloads by outcome (index into `outcomes`). */
export interface Sums {
  readonly lines: Float64Array;
  readonly downloads: Float64Array;
}

/** A country and its day as one number: `day × 2^8 + country`, as countries are fewer than 256. */
export const countryBits = 8;
/** A client and its day as one number: `day × 2^14 + client`; vocabularies allow more clients, logs have some hundred. */
export const clientBits = 14;

/**
 * The sums of one batch, by the numbers of a catalog. A counted line touches three cells, artifact × day, project × day ×
 * country and project × day × client, instead of one a dimension; the maps of a row are unfolded from them once a batch.
 */
export class Tally {
  readonly catalog: Catalog;
  /** (project, day) → index requests; each project's day that has a row. */
  readonly projectDays = new CellTable();
  /** (artifact, day) → headline downloads. */
  readonly artifacts = new CellTable();
  /** (project, day and country) → headline downloads. */
  readonly countries = new CellTable();
  /** (project, day and client) → downloads, mirrors and bots too. */
  readonly clients = new CellTable();
  /** Sums of each stretch by day (days since 1970-01-01), in the order of `beginStretch`. */
  readonly stretches: Map<number, Sums>[] = [];
  /** Lines booked. */
  lines = 0;
  /** By client number: whether its downloads are headline downloads. */
  readonly #headline: boolean[] = [];
  /** Lines that wait to be entered. */
  #waiting = 0;
  readonly #artifacts = new Int32Array(mostWaiting);
  readonly #projects = new Int32Array(mostWaiting);
  readonly #days = new Int32Array(mostWaiting);
  readonly #countries = new Int32Array(mostWaiting);
  readonly #clients = new Int32Array(mostWaiting);
  readonly #downloads = new Float64Array(mostWaiting);
  /** What `settle` read ahead; of no meaning, but a result nobody could see would not be read at all. */
  touched = 0;
  #stretch = -1;
  #day = -1;
  #sums: Sums = emptySums();

  constructor(catalog: Catalog) {
    this.catalog = catalog;
  }

  /** Memory of the sums, about, in bytes. */
  get byteLength(): number {
    const tables = [this.projectDays, this.artifacts, this.countries, this.clients];
    return tables.reduce((total, table) => total + table.byteLength, this.stretches.length * stretchBytes);
  }

  /** Begins the next batch, in the memory of the last. */
  clear(): void {
    for (const table of [this.projectDays, this.artifacts, this.countries, this.clients]) table.clear();
    this.stretches.length = 0;
    this.lines = 0;
    this.#day = -1;
  }

  /** All that follows belongs to the batch's next stretch. */
  beginStretch(): void {
    this.resumeStretch(this.stretches.push(new Map()) - 1);
  }

  /** All that follows belongs to a stretch that was begun before (index into `stretches`). */
  resumeStretch(stretch: number): void {
    this.#stretch = stretch;
    this.#day = -1;
  }

  /** Books a line of `day` under `outcome`. */
  book(day: number, outcome: Outcome, downloads: number): void {
    if (day !== this.#day) this.#openDay(day);
    const index = indexOf[outcome];
    this.lines++;
    this.#sums.lines[index]++;
    this.#sums.downloads[index] += downloads;
  }

  /** Adds the downloads of a counted line; in the tables after the next `settle`. */
  add(artifact: number, day: number, country: number, client: number, downloads: number): void {
    const at = this.#waiting++;
    this.#artifacts[at] = artifact;
    this.#days[at] = day;
    this.#countries[at] = country;
    this.#clients[at] = client;
    this.#downloads[at] = downloads;
    if (this.#waiting === mostWaiting) this.settle();
  }

  /**
   * Enters the waiting lines in the tables. Each line's cells are far from the last one's: read together first, they
   * come from memory side by side, where one after the other each would be waited for.
   */
  settle(): void {
    const waiting = this.#waiting;
    const projects = this.catalog.artifacts.project;
    let touched = 0;
    for (let at = 0; at < waiting; at++) {
      const project = projects[this.#artifacts[at]];
      const day = this.#days[at];
      this.#projects[at] = project;
      touched ^= this.artifacts.touch(this.#artifacts[at], day);
      touched ^= this.countries.touch(project, (day << countryBits) | this.#countries[at]);
      touched ^= this.clients.touch(project, (day << clientBits) | this.#clients[at]);
    }
    this.touched = touched;
    for (let at = 0; at < waiting; at++) this.#enter(at);
    this.#waiting = 0;
  }

  #enter(at: number): void {
    const project = this.#projects[at];
    const day = this.#days[at];
    const client = this.#clients[at];
    const downloads = this.#downloads[at];
    if (this.#isHeadline(client)) {
      this.artifacts.add(this.#artifacts[at], day, downloads);
      this.countries.add(project, (day << countryBits) | this.#countries[at], downloads);
    }
    const isNew = this.clients.add(project, (day << clientBits) | client, downloads);
    if (isNew) this.projectDays.add(project, day, 0);
  }

  /** Adds a request for a project's index. */
  addIndexRequest(project: number, day: number, requests: number): void {
    this.projectDays.add(project, day, requests);
  }

  #openDay(day: number): void {
    const days = this.stretches[this.#stretch];
    let sums = days.get(day);
    if (!sums) {
      sums = emptySums();
      days.set(day, sums);
    }
    this.#day = day;
    this.#sums = sums;
  }

  #isHeadline(client: number): boolean {
    const known = this.#headline[client];
    if (known !== undefined) return known;
    const { class: clientClass } = this.catalog.clients[client];
    this.#headline[client] = clientClass !== 'mirror' && clientClass !== 'bot';
    return this.#headline[client];
  }
}

/** Enough for memory to be busy all the time, few enough to stay in the nearest cache. */
const mostWaiting = 64;

/** One day's sums and the map around them. */
const stretchBytes = 700;

function emptySums(): Sums {
  return { lines: new Float64Array(outcomes.length), downloads: new Float64Array(outcomes.length) };
}

const indexOf = Object.fromEntries(outcomes.map((outcome, index) => [outcome, index])) as Record<
  Outcome,
  number
>;
