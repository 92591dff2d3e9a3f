import type { Layout } from './layout.ts';
import { segmentsAfter } from './segments.ts';
import { fileTarget, type NamedFile, other } from './targets.ts';

interface Build {
  readonly fileType: string;
  readonly ending: string;
  /** The last segment, where the folders are those of such a build. */
  find(path: string): string | undefined;
}

const builds: readonly Build[] = [
  // Old versions lie in folders below: Archive/P/, 4.3.0/Recommended/
  { fileType: 'source', ending: '.tar.gz', find: (path) => segmentsAfter(path, 'src/contrib')?.at(-1) },
  { fileType: 'windows', ending: '.zip', find: (path) => segmentsAfter(path, 'bin/windows/contrib')?.[1] },
  {
    fileType: 'macos',
    ending: '.tgz',
    // Builds lie a folder deeper since R 3: bin/macosx/big-sur-arm64/contrib/4.3/
    find: (path) => (path.includes('/bin/macosx/') ? segmentsAfter(path, 'contrib')?.[1] : undefined),
  },
];

/** https://cran.r-project.org/doc/manuals/r-release/R-exts.html#The-DESCRIPTION-file */
const nameAndVersion = /^([A-Za-z][A-Za-z0-9.]*)_(\d+(?:[.-]\d+)*)$/;

/** CRAN, Bioconductor and their mirrors. Names keep their case. */
export const cran: Layout = {
  name: 'cran',
  description:
    'CRAN and its mirrors: /src/contrib/P_V.tar.gz, /bin/windows/contrib/R/P_V.zip, /bin/macosx/…/P_V.tgz',
  sample: '/src/contrib/ggplot2_3.4.4.tar.gz',
  fileTypes: builds.map((build) => build.fileType),
  normaliseProject: (name) => name,
  match(path) {
    for (const build of builds) {
      const segment = build.find(path);
      if (segment !== undefined) return fileTarget(segment, (file) => read(file, build));
    }
    return other;
  },
};

function read(file: string, build: Build): NamedFile | undefined {
  if (!file.endsWith(build.ending)) return undefined;
  const found = nameAndVersion.exec(file.slice(0, -build.ending.length));
  return found === null ? undefined : { project: found[1], version: found[2], fileType: build.fileType };
}
