import { closeSync, existsSync, fstatSync, openSync } from 'node:fs';
import { siblingsOf } from './siblings.ts';
import type { Tracked } from './sources.ts';
import { keyOf, statOf } from './stat-of.ts';

/**
 * A file that is followed: known by its device and inode, not by its name, while it is there; what its lines are is known by their content alone.
 * The open descriptor keeps a file that was renamed or deleted within reach until it is read to its end.
 */
export class FollowedFile {
  readonly key: string;
  /** Where it was written, and beside which it may have been moved. */
  readonly home: string;
  /** Where it was found, or has been moved to. */
  path: string;
  /** Bytes on disk when it was last read to its end; -1 before. */
  readSize = -1;
  /** Milliseconds, monotonic: when it last had something new. */
  changedAt: number;
  /** When its path was first seen to lead elsewhere. */
  movedAt: number | undefined;
  /** It was moved away and read to its end, last line included. */
  finished = false;
  /** Not to be read before: another file with the same lines is being followed, or it could not be read. */
  notBefore = 0;
  isArchive = false;
  /** What was rotated away from its path before has been looked for. */
  hasLookedBeside = false;
  /** What was rotated away before it, and is to be read first. */
  after: FollowedFile | undefined;
  tracked: Tracked | undefined;
  /** The last thing that was told of it, so that it is told once. */
  told: string | undefined;
  #fd: number | undefined;
  /** When it was last written to, as it was closed. */
  #writtenMs = 0;

  constructor(path: string, key: string, now: number) {
    this.home = path;
    this.path = path;
    this.key = key;
    this.changedAt = now;
  }

  get isOpen(): boolean {
    return this.#fd !== undefined;
  }

  /** Takes hold of it, where its path still leads to it; throws as `open` does. */
  hold(): void {
    if (this.#fd !== undefined) return;
    const fd = openSync(this.path, 'r');
    if (keyOf(fstatSync(fd)) === this.key) this.#fd = fd;
    else closeSync(fd);
  }

  /** Takes hold of it where it can, so that it stays within reach; where it cannot, reading tells why. */
  tryToHold(): void {
    try {
      this.hold();
    } catch {
      // No right, or gone.
    }
  }

  /** Lets go of the file, and of its source, so that another may read that on. */
  close(): void {
    if (this.#fd !== undefined) {
      this.#writtenMs = fstatSync(this.#fd).mtimeMs;
      closeSync(this.#fd);
    }
    this.#fd = undefined;
    this.release();
  }

  /** Lets go of the source only. */
  release(): void {
    if (this.tracked?.reader === this) this.tracked.reader = undefined;
  }

  /** Its size on disk now; undefined where it cannot be reached any more. */
  size(): number | undefined {
    if (this.#fd !== undefined) return fstatSync(this.#fd).size;
    const stat = statOf(this.path);
    if (stat === undefined || keyOf(stat) !== this.key) return undefined;
    // An inode is given to another file when nobody holds it, and that may be as long.
    if (this.#writtenMs !== 0 && stat.mtimeMs !== this.#writtenMs && stat.size === this.readSize)
      this.readSize = -1;
    return stat.size;
  }

  /** Whether it was written to within so many milliseconds. Where its clock is ahead of ours nobody can tell, so it was not. */
  isWritten(withinMs: number): boolean {
    const stat = this.#fd === undefined ? statOf(this.path) : fstatSync(this.#fd);
    const ageMs = Date.now() - (stat?.mtimeMs ?? 0);
    return ageMs >= 0 && ageMs < withinMs;
  }

  /** Whether its path leads to it. */
  isInPlace(): boolean {
    const stat = statOf(this.path);
    return stat !== undefined && keyOf(stat) === this.key;
  }

  /** A path to read it by, wherever it has been moved to. */
  get readPath(): string {
    const held = `/proc/self/fd/${this.#fd}`;
    return this.#fd !== undefined && existsSync(held) ? held : this.path;
  }

  /** Looks for it beside where it was, under a longer name: logs are rotated so. Throws as `siblingsOf` does. */
  find(): boolean {
    const moved = siblingsOf(this.home).find((path) => {
      const stat = statOf(path);
      return stat !== undefined && keyOf(stat) === this.key;
    });
    if (moved !== undefined) this.path = moved;
    return moved !== undefined;
  }
}
