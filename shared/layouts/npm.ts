import type { Layout, Target } from './layout.ts';
import { decodeSegment, splitPath } from './segments.ts';
import { semver } from './semver.ts';
import { fileTarget, indexTarget, malformed, type NamedFile, other } from './targets.ts';

/** https://docs.npmjs.com/cli/configuring-npm/package-json#name, with the capitals old names have. */
const packageName = /^(?:@[A-Za-z0-9~_.-]+\/)?[A-Za-z0-9~_-][A-Za-z0-9~_.!'()*-]*$/;

/** Never names of packages (npm forbids the first two), always asked for. */
const notPackages = new Set(['node_modules', 'favicon.ico', 'robots.txt']);

/** npm and registries like it. Names keep their case; `@scope%2Fname` and `@scope/name` are one. */
export const npm: Layout = {
  name: 'npm',
  description: 'npm and registries like it: /name/-/name-V.tgz, /@scope/name/-/name-V.tgz',
  sample: '/@types/node/-/node-20.11.5.tgz',
  fileTypes: ['tgz'],
  normaliseProject: (name) => name,
  match(path) {
    const at = path.lastIndexOf('/-/');
    if (at < 0) return packument(path);
    const tail = path.slice(at + '/-/'.length).split('/');
    // Some registries repeat the scope: /@scope/name/-/@scope/name-1.0.0.tgz
    if (tail.length > 2 || (tail.length === 2 && !/^(?:@|%40)/.test(tail[0]))) return other;
    const name = packageOf(splitPath(path.slice(0, at)));
    if (name === undefined) return malformed;
    if (!packageName.test(name)) return other;
    return fileTarget(tail.at(-1) ?? '', (file) => tarball(name, file));
  },
};

/** Name of the package at the end of the folders, undefined where it cannot be decoded. */
function packageOf(segments: readonly string[]): string | undefined {
  const last = decodeSegment(segments.at(-1) ?? '');
  const scope = decodeSegment(segments.at(-2) ?? '');
  if (last === undefined || scope === undefined) return undefined;
  return scope.startsWith('@') && !scope.includes('/') ? `${scope}/${last}` : last;
}

/** `node-20.11.5.tgz` of `@types/node`; a renamed package's files keep the name they were published under. */
function tarball(name: string, file: string): NamedFile | undefined {
  if (!file.endsWith('.tgz')) return undefined;
  const stem = file.slice(0, -'.tgz'.length);
  const base = name.slice(name.indexOf('/') + 1);
  const at = stem.startsWith(`${base}-`) ? base.length : stem.search(/-\d+\.\d+\.\d/);
  const version = stem.slice(at + 1);
  return at > 0 && semver.test(version) ? { project: name, version, fileType: 'tgz' } : undefined;
}

/** `/name` and `/@scope/name`: what a client reads first, the list of versions. */
function packument(path: string): Target {
  const segments = splitPath(path);
  const name = packageOf(segments);
  const whole = segments.length === (/^(?:@|%40)/.test(segments.at(-2) ?? '') ? 2 : 1);
  return whole && name !== undefined && packageName.test(name) && !notPackages.has(name)
    ? indexTarget(name)
    : other;
}
