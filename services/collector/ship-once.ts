import { type FoundFile, findFiles } from '../../shared/source/find-files.ts';
import { SourceError } from '../../shared/source/source.ts';
import { asSourceError, StreamError } from '../../shared/source/stream-error.ts';
import { type Crew, createCrew } from './crew.ts';
import { openBooks } from './save-often.ts';
import { shipFile, type Visit } from './ship-file.ts';
import type { ShipOptions, ShippedFile, ShipSummary } from './ship-options.ts';
import type { Tracked } from './sources.ts';

/** Ships what is there to its end, and resolves when the brokers have all of it. Files that cannot be read are told in the summary. */
export async function shipOnce(options: ShipOptions): Promise<ShipSummary> {
  const start = performance.now();
  const found = findFiles(
    options.paths,
    options.filesFrom === undefined ? {} : { filesFrom: options.filesFrom },
  );
  const files: ShippedFile[] = found.problems.map(({ path, code, message }) => ({
    ...{ path, lines: 0, bytes: 0, too_long: 0 },
    error: { code, message },
  }));
  const crew = createCrew(options);
  const books = openBooks(options);
  const show = showProgress(options, found.files, crew);
  try {
    for (const file of found.files) {
      files.push(await shipOne(file, crew));
      show(file);
    }
    await crew.outbox.drain(options.signal);
  } finally {
    await books.close();
  }
  return summaryOf(crew, files, (performance.now() - start) / 1000);
}

/** What a run came to. */
export function summaryOf({ totals }: Crew, files: readonly ShippedFile[], seconds: number): ShipSummary {
  return {
    lines: totals.lines,
    bytes: totals.bytes,
    chunks: totals.chunks,
    sources: totals.sources.size,
    too_long: totals.tooLong,
    files,
    seconds: Math.round(seconds * 1000) / 1000,
    lines_per_second: Math.round(totals.lines / Math.max(seconds, 0.001)),
  };
}

async function shipOne({ path }: FoundFile, crew: Crew): Promise<ShippedFile> {
  const before = { ...crew.totals };
  const shipped = () => ({
    path,
    lines: crew.totals.lines - before.lines,
    bytes: crew.totals.bytes - before.bytes,
    too_long: crew.totals.tooLong - before.tooLong,
  });
  try {
    const { outcome } = await shipInTurns(path, crew);
    if (outcome !== 'other') return shipped();
    const message = `${path} begins like a file that was shipped and goes on differently. Check what it is; nothing of it was shipped.`;
    return { ...shipped(), error: { code: 'other_content', message } };
  } catch (error) {
    crew.signal.throwIfAborted();
    if (!(error instanceof SourceError)) throw error;
    return { ...shipped(), error: { code: error.code, message: error.message } };
  }
}

/** Ships a file to its end; before each turn it is asked whether reading is to wait. */
async function shipInTurns(path: string, crew: Crew): Promise<Visit> {
  for (let begun: Tracked | undefined; ; ) {
    await crew.mayRead();
    const visit = await shipFile(path, { finished: true }, crew);
    // It was emptied between two turns, or rotated away: what it had more is not there, whatever is.
    const isOther = visit.outcome !== 'shipped' || visit.tracked !== begun;
    if (begun !== undefined && isOther)
      throw asSourceError(new StreamError('changed'), path, begun.sent.position);
    if (!visit.more) return visit;
    begun = visit.tracked;
  }
}

function showProgress({ onProgress }: ShipOptions, files: readonly FoundFile[], { totals }: Crew) {
  const isEndless = files.some(({ size }) => size === undefined);
  const bytesTotal = isEndless ? undefined : files.reduce((sum, { size }) => sum + (size ?? 0), 0);
  let bytesRead = 0;
  let done = 0;
  return (file: FoundFile) => {
    bytesRead += file.size ?? 0;
    onProgress({ bytesRead, bytesTotal, lines: totals.lines, files: ++done, filesTotal: files.length });
  };
}
