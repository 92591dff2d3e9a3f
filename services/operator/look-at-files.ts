import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type FindProblem, findFiles } from '../../shared/source/find-files.ts';
import { isRotatedFrom } from '../../shared/source/rotated-names.ts';

/** What the files below some paths are like at a moment. */
export interface Look {
  /** State of each file by its path: changes with its size, its bytes, its rights, or another file in its place. */
  readonly files: ReadonlyMap<string, string>;
  /** Those of them that no path names: they stand beside one that is named, or was, under a name that rotation makes of its name. */
  readonly rotated: readonly string[];
  /** What the paths name, and have named where something rotated from it is there, or may be: a log that is rotated away may have no follower for a while. */
  readonly named: ReadonlySet<string>;
  /** Paths that lead to no file now, and folders where nobody can tell what was rotated. */
  readonly problems: readonly FindProblem[];
}

/**
 * Looks at the files that `paths` name, as `findFiles` finds them, and at what was rotated away from them, since it has what came after the look
 * `before`; opens none. A file that goes while it is looked at is left out.
 */
export function lookAtFiles(paths: readonly string[], before?: Look): Look {
  const found = findFiles(paths);
  const files = statesOf(found.files.map(({ path }) => path));
  const problems = [...found.problems];
  const { rotated, unlisted } = rotatedFrom(new Set([...(before?.named ?? []), ...files.keys()]), problems);
  const beside = statesOf([...rotated.keys()].filter((path) => !files.has(path)));
  const named = new Set([...files.keys(), ...rotated.values(), ...unlisted]);
  return { files: new Map([...files, ...beside]), rotated: [...beside.keys()], named, problems };
}

/** Whether there is a file, or a state of one, that was not there before. One that has gone is nothing new. */
export function hasNews(look: Look, before: Look | undefined): boolean {
  for (const [path, state] of look.files) if (before?.files.get(path) !== state) return true;
  return false;
}

/** What is there under a name that rotation makes, and the name it is made of; names in folders of which that cannot be told. Lists each folder once. */
function rotatedFrom(
  named: ReadonlySet<string>,
  problems: FindProblem[],
): { readonly rotated: ReadonlyMap<string, string>; readonly unlisted: readonly string[] } {
  const folders = new Map<string, Set<string>>();
  for (const path of named) {
    const folder = dirname(path);
    const bases = folders.get(folder);
    if (bases === undefined) folders.set(folder, new Set([basename(path)]));
    else bases.add(basename(path));
  }
  const rotated = new Map<string, string>();
  const unlisted: string[] = [];
  for (const [folder, bases] of folders) {
    const names = namesIn(folder, problems);
    if (names === undefined) unlisted.push(...[...bases].map((base) => join(folder, base)));
    for (const name of names ?? []) {
      const base = baseOf(name, bases);
      if (base !== undefined) rotated.set(join(folder, name), join(folder, base));
    }
  }
  return { rotated, unlisted };
}

/** Asks for what stands before each sign that rotation may begin with, not for each of the names, of which there may be 100,000. */
function baseOf(name: string, bases: ReadonlySet<string>): string | undefined {
  const begins = [...name.matchAll(/[._-]/g)].map(({ index }) => name.slice(0, index));
  return begins.find((base) => bases.has(base) && isRotatedFrom(name, base));
}

/** Undefined where it cannot be listed; a folder that is gone has none. */
function namesIn(folder: string, problems: FindProblem[]): string[] | undefined {
  try {
    return readdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const message = `${folder} cannot be listed (${code}), so what is rotated in it is not found. Check its permissions.`;
    if (code === 'ENOENT') return [];
    problems.push({ code: 'unreadable', path: folder, message });
    return undefined;
  }
}

function statesOf(paths: readonly string[]): Map<string, string> {
  const states = paths.flatMap((path): [string, string][] => {
    const state = stateOf(path);
    return state === undefined ? [] : [[path, state]];
  });
  return new Map(states);
}

/** The change time moves with every write, and with renaming and rights, which a modification time can hide. Undefined where there is no regular file. */
function stateOf(path: string): string | undefined {
  try {
    const stat = statSync(path);
    const { dev, ino, size, ctimeMs } = stat;
    return stat.isFile() ? `${dev}:${ino}:${size}:${ctimeMs}` : undefined;
  } catch {
    return undefined;
  }
}
