import { monthOf } from '../../../shared/days.ts';
import { dimensionColumns } from '../../../shared/store/counts-columns.ts';
import type { CountsRow } from '../../../shared/store/counts-row.ts';
import { type CoverageRow, readCoverage } from '../../../shared/store/own-row.ts';
import { isMirror } from './count-stretches.ts';
import type { Engine } from './engine.ts';
import type { Refused } from './replay.ts';
import type { Topic } from './topic.ts';
import type { World } from './world.ts';

/** What the oracle knows: each line of each log, and which files were refused aloud. */
export interface Expected {
  readonly world: World;
  /** What was counted of its partitions has to be in the books, whatever the files hold. */
  readonly topic: Topic | undefined;
  readonly refused: Refused;
  /** Days that were recounted by the `new` rules. */
  readonly recounted: readonly number[];
}

/** What is wrong with the books, in words; nothing where every line is counted exactly once. */
export function checkBooks(engine: Engine, expected: Expected): string[] {
  const sums = engine.sums();
  return [
    ...checkLines(sums, expected),
    ...checkDays(sums),
    ...checkMarkers(engine),
    ...checkRanges(engine.ownRows('source/').map(readCoverage)),
  ];
}

function* checkLines(
  sums: readonly CountsRow[],
  { world, topic, refused, recounted }: Expected,
): Generator<string> {
  const byProject = new Map(sums.filter(({ registry }) => registry !== '').map((row) => [row.project, row]));
  const files = [...world.files.values()];
  for (const log of world.logs) {
    const reach = (some: typeof files) =>
      Math.max(0, ...some.filter((file) => file.log === log).map(({ length }) => length));
    const fed = topic?.partitions.find((partition) => partition.log === log)?.committed.offset ?? 0;
    const due = Math.max(fed, reach(files.filter(({ path }) => !refused.includes(path))));
    for (const [index, line] of log.lines.entries()) {
      const row = byProject.get(line.project);
      const times = row === undefined ? 0 : row.downloads + row.mirror + row.bot;
      if (times > 1) yield `${line.project} is counted ${times} times`;
      if (times < 1 && index < due) yield `${line.project} is lost`;
      const isWrong = row?.mirror !== Number(isMirror(line, 'new'));
      if (times === 1 && recounted.includes(line.day) && isWrong) yield `${line.project} has old rules`;
    }
  }
  for (const row of byProject.values()) {
    for (const column of dimensionColumns) {
      const sum = Object.values(row[column]).reduce((total, amount) => total + amount, 0);
      if (sum !== row.downloads)
        yield `${row.project} has ${row.downloads} downloads and ${sum} by ${column}`;
    }
  }
}

/** Lines of ranges = lines of the books, downloads of projects = downloads of the books. */
function* checkDays(sums: readonly CountsRow[]): Generator<string> {
  for (const day of new Set(sums.map((row) => row.day))) {
    const rows = sums.filter((row) => row.day === day);
    const books = rows.find(({ registry, project }) => registry === '' && project === '');
    const total = (some: readonly CountsRow[], of: (row: CountsRow) => number) =>
      some.reduce((sum, row) => sum + of(row), 0);
    const ranges = total(
      rows.filter(({ project }) => project.startsWith('source/')),
      (row) => row.lines_by.lines ?? 0,
    );
    const lines = Object.values(books?.lines_by ?? {}).reduce((sum, amount) => sum + amount, 0);
    if (ranges !== lines) yield `day ${day} has ${ranges} lines in ranges and ${lines} in its books`;
    const counted = total(
      rows.filter(({ registry }) => registry !== ''),
      (row) => row.downloads + row.mirror + row.bot,
    );
    if (counted !== (books?.downloads_by.counted ?? 0)) yield `day ${day} does not balance`;
  }
}

function* checkMarkers(engine: Engine): Generator<string> {
  for (const prefix of ['batch/', 'recount/']) {
    const times = new Map<string, number>();
    for (const { project, day } of engine.ownRows(prefix)) {
      const name = `${project} of ${monthOf(day)}`;
      times.set(name, (times.get(name) ?? 0) + 1);
    }
    for (const [name, count] of times) if (count !== 1) yield `${name} is there ${count} times`;
  }
}

function* checkRanges(rows: readonly CoverageRow[]): Generator<string> {
  const byMonth = new Map<string, CoverageRow[]>();
  for (const row of rows) {
    const name = `${row.first} ${row.start} in ${monthOf(row.day)}`;
    byMonth.set(name, [...(byMonth.get(name) ?? []), row]);
  }
  for (const [name, some] of byMonth) {
    for (const [index, a] of some.entries()) {
      for (const b of some.slice(index + 1)) {
        const isSame = a.from === b.from && a.to === b.to && a.batch === b.batch && a.day !== b.day;
        if (!isSame && a.from < b.to && b.from < a.to)
          yield `${name}: [${a.from},${a.to}) and [${b.from},${b.to}) overlap`;
      }
    }
  }
}
