import type { Layout, Target } from './layout.ts';
import { decodeSegment, segmentsAfter, splitPath } from './segments.ts';
import { semver } from './semver.ts';
import { fileTarget, indexTarget, malformed, type NamedFile, other } from './targets.ts';

const crateName = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

/**
 * Cargo's registry: static.crates.io and any registry with its URL shape. Names fold as crates.io folds them to keep
 * two from differing in case or `-`/`_` only: lower case with underscores (`canon_crate_name` in its schema).
 */
export const crates: Layout = {
  name: 'crates',
  description: 'crates.io and registries like it: /crates/N/N-V.crate, /crates/N/V/download',
  sample: '/crates/zstd-sys/zstd-sys-2.0.8%2Bzstd.1.5.5.crate',
  fileTypes: ['crate'],
  normaliseProject,
  match(path) {
    const rest = segmentsAfter(path, 'crates');
    if (rest === undefined) return sparseIndex(path);
    const [folder, second, third] = rest;
    const ofDownload = rest.length === 3 && third === 'download';
    if (!ofDownload && (rest.length !== 2 || !second.includes('.crate'))) return other;
    const name = decodeSegment(folder);
    if (name === undefined) return malformed;
    if (!crateName.test(name)) return other;
    return fileTarget(second, (text) => (ofDownload ? downloaded(name, text) : stored(name, text)));
  },
};

function normaliseProject(name: string): string {
  return name.toLowerCase().replaceAll('-', '_');
}

/** `serde-1.0.0.crate` in the folder `serde`. */
function stored(name: string, file: string): NamedFile | undefined {
  if (!file.endsWith('.crate') || !file.startsWith(`${name}-`)) return undefined;
  return named(name, file.slice(name.length + 1, -'.crate'.length));
}

/** `serde/1.0.0/download`, which both URLs serve as one file. */
function downloaded(name: string, version: string): NamedFile | undefined {
  const found = named(name, version);
  return found && { ...found, file: `${name}-${version}.crate` };
}

function named(name: string, version: string): NamedFile | undefined {
  if (!semver.test(version)) return undefined;
  return { project: normaliseProject(name), version, fileType: 'crate' };
}

/** `/1/a`, `/2/ab`, `/3/a/abc`, `/se/rd/serde` (https://doc.rust-lang.org/cargo/reference/registry-index.html). */
function sparseIndex(path: string): Target {
  const segments = splitPath(path);
  const name = segments.at(-1) ?? '';
  if (!crateName.test(name)) return other;
  const folders = segments.slice(0, -1).join('/').toLowerCase();
  return `/${folders}`.endsWith(`/${indexFolders(name.toLowerCase())}`)
    ? indexTarget(normaliseProject(name))
    : other;
}

function indexFolders(name: string): string {
  if (name.length < 3) return String(name.length);
  return name.length === 3 ? `3/${name[0]}` : `${name.slice(0, 2)}/${name.slice(2, 4)}`;
}
