import { setTimeout as sleep } from 'node:timers/promises';
import { findFiles } from '../../shared/source/find-files.ts';
import { SourceError } from '../../shared/source/source.ts';
import { type Crew, createCrew } from './crew.ts';
import { FollowedFile, keyOf, siblingsOf, statOf } from './followed-file.ts';
import { openBooks } from './save-often.ts';
import { shipFile, type Visit } from './ship-file.ts';
import { summaryOf } from './ship-once.ts';
import type { ShipOptions, ShipSummary } from './ship-options.ts';
import type { Tracked } from './sources.ts';

/** How often things are looked at; other than these only in tests. */
export interface FollowTimes {
  readonly pollMs: number;
  /** New files are looked for. */
  readonly lookMs: number;
  /** A file that was moved away and has not grown for so long is finished. */
  readonly settleMs: number;
  /** A file that has not grown for so long is closed. */
  readonly idleMs: number;
  /** How long the brokers may take at the end for what is on its way. */
  readonly lastAnswersMs: number;
}

const TIMES: FollowTimes = {
  pollMs: 200,
  lookMs: 1000,
  settleMs: 5000,
  idleMs: 60_000,
  lastAnswersMs: 10_000,
};

/** After so many bytes of one file the others have their turn. */
const BYTES_A_TURN = 64 * 1024 * 1024;

/** The newest files with a longer name are the ones that a log was last rotated to. */
const LOOKED_AT_BESIDE = 2;

/** Of the time, for looking for files. */
const LARGEST_SHARE = 1 / 20;

/** Ships what is there and what is added to it, through rotation of any kind, until the signal; then waits for what is on its way. */
export async function follow(options: ShipOptions, times: Partial<FollowTimes> = {}): Promise<ShipSummary> {
  const start = performance.now();
  const crew = createCrew(options);
  const books = openBooks(options);
  const follower = new Follower(options, crew, { ...TIMES, ...times });
  try {
    await follower.run();
    await crew.outbox.drain(AbortSignal.timeout({ ...TIMES, ...times }.lastAnswersMs)).catch((error) => {
      if (crew.outbox.failed.aborted) throw error;
      options.onNotice('The brokers have not acknowledged everything; the next start ships the rest again.');
    });
  } finally {
    follower.close();
    await books.close();
  }
  return summaryOf(crew, [], (performance.now() - start) / 1000);
}

class Follower {
  readonly #options: ShipOptions;
  readonly #crew: Crew;
  readonly #times: FollowTimes;
  readonly #files = new Map<string, FollowedFile>();
  readonly #problems = new Set<string>();
  #lookAt = Number.NEGATIVE_INFINITY;

  constructor(options: ShipOptions, crew: Crew, times: FollowTimes) {
    this.#options = options;
    this.#crew = crew;
    this.#times = times;
  }

  /** Resolves when the signal says so; rejects with what made sending fail. */
  async run(): Promise<void> {
    const { signal, outbox } = this.#crew;
    try {
      while (!signal.aborted) {
        this.#look();
        let isBusy = false;
        for (const file of [...this.#files.values()]) {
          if (signal.aborted) break;
          isBusy = (await this.#attend(file)) || isBusy;
        }
        this.#show();
        if (!isBusy) await sleep(this.#times.pollMs, undefined, { signal });
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    outbox.failed.throwIfAborted();
  }

  close(): void {
    for (const file of this.#files.values()) file.close();
  }

  /** Looks for files that are new, or have another name. */
  #look(): void {
    const now = performance.now();
    if (now < this.#lookAt) return;
    const { paths, filesFrom } = this.#options;
    const found = findFiles(paths, filesFrom === undefined ? {} : { filesFrom });
    for (const { path } of found.files) this.#meet(path, now);
    for (const { path, message } of found.problems) this.#tellProblem(path, message);
    const wrong = new Set(found.problems.map(({ path }) => path));
    for (const path of this.#problems) if (!wrong.has(path)) this.#problems.delete(path);
    // A hundred thousand files take a while to find.
    const tookMs = performance.now() - now;
    this.#lookAt = now + Math.max(this.#times.lookMs, tookMs / LARGEST_SHARE);
  }

  #meet(path: string, now: number): void {
    const stat = statOf(path);
    if (stat === undefined) return;
    const known = this.#files.get(keyOf(stat));
    if (known === undefined) this.#files.set(keyOf(stat), new FollowedFile(path, keyOf(stat), now));
    else if (known.path !== path && !known.isInPlace()) {
      known.path = path;
      known.movedAt ??= now;
    }
  }

  #tellProblem(path: string, message: string): void {
    if (!this.#problems.has(path)) this.#options.onNotice(`${message} It is shipped as soon as it is there.`);
    this.#problems.add(path);
  }

  /** Whether there was something new. */
  async #attend(file: FollowedFile): Promise<boolean> {
    const now = performance.now();
    if (now < file.notBefore) return false;
    if (file.movedAt === undefined && !file.isInPlace()) {
      file.movedAt = now;
      // What has taken its place is looked for at once.
      this.#lookAt = now;
    }
    const size = file.size() ?? (file.find() ? file.size() : undefined);
    if (size === undefined) {
      file.close();
      this.#files.delete(file.key);
      return false;
    }
    if (file.readSize < 0) await this.#finishRotated(file);
    if (size < file.readSize) return await this.#startAgain(file);
    if (size !== file.readSize) return await this.#read(file, false);
    await this.#rest(file, now);
    if (!file.isOpen) file.notBefore = this.#lookAt;
    return false;
  }

  /** What to do with a file that has nothing new. */
  async #rest(file: FollowedFile, now: number): Promise<void> {
    const { settleMs, idleMs } = this.#times;
    const restedMs = now - Math.max(file.changedAt, file.movedAt ?? 0);
    // While nothing has taken its place, somebody may still write to it.
    const isReplaced = file.isInPlace() || statOf(file.path) !== undefined;
    if (file.movedAt !== undefined && !file.finished && restedMs >= (isReplaced ? settleMs : idleMs)) {
      file.finished = true;
      await this.#read(file, true);
      const isInPlace = file.isInPlace();
      file.close();
      if (!isInPlace) this.#files.delete(file.key);
    } else if (file.isOpen && restedMs >= idleMs) file.close();
  }

  /** Of a file that is met for the first time, or begins anew: what was rotated away from its path while nobody looked is shipped to its end. */
  async #finishRotated(file: FollowedFile): Promise<void> {
    if (file.hasLookedBeside) return;
    file.hasLookedBeside = true;
    const beside = siblingsOf(file.path).filter((path) => !this.#isFollowed(path));
    await this.#finishOne(beside.slice(0, LOOKED_AT_BESIDE), 'known');
  }

  #isFollowed(path: string): boolean {
    const stat = statOf(path);
    return stat === undefined || this.#files.has(keyOf(stat));
  }

  /** Reads what is new; whether there was something. */
  async #read(file: FollowedFile, finished: boolean): Promise<boolean> {
    await this.#options.mayRead();
    const { lines } = this.#crew.totals;
    try {
      file.hold();
      const options = { finished, reader: file, atMost: BYTES_A_TURN };
      const visit = await shipFile(file.readPath, options, this.#crew);
      return await this.#settle(file, visit);
    } catch (error) {
      this.#crew.signal.throwIfAborted();
      if (error instanceof SourceError && error.code === 'changed' && !file.isArchive)
        return await this.#startAgain(file);
      this.#tellFailure(file, error);
      return this.#crew.totals.lines > lines;
    }
  }

  async #settle(file: FollowedFile, visit: Visit): Promise<boolean> {
    const { outcome, tracked, size, more, isArchive } = visit;
    const now = performance.now();
    const grew = size !== file.readSize;
    if (outcome === 'taken') {
      file.close();
      file.notBefore = now + this.#times.settleMs;
      return false;
    }
    if (outcome === 'shorter' && !isArchive && file.tracked === tracked) return await this.#startAgain(file);
    if (outcome === 'other')
      this.#tell(
        file,
        `${file.path} begins like a file that was shipped and goes on differently. Check what it is; it is not shipped.`,
      );
    const before = file.tracked;
    file.tracked = tracked ?? file.tracked;
    file.isArchive = isArchive;
    file.readSize = more ? -1 : size;
    if (grew) file.changedAt = now;
    if (before !== undefined && before !== file.tracked) {
      // It was emptied and has already more than before: what was read now is the new content.
      before.reader = undefined;
      await this.#finishOne(siblingsOf(file.path), before);
    }
    return grew;
  }

  /** A file that has been emptied: what it had and was not read may be in a copy; what comes now is another source. */
  async #startAgain(file: FollowedFile): Promise<boolean> {
    const before = file.tracked;
    file.release();
    file.tracked = undefined;
    file.readSize = -1;
    if (before !== undefined) await this.#finishOne(siblingsOf(file.path), before);
    return true;
  }

  /** Ships the first of these files that is the source, to its end. */
  async #finishOne(paths: readonly string[], only: Tracked | 'known'): Promise<void> {
    for (const path of paths) {
      try {
        const { outcome } = await shipFile(path, { finished: true, only }, this.#crew);
        if (outcome === 'shipped') return;
      } catch {
        // A copy that is being made or compressed; the next may be whole.
        this.#crew.signal.throwIfAborted();
      }
    }
  }

  /** Says once why a file cannot be read, and tries again when it has changed or after a while. */
  #tellFailure(file: FollowedFile, error: unknown): void {
    const { code } = error as NodeJS.ErrnoException;
    if (!(error instanceof SourceError) && code === undefined) throw error;
    file.notBefore = performance.now() + this.#times.settleMs;
    if (!(error instanceof SourceError)) {
      this.#tell(file, `${file.path} cannot be read (${code}). Check its permissions.`);
      return;
    }
    // An archive that is being written is not whole yet.
    const age = Date.now() - (statOf(file.readPath)?.mtimeMs ?? 0);
    if (age < this.#times.settleMs) return;
    file.readSize = file.size() ?? -1;
    this.#tell(file, error.message.replace(file.readPath, file.path));
  }

  #tell(file: FollowedFile, words: string): void {
    if (file.told !== words) this.#options.onNotice(words);
    file.told = words;
  }

  #show(): void {
    const { totals } = this.#crew;
    const files = [...this.#files.values()].filter(({ readSize }) => readSize >= 0).length;
    this.#options.onProgress({
      bytesRead: totals.bytes,
      bytesTotal: undefined,
      lines: totals.lines,
      files,
      filesTotal: this.#files.size,
    });
  }
}
