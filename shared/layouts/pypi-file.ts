/** PyPI's own names for what a file is (`packagetype` in its API). */
export const pypiFileTypes = [
  'sdist',
  'bdist_wheel',
  'bdist_egg',
  'bdist_wininst',
  'bdist_msi',
  'bdist_rpm',
  'bdist_dmg',
  'bdist_dumb',
] as const;

type PypiFileType = (typeof pypiFileTypes)[number];

interface PypiFile {
  /** As written, not normalised. */
  readonly project: string;
  readonly version: string;
  readonly fileType: PypiFileType;
}

/** https://packaging.python.org/en/latest/specifications/version-specifiers/, appendix B, without its captures. */
const pep440 =
  /^v?(?:\d+!)?\d+(?:\.\d+)*(?:[-_.]?(?:alpha|a|beta|b|preview|pre|c|rc)[-_.]?\d*)?(?:-\d+|[-_.]?(?:post|rev|r)[-_.]?\d*)?(?:[-_.]?dev[-_.]?\d*)?(?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?$/i;

/** Platform of a `bdist_dumb` or installer, after a version only (`foo.linux-1.0` is a name): `.linux-x86_64`, `.win32-py2.7`. */
const platform =
  /\.(?=[a-z])(?<=-v?\d[^-]*)(?:linux|macosx|win32|win-amd64|win-arm|win-ia64|cygwin|mingw|darwin|freebsd|solaris|aix)[\w.-]*$/i;

interface Kind {
  readonly endings: readonly string[];
  readonly fileType: PypiFileType;
  /** What stands between `name-version` and the ending. */
  readonly tail: RegExp;
}

const kinds: readonly Kind[] = [
  {
    endings: ['.tar.gz', '.zip', '.tgz', '.tar.bz2', '.tar.xz', '.tar.Z', '.tbz', '.tar'],
    fileType: 'sdist',
    tail: platform,
  },
  { endings: ['.egg'], fileType: 'bdist_egg', tail: /-py\d(?:\.\d+)?(?:-[\w.-]+)?$/ },
  { endings: ['.exe'], fileType: 'bdist_wininst', tail: platform },
  { endings: ['.msi'], fileType: 'bdist_msi', tail: platform },
  { endings: ['.rpm'], fileType: 'bdist_rpm', tail: /-[^-]*\.[A-Za-z]\w*$/ },
  { endings: ['.dmg'], fileType: 'bdist_dmg', tail: /[-.](?:py\d|macosx)[\w.-]*$/ },
];

/**
 * Project, version and type of a file name (PEP 427, PEP 625 and what came before them). `folder` is the project where
 * the path names it. Undefined where the file is none that PyPI takes, or its name does not tell the project.
 */
export function readPypiFile(file: string, folder?: string): PypiFile | undefined {
  if (file.endsWith('.whl')) return wheel(file.slice(0, -'.whl'.length), folder);
  if (file.endsWith('.deb')) return debianPackage(file, folder);
  for (const kind of kinds) {
    const ending = kind.endings.find((text) => file.endsWith(text));
    if (ending !== undefined) return otherThanWheel(file.slice(0, -ending.length), kind, folder);
  }
  return undefined;
}

/** A binary without an installer lies in the same archives as sources: only its platform tells. */
function otherThanWheel(stem: string, kind: Kind, folder: string | undefined): PypiFile | undefined {
  const tailAt = stem.search(kind.tail);
  const named = splitName(tailAt < 0 ? stem : stem.slice(0, tailAt), folder);
  const fileType = kind.fileType === 'sdist' && tailAt >= 0 ? 'bdist_dumb' : kind.fileType;
  return named && { ...named, fileType };
}

/** `name-version[-build]-python-abi-platform` (PEP 427). */
function wheel(stem: string, folder: string | undefined): PypiFile | undefined {
  const parts = stem.split('-');
  if (parts.length < 5) return undefined;
  const rest = parts.slice(0, -3);
  const last = rest.at(-1) ?? '';
  // A build tag starts with a digit and follows a version; `foo-bar-1.0` is a name that was not escaped.
  const built = rest.length > 2 && /^\d/.test(last) && /^v?\d/i.test(rest.at(-2) ?? '');
  const named = splitName((built ? rest.slice(0, -1) : rest).join('-'), folder);
  return named && { ...named, fileType: 'bdist_wheel' };
}

/** `python-foo_1.0-1_all.deb`; PyPI has these as `bdist_dumb`. */
function debianPackage(file: string, folder: string | undefined): PypiFile | undefined {
  const [, name, version] = /^([^_]+)_([^_-]+)(?:-[^_]*)?_[^_]+\.deb$/.exec(file) ?? [];
  return name ? { project: folder ?? name, version, fileType: 'bdist_dumb' } : undefined;
}

/**
 * `foo-bar-1.0-beta` → `foo-bar`, `1.0-beta`: at the first dash that a PEP 440 version follows, else at the first that
 * a digit follows, else at the last. With the project known a name that differs only gives its version.
 */
function splitName(
  stem: string,
  folder: string | undefined,
): { project: string; version: string } | undefined {
  const known = folder !== undefined && startsWithName(stem, folder);
  const at = known ? folder.length : versionDash(stem);
  if (at <= 0) return folder === undefined ? undefined : { project: folder, version: '' };
  const version = stem.slice(at + 1);
  if (folder === undefined && version === '') return undefined;
  return { project: folder ?? stem.slice(0, at), version };
}

/** Runs of separators have one length where a tool escaped the name, which is all this must tell apart. */
function startsWithName(stem: string, name: string): boolean {
  if (stem.charAt(name.length) !== '-') return false;
  return fold(stem.slice(0, name.length)) === fold(name);
}

function fold(name: string): string {
  return name.toLowerCase().replace(/[-_.]/g, '-');
}

function versionDash(stem: string): number {
  let afterDigit = -1;
  for (let at = stem.indexOf('-'); at >= 0; at = stem.indexOf('-', at + 1)) {
    if (pep440.test(stem.slice(at + 1))) return at;
    if (afterDigit < 0 && /^v?\d/i.test(stem.charAt(at + 1) + stem.charAt(at + 2))) afterDigit = at;
  }
  return afterDigit >= 0 ? afterDigit : stem.lastIndexOf('-');
}
