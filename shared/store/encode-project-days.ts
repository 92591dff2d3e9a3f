import type { CellTable } from '../count/cell-table.ts';
import type { Tally } from '../count/tally.ts';
import { monthOf } from '../days.ts';
import { countries } from '../geo/countries.ts';
import { KeyedSums } from './keyed-sums.ts';
import { RowBinaryWriter } from './row-binary.ts';

/** Rows of one month: RowBinary in `countsColumns`' order, and how many they are. */
export interface EncodedRows {
  readonly bytes: Uint8Array;
  readonly count: number;
}

/** Rows of `counts`, one a project's day, by month (`YYYYMM`), sorted by registry, project and day. */
export function encodeProjectDays(tally: Tally): ReadonlyMap<number, EncodedRows> {
  const months = new Map<number, { writer: RowBinaryWriter; count: number }>();
  const row = rowEncoder(tally);
  for (const projectDay of sortedProjectDays(tally)) {
    const month = monthOf(tally.projectDays.second[projectDay]);
    let rows = months.get(month);
    if (!rows) {
      rows = { writer: new RowBinaryWriter(), count: 0 };
      months.set(month, rows);
    }
    row(rows.writer, projectDay);
    rows.count++;
  }
  return new Map([...months].map(([month, { writer, count }]) => [month, { bytes: writer.take(), count }]));
}

/** Project-days by registry, project, day. Sorted as one number each: rank of the project, day, project-day. */
function sortedProjectDays({ projectDays, catalog }: Tally): Int32Array {
  const used = [...new Set(projectDays.first.subarray(0, projectDays.size))];
  const names = catalog.projects;
  used.sort(
    (a, b) => compare(names[a].registry, names[b].registry) || compare(names[a].project, names[b].project),
  );
  const ranks = new Int32Array(names.length);
  for (let rank = 0; rank < used.length; rank++) ranks[used[rank]] = rank;
  const keys = new Float64Array(projectDays.size);
  for (let cell = 0; cell < keys.length; cell++) {
    keys[cell] = (ranks[projectDays.first[cell]] * 2 ** 16 + projectDays.second[cell]) * 2 ** 20 + cell;
  }
  keys.sort();
  return Int32Array.from(keys, (key) => key % 2 ** 20);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A function that writes the row of a project-day. */
function rowEncoder(tally: Tally): (writer: RowBinaryWriter, projectDay: number) => void {
  const { projectDays, catalog } = tally;
  const artifacts = cellsByProjectDay(tally.artifactDays, tally.projectDayOf, projectDays.size);
  const located = cellsByProjectDay(tally.countries, tally.countries.first, projectDays.size);
  const clients = cellsByProjectDay(tally.clients, tally.clients.first, projectDays.size);
  const sums = {
    version: new KeyedSums(catalog.artifacts.map(({ version }) => version)),
    fileType: new KeyedSums(catalog.artifacts.map(({ fileType }) => fileType)),
    country: new KeyedSums(countries),
    installer: new KeyedSums(catalog.clients.map(({ installer }) => installer)),
    runtime: new KeyedSums(catalog.clients.map(({ runtime }) => runtime)),
    system: new KeyedSums(catalog.clients.map(({ system }) => system)),
    ci: new KeyedSums(catalog.clients.map(({ ci }) => (ci ? 'yes' : 'unknown'))),
  };
  return (writer, projectDay) => {
    const { registry, project } = catalog.projects[projectDays.first[projectDay]];
    writer.string(registry);
    writer.string(project);
    writer.date(projectDays.second[projectDay]);
    const byClass = { headline: 0, mirror: 0, bot: 0 };
    for (let at = clients.starts[projectDay]; at < clients.starts[projectDay + 1]; at++) {
      const cell = clients.cells[at];
      const client = tally.clients.second[cell];
      const downloads = tally.clients.sums[cell];
      const clientClass = catalog.clients[client].class;
      if (clientClass === 'mirror' || clientClass === 'bot') {
        byClass[clientClass] += downloads;
        continue;
      }
      byClass.headline += downloads;
      sums.installer.add(client, downloads);
      sums.runtime.add(client, downloads);
      sums.system.add(client, downloads);
      sums.ci.add(client, downloads);
    }
    for (let at = artifacts.starts[projectDay]; at < artifacts.starts[projectDay + 1]; at++) {
      const cell = artifacts.cells[at];
      sums.version.add(tally.artifactDays.first[cell], tally.artifactDays.sums[cell]);
      sums.fileType.add(tally.artifactDays.first[cell], tally.artifactDays.sums[cell]);
    }
    for (let at = located.starts[projectDay]; at < located.starts[projectDay + 1]; at++) {
      const cell = located.cells[at];
      sums.country.add(tally.countries.second[cell], tally.countries.sums[cell]);
    }
    writer.int64(byClass.headline);
    writer.int64(byClass.mirror);
    writer.int64(byClass.bot);
    writer.int64(projectDays.sums[projectDay]);
    for (const map of Object.values(sums)) map.drain(writer);
    writer.varint(0);
    writer.varint(0);
  };
}

/** Cells of a table grouped by project-day: those of `p` are `cells[starts[p] .. starts[p + 1])`. A counting sort. */
function cellsByProjectDay(table: CellTable, projectDayOf: Int32Array, projectDays: number): Grouped {
  const starts = new Int32Array(projectDays + 1);
  for (let cell = 0; cell < table.size; cell++) starts[projectDayOf[cell] + 1]++;
  for (let projectDay = 0; projectDay < projectDays; projectDay++)
    starts[projectDay + 1] += starts[projectDay];
  const next = starts.slice();
  const cells = new Int32Array(table.size);
  for (let cell = 0; cell < table.size; cell++) cells[next[projectDayOf[cell]]++] = cell;
  return { starts, cells };
}

interface Grouped {
  readonly starts: Int32Array;
  readonly cells: Int32Array;
}
