import type { Layout, Target } from './layout.ts';
import { decodeSegment, splitPath } from './segments.ts';
import { semver } from './semver.ts';
import { fileTarget, indexTarget, malformed, type NamedFile, other } from './targets.ts';

const hexName = /^[A-Za-z0-9_]+$/;
const repositoryName = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

/**
 * hex.pm, whose packages are `name`; those of an organisation's own repository are `repository/name`, since both may
 * have a package of that name. `hexpm` is the public repository's.
 */
export const hex: Layout = {
  name: 'hex',
  description: 'hex.pm and repositories like it: /tarballs/P-V.tar, /repos/R/tarballs/P-V.tar',
  sample: '/tarballs/phoenix-1.7.10.tar',
  fileTypes: ['tar'],
  normaliseProject,
  match(path) {
    const segments = splitPath(path);
    const [folder, last = ''] = segments.slice(-2);
    if (folder !== 'tarballs' && folder !== 'packages') return other;
    const repository = segments.at(-4) === 'repos' ? decodeSegment(segments.at(-3) ?? '') : 'hexpm';
    if (repository === undefined) return malformed;
    if (!repositoryName.test(repository)) return other;
    return folder === 'tarballs'
      ? fileTarget(last, (file) => tarball(repository, file))
      : versions(repository, last);
  },
};

function normaliseProject(name: string): string {
  return name.replace(/^(?:hexpm\/)+(?=.)/s, '');
}

function tarball(repository: string, file: string): NamedFile | undefined {
  const dash = file.indexOf('-');
  const name = file.slice(0, dash);
  const version = file.slice(dash + 1, -'.tar'.length);
  if (!file.endsWith('.tar') || !hexName.test(name) || !semver.test(version)) return undefined;
  return { project: normaliseProject(`${repository}/${name}`), version, fileType: 'tar' };
}

/** `/packages/phoenix`: the versions of one package (https://github.com/hexpm/specifications, registry v2). */
function versions(repository: string, segment: string): Target {
  const name = decodeSegment(segment);
  if (name === undefined) return malformed;
  return hexName.test(name) ? indexTarget(normaliseProject(`${repository}/${name}`)) : other;
}
