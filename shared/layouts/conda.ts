import type { Layout } from './layout.ts';
import { splitPath } from './segments.ts';
import { fileTarget, type NamedFile, other } from './targets.ts';

/** https://docs.conda.io/projects/conda/en/stable/dev-guide/specs/: `subdir`, a closed set in practice. */
const subdir = /^(?:noarch|(?:linux|osx|win|freebsd|emscripten|wasi|zos)-[a-z0-9]+)$/;

/** Neither version nor build may have a dash, so the name is what is left. */
const nameVersionBuild =
  /^([A-Za-z0-9_][A-Za-z0-9_.-]*)-([A-Za-z0-9_.!+]+)-[A-Za-z0-9_.+]+\.(conda|tar\.bz2)$/;

/** Conda channels: anaconda.org, conda.anaconda.org, their mirrors. Names are lower case. */
export const conda: Layout = {
  name: 'conda',
  description: 'Conda channels: /channel/subdir/P-V-B.conda and .tar.bz2',
  sample: '/conda-forge/linux-64/numpy-1.26.4-py312heda63a1_0.conda',
  fileTypes: ['conda', 'tar.bz2'],
  normaliseProject: (name) => name.toLowerCase(),
  match(path) {
    const [folder, file] = splitPath(path).slice(-2);
    return file !== undefined && subdir.test(folder) ? fileTarget(file, read) : other;
  },
};

function read(file: string): NamedFile | undefined {
  const found = nameVersionBuild.exec(file);
  return found === null
    ? undefined
    : { project: conda.normaliseProject(found[1]), version: found[2], fileType: found[3] };
}
