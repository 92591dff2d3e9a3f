import type { BlockPool } from '../../shared/source/block-pool.ts';
import type { FoundFile } from '../../shared/source/find-files.ts';
import { openSource } from '../../shared/source/open-source.ts';
import { type Source, SourceError } from '../../shared/source/source.ts';
import type { Turn } from '../../shared/store/take-turn.ts';
import { formatCounted } from '../../shared/terminal/numbers.ts';
import { AddressCheck } from './address-check.ts';
import type { Crew } from './crew.ts';
import { detectSetup } from './detect-setup.ts';
import { FileRefused } from './file-refused.ts';
import { candidateOf, identityOf, type OpenedFile, planFile } from './plan.ts';
import type { ReplayOptions } from './replay-options.ts';
import type { Report } from './report.ts';

interface Work {
  readonly options: ReplayOptions;
  readonly turn: Turn;
  readonly report: Report;
  readonly crew: Crew;
  readonly pool: BlockPool;
}

interface Opening extends Work {
  readonly addresses: AddressCheck;
}

/** Files that are opened before the store is asked about all of them in one question. */
const filesPerGroup = 500;
/** First bytes of opened files that are kept at a time. */
const headBytesPerGroup = 32 * 2 ** 20;

/** Opens the files in order, group by group, finds out what of each is to be counted, and hands it to the crew. */
export async function countFiles(files: readonly FoundFile[], work: Work): Promise<void> {
  const progress = new FilesProgress(files, work);
  /** First lines of sources that are counted and may not be in the store yet. */
  const unwritten = new Set<string>();
  const addresses = new AddressCheck();
  try {
    for (let next = 0; next < files.length; ) {
      const group = await openGroup(files, next, { ...work, addresses });
      for (const some of withDistinctFirstLines(group)) await countGroup(some, unwritten, work);
      next = group.next;
      progress.opened = next;
    }
    const notice = addresses.notice();
    if (notice) work.options.onNotice(notice);
    await work.crew.drain();
    tellOfNoLayout(work);
  } finally {
    progress.stop();
  }
}

/** Files without an artifact: all right for some edges of a CDN, and for a log of another shape not. */
function tellOfNoLayout({ report, options }: Work): void {
  const [first, ...more] = report.withoutLayout();
  if (first === undefined) return;
  const paths = more.length === 0 ? first : `${first} and ${formatCounted(more.length, 'other file')}`;
  options.onNotice(
    `No layout knows an artifact in ${paths}, so these lines were dropped. If there are downloads in them, name the layout with --layout; \`tallymark formats\` lists them.`,
  );
}

interface Group {
  readonly opened: readonly OpenedFile[];
  /** The first file after the group. */
  readonly next: number;
}

async function openGroup(files: readonly FoundFile[], first: number, work: Opening): Promise<Group> {
  const opened: OpenedFile[] = [];
  let headBytes = 0;
  let next = first;
  for (; next < files.length && next - first < filesPerGroup && headBytes < headBytesPerGroup; next++) {
    const guess = opened.at(-1)?.setup.registries[0]?.layout;
    const file = await openFile(next, files[next].path, { ...work, guess });
    if (!file) continue;
    opened.push(file);
    headBytes += file.source.head.length;
  }
  return { opened, next };
}

/** Opens a file and finds out how to read it; nothing where it is empty or cannot be read. */
async function openFile(
  file: number,
  path: string,
  { options, report, pool, addresses, guess }: Opening & { guess: string | undefined },
): Promise<OpenedFile | undefined> {
  let source: Source | undefined;
  try {
    source = await openSource(path, pool);
    if (source.identity) {
      const setup = await detectSetup(source, options, guess);
      report.describe(file, setup);
      addresses.look(source, setup);
      return { file, source, identity: identityOf(source, setup) ?? source.identity, setup };
    }
    await passWithoutLines(source, options.signal);
  } catch (error) {
    failFile(report, file, error);
  }
  await source?.[Symbol.asyncDispose]();
  return undefined;
}

/** Reads a source that begins without a line: it is empty, or a broken archive, or has its first line far behind. Throws the latter. */
async function passWithoutLines(source: Source, signal: AbortSignal): Promise<void> {
  for await (const block of source.blocks({ from: 0, signal })) block.release();
  if (source.headIsAll) return;
  throw new FileRefused('unknown_format', source.path, [
    'its first MiB has no line, only comments and blank lines, so it cannot be told from other files and was not counted.',
    'Cut these off, and give it again.',
  ]);
}

/**
 * Splits a group so that no two files in a part begin with the same line: what is counted of the second can be told only when the first is in
 * the store, as it may be the same log.
 */
function* withDistinctFirstLines({ opened }: Group): Generator<readonly OpenedFile[]> {
  let part: OpenedFile[] = [];
  const seen = new Set<string>();
  for (const file of opened) {
    if (seen.has(file.identity.firstLine)) {
      yield part;
      part = [];
      seen.clear();
    }
    seen.add(file.identity.firstLine);
    part.push(file);
  }
  yield part;
}

async function countGroup(files: readonly OpenedFile[], unwritten: Set<string>, work: Work): Promise<void> {
  if (files.length === 0) return;
  if (files.some(({ identity }) => unwritten.has(identity.firstLine))) {
    await work.crew.drain();
    unwritten.clear();
  }
  const coverages = await work.turn.lookUp(files.map(candidateOf));
  for (const [index, file] of files.entries()) {
    unwritten.add(file.identity.firstLine);
    try {
      const { keyed } = work.options.store;
      const plan = await planFile(file, coverages[index], {
        keyed,
        lanes: work.crew.size,
        signal: work.options.signal,
      });
      work.report.addSkipped(file.file, plan.skippedLines, plan.how);
      await work.crew.take(plan);
    } catch (error) {
      failFile(work.report, file.file, error);
      await file.source[Symbol.asyncDispose]();
    }
  }
}

/** Notes why a file was not read; throws what is not the file's fault. */
function failFile(report: Report, file: number, error: unknown): void {
  if (!(error instanceof FileRefused || error instanceof SourceError)) throw error;
  report.fail(file, error.code, error.message);
}

const progressIntervalMs = 200;

/** Tells how far the files are, five times a second. */
class FilesProgress {
  /** Files that have been opened. */
  opened = 0;
  readonly #files: readonly FoundFile[];
  readonly #work: Work;
  readonly #timer: NodeJS.Timeout;
  /** Bytes on disk of the first n files. */
  readonly #bytesUpTo: readonly number[];

  constructor(files: readonly FoundFile[], work: Work) {
    this.#files = files;
    this.#work = work;
    let total = 0;
    this.#bytesUpTo = [0, ...files.map(({ size }) => (total += size ?? 0))];
    this.#timer = setInterval(() => this.#tell(), progressIntervalMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#tell();
  }

  #tell(): void {
    const { crew, options } = this.#work;
    const isStream = this.#files.some(({ size }) => size === undefined);
    options.onProgress({
      bytesRead: this.#bytesUpTo[this.opened] - crew.bytesLeft,
      bytesTotal: isStream ? undefined : this.#bytesUpTo[this.#files.length],
      lines: crew.lines,
      files: this.opened,
      filesTotal: this.#files.length,
    });
  }
}
