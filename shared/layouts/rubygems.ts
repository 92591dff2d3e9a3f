import type { Layout, Target } from './layout.ts';
import { decodeSegment, segmentsAfter } from './segments.ts';
import { fileTarget, indexTarget, malformed, type NamedFile, other } from './targets.ts';

const gemName = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
const nameAndVersion = /^(.+)-(\d[0-9A-Za-z.]*)$/;

/** A platform nobody knows: whatever follows a version. */
const nameVersionAndRest = /^(.+)-(\d[0-9A-Za-z.]*)-[A-Za-z][0-9A-Za-z_.-]*$/;

/**
 * Platforms gems are built for (`Gem::Platform`): an interpreter, or processor, system and the system's version. They
 * are cut first, as `universal-darwin-20` would else be a name whose version is 20.
 */
const platform =
  /-(?:java|jruby|ruby|dalvik\d*|macruby|dotnet[\d.-]*|mswin(?:32|64)?[\d.-]*|mingw(?:32|64)?|(?:x86_64|x86|x64|i\d86|amd64|ia64|arm64|aarch64|arm|armv\w+|universal|powerpc\w*|ppc\w*|s390x?|riscv64|sparc\w*|mips\w*|loongarch64)-(?:linux|darwin|macosx|mswin|mingw|freebsd|openbsd|netbsd|dragonfly|solaris|cygwin|aix|java|dalvik)[\w.]*(?:-[\w.]+)?)$/;

/** rubygems.org and gem servers like it. Names keep their case. */
export const rubygems: Layout = {
  name: 'rubygems',
  description: 'rubygems.org and gem servers like it: /gems/name-V[-platform].gem',
  sample: '/gems/nokogiri-1.16.0-x86_64-linux.gem',
  fileTypes: ['gem'],
  normaliseProject: (name) => name,
  match(path) {
    const gem = lastOf(segmentsAfter(path, 'gems'));
    if (gem?.includes('.gem')) return fileTarget(gem, (file) => readGem(file, '.gem'));
    const specification = lastOf(segmentsAfter(path, 'quick/Marshal.4.8'));
    if (specification !== undefined) return fileTarget(specification, (file) => readGem(file, '.gemspec.rz'));
    return compactIndex(lastOf(segmentsAfter(path, 'info')));
  },
};

function lastOf(segments: readonly string[] | undefined): string | undefined {
  return segments?.length === 1 && segments[0] !== '' ? segments[0] : undefined;
}

/** The longest name whose rest is a version, before or without a platform: `a-b-1.0-java` → `a-b`, `1.0`. */
function readGem(file: string, ending: '.gem' | '.gemspec.rz'): NamedFile | undefined {
  if (!file.endsWith(ending)) return undefined;
  const fullName = file.slice(0, -ending.length);
  const found =
    nameAndVersion.exec(fullName.replace(platform, '')) ??
    nameAndVersion.exec(fullName) ??
    nameVersionAndRest.exec(fullName);
  if (found === null || !gemName.test(found[1])) return undefined;
  return { project: found[1], version: found[2], fileType: 'gem', sidecar: ending !== '.gem' };
}

/** `/info/rails`: the versions of one gem (https://guides.rubygems.org/rubygems-org-compact-index-api/). */
function compactIndex(segment: string | undefined): Target {
  if (segment === undefined) return other;
  const name = decodeSegment(segment);
  if (name === undefined) return malformed;
  return gemName.test(name) ? indexTarget(name) : other;
}
