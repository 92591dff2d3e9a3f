import { type Dirent, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Whether a path has anything that `expandGlob` does not take as it stands. */
export function isGlob(path: string): boolean {
  return /[*?[{]/.test(path);
}

/**
 * The paths that a pattern matches, by name: `*`, `?`, `[a-z]`, `[!a-z]` and `{a,b}` as in a shell, `**` any folders. Hidden names only where the pattern
 * begins with a dot too. For patterns that no shell has expanded, as in the configuration; Node 20 has no `fs.glob`.
 */
export function expandGlob(pattern: string): string[] {
  const found = expandBraces(pattern).flatMap((single) => {
    const isAbsolute = single.startsWith('/');
    return matches(isAbsolute ? '/' : '', single.split('/').filter(Boolean));
  });
  return [...new Set(found)].sort();
}

/** `a{b,c}d` → `abd`, `acd`; the first pair of braces and then the rest. */
function expandBraces(pattern: string): string[] {
  const braces = /^(.*?)\{([^{}]*,[^{}]*)\}(.*)$/.exec(pattern);
  if (braces === null) return [pattern];
  const [, before, choices, rest] = braces;
  return choices.split(',').flatMap((choice) => expandBraces(before + choice + rest));
}

function matches(folder: string, segments: readonly string[]): string[] {
  const [segment, ...rest] = segments;
  if (segment === undefined) return [folder];
  if (segment === '**') {
    const below = foldersIn(folder).flatMap((name) => matches(join(folder, name), segments));
    return [...(rest.length === 0 ? allIn(folder) : matches(folder, rest)), ...below];
  }
  if (!isGlob(segment)) {
    const path = join(folder, segment);
    return existsSync(path) ? matches(path, rest) : [];
  }
  const name = nameMatcher(segment);
  return entriesOf(folder)
    .filter((entry) => name.test(entry.name))
    .flatMap((entry) => matches(join(folder, entry.name), rest));
}

function nameMatcher(segment: string): RegExp {
  const source = segment.replaceAll(/\[([!^]?)([^\]]+)\]|[*?]|[\\^$.|+()[\]{}]/g, (token, not, set) => {
    if (token === '*') return '.*';
    if (token === '?') return '.';
    if (set === undefined) return `\\${token}`;
    return `[${not === '' ? '' : '^'}${set.replaceAll(/[\\\]^[]/g, '\\$&')}]`;
  });
  return new RegExp(`^${segment.startsWith('.') ? '' : '(?!\\.)'}${source}$`, 'su');
}

/** Without links to folders, which may lead in a circle. */
function foldersIn(folder: string): string[] {
  const folders = entriesOf(folder).filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  return folders.map(({ name }) => name);
}

function allIn(folder: string): string[] {
  const visible = entriesOf(folder).filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'));
  return visible.map(({ name }) => join(folder, name));
}

/** Nothing where it is no folder or may not be listed: then the pattern does not match there. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder === '' ? '.' : folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
