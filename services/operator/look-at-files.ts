import { statSync } from 'node:fs';
import { type FindProblem, findFiles } from '../../shared/source/find-files.ts';

/** What the files below some paths are like at a moment. */
export interface Look {
  /** State of each file by its path: changes with its size, its bytes, its rights, or another file in its place. */
  readonly files: ReadonlyMap<string, string>;
  /** Paths that lead to no file now. */
  readonly problems: readonly FindProblem[];
}

/** Looks at the files that `paths` name, as `findFiles` finds them; opens none. A file that goes while it is looked at is left out. */
export function lookAtFiles(paths: readonly string[]): Look {
  const { files, problems } = findFiles(paths);
  const states = files.flatMap(({ path }): [string, string][] => {
    const state = stateOf(path);
    return state === undefined ? [] : [[path, state]];
  });
  return { files: new Map(states), problems };
}

/** Whether there is a file, or a state of one, that was not there before. One that has gone is nothing new. */
export function hasNews(look: Look, before: Look | undefined): boolean {
  for (const [path, state] of look.files) if (before?.files.get(path) !== state) return true;
  return false;
}

/** The change time moves with every write, and with renaming and rights, which a modification time can hide. */
function stateOf(path: string): string | undefined {
  try {
    const { dev, ino, size, ctimeMs } = statSync(path);
    return `${dev}:${ino}:${size}:${ctimeMs}`;
  } catch {
    return undefined;
  }
}
