import type { CountedMonth, FileSetup, Pins } from '../count/counted-batch.ts';
import { CountsBlock } from './counts-block.ts';
import { emptyRow, writeRow } from './counts-row.ts';
import { coverageRow, type Marker, markerRow, type OwnRow, type SourceKey } from './own-row.ts';

/** A stretch as its part names it. */
export interface KeyedStretch extends SourceKey {
  readonly from: number;
  readonly to: number;
  readonly last: string;
}

/** The rows of one part: marker, coverage and books before the counts, sorted as the table is. */
export function encodePart(
  marker: Marker,
  stretches: readonly KeyedStretch[],
  counted: CountedMonth,
): Uint8Array {
  const books = counted.days.map(
    ({ day, lines, downloads }): OwnRow => ({
      project: '',
      day,
      downloads: 0,
      linesBy: lines,
      downloadsBy: downloads,
    }),
  );
  const coverage = counted.stretches.map(({ stretch, day, lines }) => {
    return coverageRow({ ...(stretches[stretch] as KeyedStretch), batch: marker.batch, day, lines });
  });
  return Buffer.concat([encodeOwn(sorted([...books, markerRow(marker), ...coverage])), counted.rows]);
}

/** The rows of a part that burns a month of a batch: nothing but its marker. */
export function encodeVoidPart(batch: string, month: number, months: readonly number[]): Uint8Array {
  return encodeOwn([markerRow({ batch, month, months, isVoid: true, how: [] })]);
}

/** How a batch is counted, as its markers tell it; sorted. */
export function describeSetups(setups: readonly FileSetup[], pins: Pins): string[] {
  const how = new Set<string>([`today/${pins.today}`, ...(pins.geo === '' ? [] : [`geo/${pins.geo}`])]);
  for (const setup of setups) {
    how.add(`format/${setup.format}`);
    for (const { name, layout, rules } of setup.registries)
      how.add(`registry/${name}/${layout}`).add(`layout/${layout}`).add(`rules/${rules}`);
  }
  return [...how].sort();
}

/** An empty block; its buffers are worth keeping, since a part has few rows of the store's own and these touch them all. */
let spare: CountsBlock | undefined;

function encodeOwn(rows: readonly OwnRow[]): Uint8Array {
  const block = spare ?? new CountsBlock();
  // One that is left half-written by an error is not used again.
  spare = undefined;
  for (const row of rows) writeOwnRow(block, row);
  const bytes = block.take();
  spare = block;
  return bytes;
}

/** Writes a row of the store's own. */
function writeOwnRow(block: CountsBlock, row: OwnRow): void {
  writeRow(block, {
    ...emptyRow('', row.project, row.day),
    downloads: row.downloads,
    lines_by: row.linesBy,
    downloads_by: row.downloadsBy,
  });
}

function sorted(rows: OwnRow[]): OwnRow[] {
  return rows.sort((a, b) => (a.project < b.project ? -1 : a.project > b.project ? 1 : a.day - b.day));
}
