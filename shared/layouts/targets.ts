import type { Target } from './layout.ts';
import { decodeSegment } from './segments.ts';

/** What a layout reads from a file's name and folders; `project` is canonical already. */
export interface NamedFile {
  readonly project: string;
  readonly version: string;
  readonly fileType: string;
  /** Where the path's last segment is not what the file is called. */
  readonly file?: string;
  /** The file is the layout's own kind of metadata (`.pom`, `.mod`). */
  readonly sidecar?: boolean;
}

/** Longest project or version; npm's own limit is 214 with scope, the others' are below 200. */
const maxNameLength = 200;

/** File systems and PyPI stop at 255 bytes, so this is generous; it also bounds the work a path can cause. */
const maxFileLength = 500;

/** Signatures, checksums and metadata published beside an artifact, under its name and one ending more. */
const sidecarEnding =
  /\.(?:metadata|asc|sig|sign|minisig|md5|sha1|sha224|sha256|sha384|sha512|sha256sum|sha512sum|provenance|attestation|sigstore|sigstore\.json)$/i;

/** `kind: 'other'`. */
export const other: Target = { kind: 'other' };

/** `kind: 'malformed'`. */
export const malformed: Target = { kind: 'malformed' };

/**
 * The target of a path whose folders are an artifact's. `segment` is its last segment, still encoded; `read` finds
 * project, version and type in the decoded file name, undefined where it is not an artifact's. A sidecar's ending
 * (also two: `.asc.md5`) is cut before `read` sees the name.
 */
export function fileTarget(segment: string, read: (file: string) => NamedFile | undefined): Target {
  const file = segment.length > maxFileLength * 3 ? undefined : decodeSegment(segment);
  if (file === undefined || file.length > maxFileLength) return malformed;
  if (file.includes('/')) return other;
  const beside = file.replace(sidecarEnding, '').replace(sidecarEnding, '');
  const named = read(beside);
  if (named === undefined || named.project === '') return other;
  const { project, version, fileType } = named;
  if (project.length > maxNameLength || version.length > maxNameLength) return malformed;
  if (beside !== file) return { kind: 'sidecar', project, version, fileType, file };
  return {
    kind: named.sidecar ? 'sidecar' : 'artifact',
    project,
    version,
    fileType,
    file: named.file ?? file,
  };
}

/** The target of a request for a project's files; `project` is canonical, `other` where it is empty. */
export function indexTarget(project: string): Target {
  if (project === '') return other;
  return project.length > maxNameLength ? malformed : { kind: 'index', project };
}
