import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isTooManyOpen } from '../../shared/source/source.ts';
import { statOf } from './stat-of.ts';

/** What was in a folder that was at rest. */
interface Listing {
  /** Another one as soon as anything is added to the folder, or renamed or deleted in it. */
  readonly version: string;
  /** Sorted. */
  readonly names: readonly string[];
}

/** Of one folder only, since files are gone through folder by folder: so that each of 100,000 does not list all the others. */
let last: Listing | undefined;

/** Two changes within it may leave the same time. */
const CLOCK_STEP_MS = 100;

/** The same where times are kept in whole seconds, or in two. */
const COARSE_CLOCK_STEP_MS = 2000;

/** Files of the same folder whose name begins with this one's, the newest first. Throws where too many files are open to tell. */
export function siblingsOf(path: string): string[] {
  const [folder, name] = [dirname(path), basename(path)];
  const dated = longerNames(namesIn(folder), name)
    .map((each) => join(folder, each))
    .map((each) => ({ each, at: statOf(each)?.mtimeMs ?? 0 }));
  return dated.sort((a, b) => b.at - a.at).map(({ each }) => each);
}

function namesIn(folder: string): readonly string[] {
  try {
    const { dev, ino, ctimeMs } = statSync(folder);
    const version = `${folder} ${dev}:${ino} ${ctimeMs}`;
    if (last?.version === version) return last.names;
    const restedMs = Date.now() - ctimeMs;
    const names = readdirSync(folder).sort();
    const stepMs = ctimeMs % 1000 === 0 ? COARSE_CLOCK_STEP_MS : CLOCK_STEP_MS;
    last = restedMs > stepMs ? { version, names } : undefined;
    return names;
  } catch (error) {
    if (isTooManyOpen(error)) throw error;
    return [];
  }
}

/** Those that begin with `name` and are longer: in order they come right behind it. */
function longerNames(names: readonly string[], name: string): readonly string[] {
  let [from, to] = [0, names.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (names[middle]! > name) to = middle;
    else from = middle + 1;
  }
  while (names[to]?.startsWith(name)) to++;
  return names.slice(from, to);
}
