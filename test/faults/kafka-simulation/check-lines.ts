import { monthOf } from '../../../shared/days.ts';
import type { CountsRow } from '../../../shared/store/counts-row.ts';
import { type CoverageRow, readCoverage } from '../../../shared/store/own-row.ts';
import type { Engine } from '../simulation/engine.ts';
import type { Shipped } from './shipping.ts';

/** What is wrong with the books, in words; nothing where each line that was shipped is counted exactly once. */
export function checkLines(engine: Engine, shipped: ReadonlyMap<string, Shipped>): string[] {
  const sums = engine.sums();
  return [
    ...checkProjects(sums, shipped),
    ...checkDays(sums),
    ...checkMarkers(engine),
    ...checkRanges(engine.ownRows('source/').map(readCoverage)),
  ];
}

function* checkProjects(
  sums: readonly CountsRow[],
  shipped: ReadonlyMap<string, Shipped>,
): Generator<string> {
  const counted = new Map<string, number>();
  for (const { registry, project, mirror, bot } of sums)
    if (registry !== '') counted.set(project, mirror + bot);
  const due = new Map<string, { least: number; most: number }>();
  for (const { line, messages } of shipped.values()) {
    const { least, most } = due.get(line.project) ?? { least: 0, most: 0 };
    const isExcused = messages.every((message) => message.log.excuses(message));
    due.set(line.project, { least: least + (isExcused ? 0 : 1), most: most + 1 });
  }
  for (const [project, { least, most }] of due) {
    const times = counted.get(project) ?? 0;
    if (times < least) yield `${project} is lost`;
    if (times > most) yield `${project} is counted ${times} times`;
  }
  for (const project of counted.keys()) {
    if (!due.has(project)) yield `${project} is counted and was never sent`;
  }
}

/** Lines of ranges = lines of the books, downloads of projects = downloads of the books. */
function* checkDays(sums: readonly CountsRow[]): Generator<string> {
  const days = new Map<number, { ranges: number; lines: number; counted: number; booked: number }>();
  for (const { registry, project, day, lines_by, downloads_by, mirror, bot } of sums) {
    const books = days.get(day) ?? { ranges: 0, lines: 0, counted: 0, booked: 0 };
    days.set(day, books);
    if (registry !== '') books.counted += mirror + bot;
    else if (project.startsWith('source/')) books.ranges += lines_by.lines ?? 0;
    else if (project === '') {
      books.booked += downloads_by.counted ?? 0;
      for (const amount of Object.values(lines_by)) books.lines += amount;
    }
  }
  for (const [day, { ranges, lines, counted, booked }] of days) {
    if (ranges !== lines) yield `day ${day} has ${ranges} lines in ranges and ${lines} in its books`;
    if (counted !== booked) yield `day ${day} does not balance`;
  }
}

function* checkMarkers(engine: Engine): Generator<string> {
  const times = new Map<string, number>();
  for (const { project, day } of engine.ownRows('batch/')) {
    const name = `${project} of ${monthOf(day)}`;
    times.set(name, (times.get(name) ?? 0) + 1);
  }
  for (const [name, count] of times) if (count !== 1) yield `${name} is there ${count} times`;
}

function* checkRanges(rows: readonly CoverageRow[]): Generator<string> {
  const byMonth = new Map<string, CoverageRow[]>();
  for (const row of rows) {
    const name = `${row.first} ${row.start} in ${monthOf(row.day)}`;
    const known = byMonth.get(name);
    if (known) known.push(row);
    else byMonth.set(name, [row]);
  }
  for (const [name, some] of byMonth) {
    for (const [index, a] of some.entries()) {
      for (const b of some.slice(index + 1)) {
        // Rows of one range and batch are one row to the store, which sums them.
        const isSame = a.from === b.from && a.to === b.to && a.batch === b.batch;
        if (!isSame && a.from < b.to && b.from < a.to)
          yield `${name}: [${a.from},${a.to}) and [${b.from},${b.to}) overlap`;
      }
    }
  }
}
