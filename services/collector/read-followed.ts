import { START_LENGTH } from '../../shared/source/identify.ts';
import { isTooManyOpen, SourceError } from '../../shared/source/source.ts';
import type { Crew } from './crew.ts';
import { followRotated } from './follow-rotated.ts';
import type { FollowTimes } from './follow-times.ts';
import type { FollowedFile } from './followed-file.ts';
import { shipFile, type Visit } from './ship-file.ts';
import type { ShipOptions } from './ship-options.ts';
import { statOf } from './stat-of.ts';

/** What is being followed, and how. */
export interface Following {
  readonly options: ShipOptions;
  readonly crew: Crew;
  readonly times: FollowTimes;
  /** By `keyOf`. */
  readonly files: Map<string, FollowedFile>;
  /** Milliseconds, monotonic: when new files are looked for next. */
  lookAt: number;
}

/** Reads on in files that are followed, whatever has become of them. */
export class FileReader {
  readonly #following: Following;
  #toldTooManyOpen = false;

  constructor(following: Following) {
    this.#following = following;
  }

  /** Whether there was something new. */
  async attend(file: FollowedFile): Promise<boolean> {
    const now = performance.now();
    if (now < file.notBefore) return false;
    try {
      return await this.#attendNow(file, now);
    } catch (error) {
      if (!isTooManyOpen(error)) throw error;
      this.#tryLater(file);
      return false;
    }
  }

  async #attendNow(file: FollowedFile, now: number): Promise<boolean> {
    if (file.movedAt === undefined && !file.isInPlace()) {
      file.movedAt = now;
      // What has taken its place is looked for at once.
      this.#following.lookAt = now;
    }
    if (file.size() === undefined && !file.find()) {
      file.close();
      this.#following.files.delete(file.key);
      return false;
    }
    if (!(await this.#isNext(file))) return false;
    const size = file.size();
    // It was moved just now.
    if (size === undefined) return true;
    if (size < file.readSize) return this.#startAgain(file);
    if (size !== file.readSize) return !this.#isBeginning(file, size) && (await this.#read(file, false));
    await this.#rest(file, now);
    if (!file.isOpen) file.notBefore = this.#following.lookAt;
    return false;
  }

  /**
   * Whether the brokers have what was rotated away before it: so after a restart nothing older than what is known is left unread. It waits held, so
   * that it stays within reach, and without its source, which may be in a copy that is to be read first.
   */
  async #isNext(file: FollowedFile): Promise<boolean> {
    const { crew, files } = this.#following;
    if (!file.hasLookedBeside) await followRotated(file, this.#following);
    const { after } = file;
    if (after === undefined) return true;
    file.tryToHold();
    file.release();
    // One that cannot be read is told of, and not waited for.
    const isThere = files.get(after.key) === after && after.told === undefined;
    if (isThere && after.readSize < 0) return false;
    await crew.outbox.drain(crew.signal);
    // More may have been rotated away meanwhile.
    await followRotated(file, this.#following);
    if (file.after !== after) return false;
    file.after = undefined;
    return true;
  }

  /** Whether it is about to have more to be known by. It is held, so that it stays within reach. */
  #isBeginning(file: FollowedFile, size: number): boolean {
    if (file.tracked !== undefined || size === 0 || size >= START_LENGTH) return false;
    if (!file.isWritten(this.#following.times.beginningMs)) return false;
    file.tryToHold();
    return file.isOpen;
  }

  /** What to do with a file that has nothing new. */
  async #rest(file: FollowedFile, now: number): Promise<void> {
    const { settleMs, idleMs } = this.#following.times;
    const restedMs = now - Math.max(file.changedAt, file.movedAt ?? 0);
    // While nothing has taken its place, somebody may still write to it.
    const isReplaced = file.isInPlace() || statOf(file.path) !== undefined;
    if (file.movedAt !== undefined && !file.finished && restedMs >= (isReplaced ? settleMs : idleMs)) {
      await this.#read(file, true);
      file.finished = true;
      const isInPlace = file.isInPlace();
      file.close();
      if (!isInPlace) this.#following.files.delete(file.key);
    } else if (file.isOpen && restedMs >= idleMs) file.close();
  }

  /** Reads what is new; whether there was something. */
  async #read(file: FollowedFile, finished: boolean): Promise<boolean> {
    const { lines } = this.#following.crew.totals;
    try {
      // Before it waits, since it may be rotated away meanwhile.
      file.hold();
      // It was moved just now.
      if (!file.isOpen) return true;
      await this.#following.crew.mayRead();
      const visit = await shipFile(file.readPath, { finished, reader: file }, this.#following.crew);
      return this.#settle(file, visit);
    } catch (error) {
      this.#following.crew.signal.throwIfAborted();
      if (isTooManyOpen(error)) throw error;
      if (error instanceof SourceError && error.code === 'changed' && !file.isArchive)
        return this.#startAgain(file);
      this.#tellFailure(file, error);
      return this.#following.crew.totals.lines > lines;
    }
  }

  #settle(file: FollowedFile, visit: Visit): boolean {
    const { outcome, tracked, size, more, isArchive } = visit;
    const now = performance.now();
    const grew = size !== file.readSize;
    if (outcome === 'taken') {
      file.close();
      file.notBefore = now + this.#following.times.settleMs;
      return false;
    }
    if (outcome === 'shorter' && !isArchive && file.tracked === tracked) return this.#startAgain(file);
    if (outcome === 'other')
      this.#tell(
        file,
        `${file.path} begins like a file that was shipped and goes on differently. Check what it is; it is not shipped.`,
      );
    else file.told = undefined;
    const before = file.tracked;
    file.tracked = tracked ?? file.tracked;
    file.isArchive = isArchive;
    file.readSize = more ? -1 : size;
    if (grew) file.changedAt = now;
    if (before !== undefined && before !== file.tracked) {
      // It was emptied and has already more than before: what was read now is the new content.
      before.reader = undefined;
      file.hasLookedBeside = false;
    }
    // It will not grow, and a folder may have more of them than may be open.
    if (isArchive) file.close();
    return grew;
  }

  /** A file that has been emptied: what it had and was not read may be in a copy; what comes now is another source. */
  #startAgain(file: FollowedFile): boolean {
    file.release();
    file.tracked = undefined;
    file.readSize = -1;
    file.hasLookedBeside = false;
    return true;
  }

  /** Others are closed when they are at rest. Lets go of what is found again by its path, since that may be what another one wants. */
  #tryLater(file: FollowedFile): void {
    file.notBefore = performance.now() + this.#following.times.settleMs;
    if (file.isInPlace()) file.close();
    if (!this.#toldTooManyOpen) this.#following.options.onNotice(TOO_MANY_OPEN);
    this.#toldTooManyOpen = true;
  }

  /** Says once why a file cannot be read, and tries again when it has changed or after a while. */
  #tellFailure(file: FollowedFile, error: unknown): void {
    const { code } = error as NodeJS.ErrnoException;
    if (!(error instanceof SourceError) && code === undefined) throw error;
    file.notBefore = performance.now() + this.#following.times.settleMs;
    if (!(error instanceof SourceError)) {
      this.#tell(file, `${file.path} cannot be read (${code}). Check its permissions.`);
      return;
    }
    // An archive that is being written is not whole yet.
    const age = Date.now() - (statOf(file.readPath)?.mtimeMs ?? 0);
    if (age < this.#following.times.settleMs) return;
    file.readSize = file.size() ?? -1;
    this.#tell(file, error.message.replace(file.readPath, file.path));
  }

  #tell(file: FollowedFile, words: string): void {
    if (file.told !== words) this.#following.options.onNotice(words);
    file.told = words;
  }
}

const TOO_MANY_OPEN =
  'Too many files are open; those that cannot be opened are tried again. Raise the limit (`ulimit -n`, LimitNOFILE) to have them shipped without delay.';
