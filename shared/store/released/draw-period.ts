import type { Database } from '../../clickhouse/database.ts';
import { draw } from '../../privacy/draw.ts';
import type { Profile } from '../../privacy/profile.ts';
import { monthEnd } from './calendar.ts';
import { type CellRow, siteWide } from './cell-row.ts';
import type { Slot } from './publication.ts';
import {
  type Days,
  type PersonCounts,
  readDownloaded,
  readPersonCounts,
  readSiteCounts,
} from './read-person-counts.ts';
import { personDimensions, stampOf, type Vocabularies } from './vocabularies.ts';

/** Projects held in memory at a time: 500 of them are some 200,000 cells, a few megabytes. */
const projectsAtATime = 500;

interface DrawOptions {
  readonly database: Database;
  readonly profile: Profile;
  readonly vocabularies: Vocabularies;
}

/**
 * Draws the cells of a day or month: the whole registry's first, then each project's with downloads in it, for every key
 * of each vocabulary, zeros included. Some hundred projects at a time.
 */
export async function* drawPeriod(slot: Slot, options: DrawOptions): AsyncGenerator<readonly CellRow[]> {
  const { database, profile } = options;
  const grain = slot.grain === 'month' ? 'month' : 'day';
  const to = grain === 'month' ? monthEnd(slot.period) : slot.period;
  const days: Days = { registry: slot.registry, from: slot.period, to };
  const projects = await readDownloaded(database, days);
  if (projects.length === 0) return;
  let site = drawRows(await readSiteCounts(database, days), profile.siteSigma[grain], options.vocabularies);
  for (let at = 0; at < projects.length; at += projectsAtATime) {
    const chunk = projects.slice(at, at + projectsAtATime);
    const range = { first: chunk[0] ?? siteWide, last: chunk.at(-1) ?? siteWide };
    const counts = await readPersonCounts(database, days, range);
    yield [...site, ...counts.flatMap((one) => drawRows(one, profile.sigma[grain], options.vocabularies))];
    site = [];
  }
}

function drawRows(counts: PersonCounts, sigma: number, vocabularies: Vocabularies): CellRow[] {
  return personDimensions.map((dim) => {
    const vocabulary = vocabularies[dim];
    const inOrder = vocabulary.keys.map((key) => counts[dim][key] ?? 0);
    return {
      project: counts.project,
      dim,
      vocabulary: stampOf(dim, vocabulary),
      sigma,
      cells: draw(inOrder, sigma),
    };
  });
}
