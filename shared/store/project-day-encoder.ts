import { clientBits, countryBits, type Tally } from '../count/tally.ts';
import { countries } from '../geo/countries.ts';
import type { CountsBlock } from './counts-block.ts';
import { countsColumns } from './counts-columns.ts';
import type { Rows } from './encode-project-days.ts';
import { type Grouped, groupByRow } from './group-by-row.ts';
import { KeyedSums } from './keyed-sums.ts';

/** Writes rows of `counts`: unfolds the cells of a project's day into the maps of its row. */
export class ProjectDayEncoder {
  readonly #tally: Tally;
  readonly #rows: Rows;
  readonly #artifacts: Grouped;
  readonly #countries: Grouped;
  readonly #clients: Grouped;
  readonly #maps: {
    readonly version: KeyedSums;
    readonly fileType: KeyedSums;
    readonly country: KeyedSums;
    readonly installer: KeyedSums;
    readonly runtime: KeyedSums;
    readonly system: KeyedSums;
    readonly ci: KeyedSums;
  };
  /** Whether a client is a mirror, a bot, or neither (the headline), by its number. */
  readonly #classes: readonly ('mirror' | 'bot' | 'headline')[];

  constructor(tally: Tally, rows: Rows) {
    const { artifacts, versions, fileTypes, clients } = tally.catalog;
    this.#tally = tally;
    this.#rows = rows;
    this.#artifacts = groupByRow(tally.artifacts, rows.count, {
      rowOf: (artifact, day) => rows.of.sumOf(artifacts.project[artifact], day),
      numberOf: (artifact) => artifact,
    });
    this.#countries = groupByRow(tally.countries, rows.count, {
      rowOf: (project, dayAndCountry) => rows.of.sumOf(project, dayAndCountry >>> countryBits),
      numberOf: (_, dayAndCountry) => dayAndCountry & ((1 << countryBits) - 1),
    });
    this.#clients = groupByRow(tally.clients, rows.count, {
      rowOf: (project, dayAndClient) => rows.of.sumOf(project, dayAndClient >>> clientBits),
      numberOf: (_, dayAndClient) => dayAndClient & ((1 << clientBits) - 1),
    });
    this.#maps = {
      version: new KeyedSums(versions),
      fileType: new KeyedSums(fileTypes),
      country: new KeyedSums(countries),
      installer: new KeyedSums(clients.map(({ installer }) => installer)),
      runtime: new KeyedSums(clients.map(({ runtime }) => runtime)),
      system: new KeyedSums(clients.map(({ system }) => system)),
      ci: new KeyedSums(clients.map(({ ci }) => (ci ? 'yes' : 'unknown'))),
    };
    this.#classes = clients.map((client) => {
      return client.class === 'mirror' || client.class === 'bot' ? client.class : 'headline';
    });
  }

  /** Appends a row, all of `countsColumns`. */
  write(row: number, block: CountsBlock): void {
    const { registry, project } = this.#tally.catalog.projects[this.#rows.project[row]];
    block.beginRow(registry, project, this.#rows.day[row]);
    const sums = this.#addClients(row);
    this.#addArtifacts(row);
    this.#addCountries(row);
    block.sum(columns.downloads, sums.headline);
    block.sum(columns.mirror, sums.mirror);
    block.sum(columns.bot, sums.bot);
    block.sum(
      columns.indexRequests,
      this.#tally.projectDays.sumOf(this.#rows.project[row], this.#rows.day[row]),
    );
    const { version, fileType, country, installer, runtime, system, ci } = this.#maps;
    version.drain(block, columns.version);
    fileType.drain(block, columns.fileType);
    country.drain(block, columns.country);
    installer.drain(block, columns.installer);
    runtime.drain(block, columns.runtime);
    system.drain(block, columns.system);
    ci.drain(block, columns.ci);
    block.endRow();
  }

  #addClients(row: number): Record<'headline' | 'mirror' | 'bot', number> {
    const { starts, numbers, sums } = this.#clients;
    const { installer, runtime, system, ci } = this.#maps;
    const byClass = { headline: 0, mirror: 0, bot: 0 };
    for (let cell = starts[row]; cell < starts[row + 1]; cell++) {
      const client = numbers[cell];
      byClass[this.#classes[client]] += sums[cell];
      if (this.#classes[client] !== 'headline') continue;
      installer.add(client, sums[cell]);
      runtime.add(client, sums[cell]);
      system.add(client, sums[cell]);
      ci.add(client, sums[cell]);
    }
    return byClass;
  }

  #addArtifacts(row: number): void {
    const { starts, numbers, sums } = this.#artifacts;
    const { version, fileType } = this.#tally.catalog.artifacts;
    for (let cell = starts[row]; cell < starts[row + 1]; cell++) {
      this.#maps.version.add(version[numbers[cell]], sums[cell]);
      this.#maps.fileType.add(fileType[numbers[cell]], sums[cell]);
    }
  }

  #addCountries(row: number): void {
    const { starts, numbers, sums } = this.#countries;
    for (let cell = starts[row]; cell < starts[row + 1]; cell++) {
      this.#maps.country.add(numbers[cell], sums[cell]);
    }
  }
}

/** Where the columns stand in `countsColumns`. The books' maps are the store's own rows' alone. */
const columns = {
  downloads: countsColumns.indexOf('downloads'),
  mirror: countsColumns.indexOf('mirror'),
  bot: countsColumns.indexOf('bot'),
  indexRequests: countsColumns.indexOf('index_requests'),
  version: countsColumns.indexOf('version'),
  fileType: countsColumns.indexOf('file_type'),
  country: countsColumns.indexOf('country'),
  installer: countsColumns.indexOf('installer'),
  runtime: countsColumns.indexOf('runtime'),
  system: countsColumns.indexOf('system'),
  ci: countsColumns.indexOf('ci'),
} as const;
