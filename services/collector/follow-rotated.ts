import { basename } from 'node:path';
import { openSource } from '../../shared/source/open-source.ts';
import { isRotatedFrom } from '../../shared/source/rotated-names.ts';
import { isTooManyOpen, SourceError } from '../../shared/source/source.ts';
import type { Crew } from './crew.ts';
import { FollowedFile } from './followed-file.ts';
import type { ShipOptions } from './ship-options.ts';
import { siblingsOf } from './siblings.ts';
import { sourceOf } from './sources.ts';
import { keyOf, statOf } from './stat-of.ts';

interface Around {
  /** That are followed, by `keyOf`. */
  readonly files: Map<string, FollowedFile>;
  readonly crew: Crew;
  readonly options: Pick<ShipOptions, 'onNotice'>;
}

/** The newest so many; who keeps a log of every hour has hundreds. */
const LOOKED_AT_BESIDE = 1000;

/**
 * Of a file that is met for the first time, or begins anew: follows what was rotated away from its path while nobody looked, and has the file come
 * after it. That is the newest sibling that is known, of which the end may not have been read, and those that are newer and not known: they were
 * written since. Where none is known, nobody knows where to begin, so none is followed. Where too many files are open to tell, throws and has not looked.
 */
export async function followRotated(file: FollowedFile, around: Around): Promise<void> {
  const { latest: known, missed } = await lookBeside(file, around);
  file.hasLookedBeside = true;
  let latest = known;
  for (const [key, path] of missed) {
    around.options.onNotice(`${path} was written and rotated away while nobody looked. It is shipped whole.`);
    const rotated = rotatedFile(path, key, file);
    rotated.after = latest;
    around.files.set(key, rotated);
    latest = rotated;
  }
  file.after = latest;
}

interface Siblings {
  /** The newest that is known; undefined where none is. */
  readonly latest: FollowedFile | undefined;
  /** That are newer, by `keyOf`, the oldest first. */
  readonly missed: readonly (readonly [key: string, path: string])[];
}

async function lookBeside(file: FollowedFile, { files, crew }: Around): Promise<Siblings> {
  // By key, since the paths may change while it is looked.
  const missed = new Map<string, string>();
  let other: FollowedFile | undefined;
  for (const path of siblingsOf(file.home).slice(0, LOOKED_AT_BESIDE)) {
    crew.signal.throwIfAborted();
    const stat = statOf(path);
    if (stat === undefined) continue;
    const key = keyOf(stat);
    const followed = files.get(key);
    const isRotated = isRotatedFrom(basename(path), basename(file.home));
    if (followed === file) {
      // It was itself moved: what is newer came later.
      missed.clear();
      continue;
    }
    if (followed !== undefined && (!wasMoved(followed) || comesAfter(followed, file))) continue;
    if (followed === undefined && !(await isKnown(path, crew))) {
      if (isRotated) missed.set(key, path);
      continue;
    }
    const known = followed ?? rotatedFile(path, key, file);
    files.set(key, known);
    if (isRotated) return { latest: known, missed: [...missed].reverse() };
    // It may be another log, which tells nothing of this one; or it is where this one is always moved to.
    other ??= known;
  }
  return { latest: other, missed: [] };
}

/** What is in place where it was found is followed in its own right. */
function wasMoved(followed: FollowedFile): boolean {
  return followed.movedAt !== undefined || !followed.isInPlace();
}

/** Two that waited for each other would wait for ever. */
function comesAfter(other: FollowedFile, file: FollowedFile): boolean {
  for (let at = other.after; at !== undefined; at = at.after) if (at === file) return true;
  return false;
}

/** Whether something was shipped of it, or is about to be. What cannot be read yet is not known; reading it tells why. */
async function isKnown(path: string, { sources, pool }: Crew): Promise<boolean> {
  try {
    await using opened = await openSource(path, pool);
    const source = sourceOf(opened.head, opened.headIsAll);
    const tracked = source && sources.find(opened.head, source.identity.firstLine, new Set());
    return tracked !== undefined && (tracked.sent.position > 0 || tracked.reader !== undefined);
  } catch (error) {
    if (error instanceof SourceError && !isTooManyOpen(error)) return false;
    throw error;
  }
}

/** It is held at once, since it may be moved on or compressed before it is read. */
function rotatedFile(path: string, key: string, { home }: FollowedFile): FollowedFile {
  const now = performance.now();
  const rotated = new FollowedFile(home, key, now);
  rotated.path = path;
  rotated.movedAt = now;
  rotated.hasLookedBeside = true;
  rotated.tryToHold();
  return rotated;
}
