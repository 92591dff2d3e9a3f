import type { Layout } from './layout.ts';
import { segmentsAfter } from './segments.ts';
import { fileTarget, type NamedFile, other } from './targets.ts';

/** https://www.debian.org/doc/debian-policy/ch-controlfields.html#source, capitals for third parties' repositories. */
const binary = /^([A-Za-z0-9][A-Za-z0-9+.-]*)_([A-Za-z0-9.+:~-]+)_[a-z0-9-]+\.(deb|udeb|ddeb)$/;
const source =
  /^([A-Za-z0-9][A-Za-z0-9+.-]*)_([A-Za-z0-9.+:~-]+?)(?:\.(?:orig|debian)(?:-[A-Za-z0-9-]+)?)?\.(dsc|diff\.gz|tar\.(?:gz|bz2|xz|lzma|zst))$/;

/** Debian, Ubuntu and every apt repository with a pool. The project is the binary package, or the source's name. */
export const debian: Layout = {
  name: 'debian',
  description: 'apt repositories: /pool/…/p_v_arch.deb',
  sample: '/debian/pool/main/c/curl/curl_8.5.0-2_amd64.deb',
  fileTypes: ['deb', 'udeb', 'ddeb', 'source'],
  normaliseProject: (name) => name,
  match(path) {
    const file = segmentsAfter(path, 'pool')?.at(-1);
    return file === undefined ? other : fileTarget(file, read);
  },
};

function read(file: string): NamedFile | undefined {
  const built = binary.exec(file);
  if (built !== null) return { project: built[1], version: built[2], fileType: built[3] };
  const [, project, version, ending] = source.exec(file) ?? [];
  // The description is what points to the sources: one of it goes with every one of them.
  return project ? { project, version, fileType: 'source', sidecar: ending === 'dsc' } : undefined;
}
