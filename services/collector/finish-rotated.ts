import type { Crew } from './crew.ts';
import { type FollowedFile, keyOf, siblingsOf, statOf } from './followed-file.ts';
import { shipFile } from './ship-file.ts';
import type { Tracked } from './sources.ts';

interface Rotation {
  /** That are followed, by `keyOf`. */
  readonly files: ReadonlyMap<string, FollowedFile>;
  readonly crew: Crew;
}

/** The newest files with a longer name are the ones that a log was last rotated to. */
const LOOKED_AT_BESIDE = 2;

/** Of a file that is met for the first time, or begins anew: what was rotated away from its path while nobody looked is shipped to its end. */
export async function finishRotated(file: FollowedFile, { files, crew }: Rotation): Promise<void> {
  if (file.hasLookedBeside) return;
  file.hasLookedBeside = true;
  const beside = siblingsOf(file.path).filter((path) => !isFollowed(path, files));
  await finishOne(beside.slice(0, LOOKED_AT_BESIDE), 'known', crew);
}

function isFollowed(path: string, files: Rotation['files']): boolean {
  const stat = statOf(path);
  return stat === undefined || files.has(keyOf(stat));
}

/** Ships the first of these files that is the source, to its end. */
export async function finishOne(
  paths: readonly string[],
  only: Tracked | 'known',
  crew: Crew,
): Promise<void> {
  for (const path of paths) {
    try {
      const { outcome } = await shipFile(path, { finished: true, only }, crew);
      if (outcome === 'shipped') return;
    } catch {
      // A copy that is being made or compressed; the next may be whole.
      crew.signal.throwIfAborted();
    }
  }
}
