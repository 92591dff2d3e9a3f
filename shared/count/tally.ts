import type { Catalog } from './catalog.ts';
import { CellTable } from './cell-table.ts';
import { type Outcome, outcomes } from './outcome.ts';

/** Lines and downloads by outcome (index into `outcomes`). */
export interface Sums {
  readonly lines: Float64Array;
  readonly downloads: Float64Array;
}

/**
 * The sums of one batch, by the numbers of a catalog. Three cells a counted line (artifact × day, project-day × country,
 * project-day × client) instead of one a dimension: the maps of a row are unfolded from them once a batch.
 */
export class Tally {
  readonly catalog: Catalog;
  /** (project, day) → index requests; its cell numbers are the project-days of the other tables. */
  readonly projectDays = new CellTable();
  /** (artifact, day) → headline downloads. */
  readonly artifactDays = new CellTable();
  /** (project-day, country) → headline downloads. */
  readonly countries = new CellTable();
  /** (project-day, client) → downloads, mirrors and bots too. */
  readonly clients = new CellTable();
  /** Sums of each stretch by day (days since 1970-01-01), in the order of `beginStretch`. */
  readonly stretches: Map<number, Sums>[] = [];
  /** Project-day by number of the artifact-day. */
  projectDayOf = new Int32Array(1 << 11);
  /** By client number: whether its downloads are headline downloads. */
  readonly #headline: boolean[] = [];
  #day = -1;
  #sums: Sums = emptySums();

  constructor(catalog: Catalog) {
    this.catalog = catalog;
  }

  /** All that follows belongs to the batch's next stretch. */
  beginStretch(): void {
    this.stretches.push(new Map());
    this.#day = -1;
  }

  /** Books a line of `day` under `outcome`. */
  book(day: number, outcome: Outcome, downloads: number): void {
    if (day !== this.#day) this.#openDay(day);
    const index = indexOf[outcome];
    this.#sums.lines[index]++;
    this.#sums.downloads[index] += downloads;
  }

  /** Adds the downloads of a counted line. */
  add(artifact: number, day: number, country: number, client: number, downloads: number): void {
    const artifactDays = this.artifactDays;
    const known = artifactDays.size;
    const cell = artifactDays.cell(artifact, day);
    if (cell === known) this.#openArtifactDay(cell, artifact, day);
    const projectDay = this.projectDayOf[cell];
    if (this.#isHeadline(client)) {
      artifactDays.sums[cell] += downloads;
      this.countries.add(projectDay, country, downloads);
    }
    this.clients.add(projectDay, client, downloads);
  }

  /** Adds a request for a project's index. */
  addIndexRequest(project: number, day: number, requests: number): void {
    this.projectDays.add(project, day, requests);
  }

  /** Memory of the sums, about, in bytes. */
  get byteLength(): number {
    const cells = this.projectDays.size + this.artifactDays.size + this.countries.size + this.clients.size;
    return cells * cellBytes + this.stretches.length * stretchBytes;
  }

  #openDay(day: number): void {
    const days = this.stretches[this.stretches.length - 1];
    let sums = days.get(day);
    if (!sums) {
      sums = emptySums();
      days.set(day, sums);
    }
    this.#day = day;
    this.#sums = sums;
  }

  #openArtifactDay(cell: number, artifact: number, day: number): void {
    if (cell === this.projectDayOf.length) {
      const grown = new Int32Array(cell * 2);
      grown.set(this.projectDayOf);
      this.projectDayOf = grown;
    }
    this.projectDayOf[cell] = this.projectDays.cell(this.catalog.artifacts[artifact].project, day);
  }

  #isHeadline(client: number): boolean {
    const known = this.#headline[client];
    if (known !== undefined) return known;
    const { class: clientClass } = this.catalog.clients[client];
    this.#headline[client] = clientClass !== 'mirror' && clientClass !== 'bot';
    return this.#headline[client];
  }
}

/** Two numbers, a sum and two to four slots. */
const cellBytes = 32;
/** One day's sums and the map around them. */
const stretchBytes = 700;

function emptySums(): Sums {
  return { lines: new Float64Array(outcomes.length), downloads: new Float64Array(outcomes.length) };
}

const indexOf = Object.fromEntries(outcomes.map((outcome, index) => [outcome, index])) as Record<
  Outcome,
  number
>;
