import { readFileVersion } from './file-version.ts';
import type { Layout, Target } from './layout.ts';
import { decodeSegment, splitPath } from './segments.ts';
import { fileTarget, indexTarget, malformed, other } from './targets.ts';

const fileTypes = [
  'tar.gz',
  'tar.bz2',
  'tar.xz',
  'tar.zst',
  'tgz',
  'zip',
  '7z',
  'jar',
  'war',
  'whl',
  'gem',
  'deb',
  'rpm',
  'apk',
  'exe',
  'msi',
  'dmg',
  'pkg',
  'iso',
  'AppImage',
  'gz',
  'other',
] as const;

/** What a pattern's segments may be called. */
const parts = ['project', 'version', 'file', 'any'] as const;
type Part = (typeof parts)[number];

/** What a server shows for the folder itself. */
const listing = /^index\.html?$/;

/** A project is no hidden folder (`.git`), and no step up. */
const projectName = /^[^./\\][^/\\]*$/;

/**
 * A layout for a host that serves its own downloads. A pattern's segments are literal text or one of `<project>`,
 * `<version>`, `<file>` and `<any>`: `/<any>/<project>/releases/download/<version>/<file>`. It must fit the whole path;
 * `<project>` is needed, `<file>` is its last segment. Without `<version>` the file name tells. A path that ends at the
 * file's folder asks for its index. Names keep their case. Throws an Error that names the fault in the pattern.
 */
export function filesLayout(pattern: string): Layout {
  const segments = readPattern(pattern);
  return {
    name: 'files',
    description: `A host's own downloads by a URL pattern, default ${defaultPattern}`,
    sample: sampleOf(segments),
    fileTypes,
    normaliseProject: (name) => name,
    match: (path) => match(segments, path),
  };
}

const defaultPattern = '/files/<project>/<file>';

type Segment = { readonly literal: string } | { readonly part: Part };

function readPattern(pattern: string): readonly Segment[] {
  if (!pattern.startsWith('/')) throw new Error(`URL pattern must start with "/": ${pattern}`);
  const segments = splitPath(pattern).map(readSegment);
  const named = segments.flatMap((segment) =>
    'part' in segment && segment.part !== 'any' ? [segment.part] : [],
  );
  if (!named.includes('project')) throw new Error(`URL pattern has no <project>: ${pattern}`);
  if (named.indexOf('file') !== named.length - 1 || !pattern.endsWith('/<file>')) {
    throw new Error(`URL pattern must end with /<file>: ${pattern}`);
  }
  if (new Set(named).size !== named.length) throw new Error(`URL pattern names a part twice: ${pattern}`);
  return segments;
}

function readSegment(text: string): Segment {
  const part = parts.find((name) => text === `<${name}>`);
  if (part !== undefined) return { part };
  if (/[<>]/.test(text))
    throw new Error(`URL pattern may have <${parts.join('>, <')}> as whole segments, not ${text}`);
  return { literal: text };
}

function sampleOf(segments: readonly Segment[]): string {
  const examples: Record<Part, string> = {
    project: 'xdotool',
    version: '3.1',
    file: 'xdotool-3.1.tar.gz',
    any: 'x',
  };
  return segments
    .map((segment) => `/${'part' in segment ? examples[segment.part] : segment.literal}`)
    .join('');
}

function match(segments: readonly Segment[], path: string): Target {
  const given = splitPath(path);
  if (given.length !== segments.length) return other;
  if (segments.some((segment, i) => 'literal' in segment && segment.literal !== given[i])) return other;
  const project = partOf('project', segments, given);
  const version = partOf('version', segments, given);
  if (project === undefined || version === undefined) return malformed;
  if (!projectName.test(project)) return other;
  const last = given.at(-1) ?? '';
  if (last === '' || listing.test(last)) return indexTarget(project);
  return fileTarget(last, (file) => ({
    project,
    version: version || readFileVersion(file),
    fileType: typeOf(file),
  }));
}

/** Decoded; empty where the pattern has no such part, undefined where it cannot be decoded. */
function partOf(part: Part, segments: readonly Segment[], given: readonly string[]): string | undefined {
  const at = segments.findIndex((segment) => 'part' in segment && segment.part === part);
  return at < 0 ? '' : decodeSegment(given[at]);
}

function typeOf(file: string): (typeof fileTypes)[number] {
  const lower = file.toLowerCase();
  return fileTypes.find((type) => lower.endsWith(`.${type.toLowerCase()}`)) ?? 'other';
}

/** The `files` layout when no pattern is configured. */
export const files: Layout = filesLayout(defaultPattern);
