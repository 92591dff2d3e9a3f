import { asciiBytes, startsWith } from './ascii-bytes.ts';
import { enveloped } from './envelope.ts';
import type { LineReader, LogFormat } from './log-format.ts';
import { dayInName } from './pep381.ts';
import { formats } from './registry.ts';
import { RequestView } from './request-view.ts';
import { shapeOf, similarity } from './shape.ts';

/**
 * What a file's first lines are.
 * - `found`: at least half of them read in `format`, with or without an envelope
 * - `unknown`: the three formats most like them, and the first line's shape (`shapeOf`), never the line
 * - `empty`: no line in it, blank ones aside
 */
export type Detected =
  | { readonly outcome: 'found'; readonly format: LogFormat; readonly enveloped: boolean }
  | { readonly outcome: 'unknown'; readonly nearest: readonly string[]; readonly shape: string }
  | { readonly outcome: 'empty' };

/** How many lines of a file have a vote. */
const sampleLines = 100;

/**
 * Detects the format of a file by its first 100 lines (`sample`; more are not looked at, and a last line without its end is,
 * too). `fileName` is `ReaderOptions.fileName`: without a day in it, it is no `pep381`.
 */
export function detectFormat(sample: Uint8Array, fileName: string): Detected {
  const lines = linesOf(sample);
  if (lines.length === 0) return { outcome: 'empty' };
  const headed = formats.find(
    (format) =>
      format.header !== undefined && startsWith(lines[0], 0, lines[0].length, asciiBytes(format.header)),
  );
  if (headed) return { outcome: 'found', format: headed, enveloped: false };
  const candidates = formats.filter((format) => isDetectable(format, fileName));
  const plain = winner(candidates, lines, (format) => format.open({ fileName }));
  if (plain) return { outcome: 'found', format: plain, enveloped: false };
  const shipped = candidates.filter(({ name }) => name !== 'pep381');
  const wrapped = winner(shipped, lines, (format) => enveloped(format).open({ fileName }));
  if (wrapped) return { outcome: 'found', format: wrapped, enveloped: true };
  const shape = shapeOf(lines[0], 0, lines[0].length);
  return { outcome: 'unknown', nearest: nearest(shape), shape };
}

/** The first lines that are not blank. */
function linesOf(sample: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < sample.length && lines.length < sampleLines; ) {
    const lineFeed = sample.indexOf(0x0a, start);
    const end = lineFeed < 0 ? sample.length : lineFeed;
    const line = sample.subarray(start, end);
    if (line.some((byte) => byte > 0x20)) lines.push(line);
    start = end + 1;
  }
  return lines;
}

function isDetectable(format: LogFormat, fileName: string): boolean {
  return format.name !== 'json' && (format.name !== 'pep381' || dayInName(fileName) >= 0);
}

/** The format most lines are of, if at least half of them are: the first of several that do equally well. */
function winner(
  candidates: readonly LogFormat[],
  lines: readonly Uint8Array[],
  open: (format: LogFormat) => LineReader,
): LogFormat | undefined {
  const view = new RequestView();
  let best: LogFormat | undefined;
  let most = 0;
  for (const format of candidates) {
    const reader = open(format);
    const outcomes = lines.map((line) => reader.read(line, 0, line.length, view));
    const votes = outcomes.filter((outcome) => outcome === 'found').length;
    const voters = outcomes.filter((outcome) => outcome !== 'directive').length;
    if (votes > most && votes * 2 >= voters) {
      best = format;
      most = votes;
    }
  }
  return best;
}

/** Names of the three formats whose sample lines have the shape most like this one. */
function nearest(shape: string): string[] {
  return formats
    .filter(({ name }) => name !== 'json')
    .map(({ name, sample }) => ({ name, likeness: similarity(shape, shapeOfSample(sample)) }))
    .sort((a, b) => b.likeness - a.likeness)
    .slice(0, 3)
    .map(({ name }) => name);
}

function shapeOfSample(sample: string): string {
  const line = new TextEncoder().encode(sample.slice(sample.lastIndexOf('\n') + 1));
  return shapeOf(line, 0, line.length);
}
