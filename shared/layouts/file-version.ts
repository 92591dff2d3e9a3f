/** Processors and systems whose names have digits, cut before a version is looked for. */
const platforms =
  /[-_.](?:x86[-_]64|x86|x64|i\d86|amd64|arm64|armv?\d\w*|aarch64|win(?:32|64)|py\d[\d.]*)(?=[-_.]|$)/gi;

const archive = /\.(?:tar\.[A-Za-z0-9]{1,4}|[A-Za-z][A-Za-z0-9]{0,9})$/;

/** `1.2`, `v2.0.1`, `1.1.0beta6`, `2015.05.17`: digits and a dot. */
const dotted = /^v?\d+\.\d/i;
const numbered = /^v?\d/i;

/** What may follow a version after a dash and still be its own: `1.1.1-rc2`. */
const preRelease = /^(?:alpha|beta|rc|pre|preview|snapshot|dev|m|final|post)[.\d]*$/i;

/**
 * The version in a download's file name, empty where there is none to see: `logstash-1.1.1-rc2-monolithic.jar` →
 * `1.1.1-rc2`, `fex-20070729.tar.gz` → `20070729`. A leading `v` is cut.
 */
export function readFileVersion(file: string): string {
  const stem = file.replace(archive, '').replace(platforms, '');
  const pieces = stem.split(/[-_]/);
  const withDot = pieces.findIndex((piece) => dotted.test(piece));
  const at = withDot >= 0 ? withDot : pieces.findIndex((piece, i) => i > 0 && numbered.test(piece));
  if (at < 0) return '';
  const version = pieces[at].replace(/^v/i, '');
  const next = pieces[at + 1] ?? '';
  return preRelease.test(next) ? `${version}-${next}` : version;
}
