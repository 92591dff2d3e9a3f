import type { Layout, Target } from './layout.ts';
import { decodeSegment, splitPath } from './segments.ts';
import { fileTarget, indexTarget, malformed, type NamedFile, other } from './targets.ts';

/** Folders repository managers put before the group; any other prefix is the registry's `prefix`. */
const repositoryRoot =
  /^\/(?:nexus\/)?(?:content\/(?:groups|repositories)\/[^/]+|(?:repository|repositories|artifactory)\/[^/]+|maven2|maven|m2)\//;

const coordinate = /^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/;
const ending = /^(.*)\.(jar|war|ear|aar|zip|tar\.gz|klib|exe|pom|module)$/;
const timestamp = /^\d{8}\.\d{6}-\d+/;

/** Maven Central and repositories like it. A project is `group:artifact`; names keep their case. */
export const maven: Layout = {
  name: 'maven',
  description: 'Maven repositories: /group/artifact/V/artifact-V.jar',
  sample: '/maven2/org/apache/commons/commons-lang3/3.14.0/commons-lang3-3.14.0.jar',
  fileTypes: [
    'jar',
    'sources',
    'javadoc',
    'war',
    'ear',
    'aar',
    'zip',
    'tar.gz',
    'klib',
    'exe',
    'pom',
    'module',
  ],
  normaliseProject: (name) => name,
  match(path) {
    const segments = splitPath(path.replace(repositoryRoot, '/'));
    const last = segments.pop() ?? '';
    const folders = segments.map(decodeSegment);
    if (/^maven-metadata\.xml(?:\.|$)/.test(last)) return metadata(folders);
    const artifactAsWritten = segments.at(-2);
    if (folders.length < 3 || !last.startsWith(`${artifactAsWritten}-`)) return other;
    if (folders.includes(undefined)) return malformed;
    const version = folders.pop() ?? '';
    const project = projectOf(folders);
    const artifact = folders.at(-1) ?? '';
    return project === undefined
      ? other
      : fileTarget(last, (file) => read(file, { project, artifact, version }));
  },
};

/** `org apache commons commons-lang3` → `org.apache.commons:commons-lang3`. */
function projectOf(folders: readonly (string | undefined)[]): string | undefined {
  if (folders.length < 2 || !folders.every((folder) => folder !== undefined && coordinate.test(folder)))
    return undefined;
  return `${folders.slice(0, -1).join('.')}:${folders.at(-1)}`;
}

interface Coordinates {
  readonly project: string;
  readonly artifact: string;
  readonly version: string;
}

/** `artifact-V[-classifier].ending`; a snapshot's file has a time in place of `SNAPSHOT`. */
function read(file: string, { project, artifact, version }: Coordinates): NamedFile | undefined {
  const [, stem, type] = ending.exec(file) ?? [];
  if (!stem?.startsWith(`${artifact}-`) || !/^[A-Za-z0-9_.+-]+$/.test(version)) return undefined;
  const rest = afterVersion(stem.slice(artifact.length + 1), version);
  if (rest === undefined || !(rest === '' || rest.startsWith('-'))) return undefined;
  if (type === 'pom' || type === 'module') return { project, version, fileType: type, sidecar: true };
  const text = rest === '-sources' || rest === '-javadoc';
  return { project, version, fileType: text ? rest.slice(1) : type };
}

function afterVersion(text: string, version: string): string | undefined {
  if (text.startsWith(version)) return text.slice(version.length);
  const base = version.endsWith('-SNAPSHOT') ? version.slice(0, -'SNAPSHOT'.length) : undefined;
  if (base === undefined || !text.startsWith(base)) return undefined;
  const stamped = text.slice(base.length);
  return timestamp.test(stamped) ? stamped.replace(timestamp, '') : undefined;
}

/** The list of an artifact's versions, or of a snapshot's builds. */
function metadata(folders: readonly (string | undefined)[]): Target {
  if (folders.includes(undefined)) return malformed;
  const project = projectOf(folders.at(-1)?.endsWith('-SNAPSHOT') ? folders.slice(0, -1) : folders);
  return project === undefined ? other : indexTarget(project);
}
