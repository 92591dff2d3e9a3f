import { type Dirent, readdirSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { expandGlob, isGlob } from './expand-glob.ts';

/** A log file to read. */
export interface FoundFile {
  /** As the operator gave it, or below a folder that was given; `-` for standard input. */
  readonly path: string;
  /** Bytes on disk; undefined for standard input and pipes. */
  readonly size: number | undefined;
}

/** Why a path that was given leads to no file: `message` says it with what to do. */
export interface FindProblem {
  readonly code: 'missing' | 'unreadable' | 'no-match' | 'no-logs';
  readonly path: string;
  readonly message: string;
}

export interface Found {
  /** In the order of the paths given, below a folder by name; each file once, however many links lead to it. */
  readonly files: readonly FoundFile[];
  readonly problems: readonly FindProblem[];
}

/** What has been found so far. */
interface Search {
  readonly files: FoundFile[];
  readonly problems: FindProblem[];
  /** Real paths of the files and folders that have been found. */
  readonly seen: Set<string>;
}

/**
 * The log files that `paths` (files, folders, glob patterns, `-`) and the list in the file `filesFrom` (a path a line) name. In a folder and the
 * folders in it, all regular files but hidden ones are logs: what they are is found by their content. Synchronous: 100,000 files
 * take under a second so, and several with a promise for each.
 */
export function findFiles(paths: readonly string[], { filesFrom }: { filesFrom?: string } = {}): Found {
  const search: Search = { files: [], problems: [], seen: new Set() };
  for (const path of paths) findGiven(path, search);
  if (filesFrom !== undefined) for (const path of readList(filesFrom, search)) findPath(path, search);
  return search;
}

function findGiven(path: string, search: Search): void {
  if (path === '-') {
    if (!search.seen.has('-')) search.files.push({ path, size: undefined });
    search.seen.add('-');
  } else if (isGlob(path) && statOf(path) === undefined) {
    const matches = expandGlob(path);
    if (matches.length === 0) {
      const message = `${path} matches no file. Check the pattern, and quote it only where the shell should not expand it.`;
      search.problems.push({ code: 'no-match', path, message });
    }
    for (const match of matches) findPath(match, search);
  } else findPath(path, search);
}

function findPath(path: string, search: Search): void {
  const stat = statOf(path);
  const realPath = stat && realPathOf(path);
  if (stat === undefined || realPath === undefined) {
    const message = `${path} does not exist or may not be seen. Check the path and the permissions of its folders.`;
    search.problems.push({ code: 'missing', path, message });
  } else if (!stat.isDirectory()) addFile(path, stat, { search, realPath });
  else if (findInFolder(path, realPath, search) === 0) {
    const message = `${path} has no log files: it is empty, or has only hidden files. Name another folder.`;
    search.problems.push({ code: 'no-logs', path, message });
  }
}

/** Adds the files below a folder and says how many there are, those found before too. */
function findInFolder(folder: string, realFolder: string, search: Search): number {
  if (search.seen.has(realFolder)) return 1;
  search.seen.add(realFolder);
  let count = 0;
  for (const entry of entriesOf(folder, search)) {
    const path = join(folder, entry.name);
    const stat = statOf(path);
    const realPath = entry.isSymbolicLink() ? realPathOf(path) : join(realFolder, entry.name);
    if (stat === undefined || realPath === undefined) continue;
    if (stat.isDirectory()) count += findInFolder(path, realPath, search);
    else if (stat.isFile()) {
      addFile(path, stat, { search, realPath });
      count++;
    }
  }
  return count;
}

/** What is in a folder and not hidden, by name. */
function entriesOf(folder: string, search: Search): Dirent[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => !name.startsWith('.'));
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const message = `${folder} cannot be listed (${code}). Check its permissions.`;
    search.problems.push({ code: 'unreadable', path: folder, message });
    return [];
  }
}

function addFile(
  path: string,
  stat: Stats,
  { search, realPath }: { search: Search; realPath: string },
): void {
  if (search.seen.has(realPath)) return;
  search.seen.add(realPath);
  search.files.push({ path, size: stat.isFile() ? stat.size : undefined });
}

/** The lines of a list; `-` reads it from standard input. */
function readList(path: string, search: Search): string[] {
  const STDIN = 0;
  try {
    const lines = readFileSync(path === '-' ? STDIN : path, 'utf8').split(/\r?\n/);
    return lines.filter((line) => line !== '');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const message = `The list ${path} cannot be read (${code}). Check the path.`;
    search.problems.push({ code: code === 'ENOENT' ? 'missing' : 'unreadable', path, message });
    return [];
  }
}

/** Undefined where there is nothing, or a link to nothing. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Undefined where there is nothing any more: a log may be renamed after it was seen. */
function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
