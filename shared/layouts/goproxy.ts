import type { Layout } from './layout.ts';
import { decodeSegment, splitPath } from './segments.ts';
import { fileTarget, indexTarget, malformed, type NamedFile, other } from './targets.ts';

const modulePath = /^[A-Za-z0-9~_-][A-Za-z0-9~_.-]*\.[A-Za-z0-9-]+(?:\/[A-Za-z0-9~_.!-]+)*$/;
const goVersion = /^v\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;

/**
 * The GOPROXY protocol (https://go.dev/ref/mod#goproxy-protocol). The module path starts at the first folder that can
 * be a host name. Names keep their case, which URLs write as `!` before a lower-case letter.
 */
export const goproxy: Layout = {
  name: 'goproxy',
  description: 'Go module proxies: /module/@v/V.zip',
  sample: '/github.com/!burnt!sushi/toml/@v/v1.3.2.zip',
  fileTypes: ['zip'],
  normaliseProject: unescapeCapitals,
  match(path) {
    const segments = splitPath(path);
    const last = segments.pop() ?? '';
    const latest = last === '@latest';
    if (!latest && segments.pop() !== '@v') return other;
    const module = moduleOf(segments);
    if (module === undefined) return malformed;
    if (!modulePath.test(module)) return other;
    return latest || last === 'list' ? indexTarget(module) : fileTarget(last, (file) => read(module, file));
  },
};

/** `github.com/!burnt!sushi/toml` → `github.com/BurntSushi/toml`. */
function unescapeCapitals(name: string): string {
  return name.replace(/![a-z]/g, (pair) => pair[1].toUpperCase());
}

function moduleOf(segments: readonly string[]): string | undefined {
  const host = segments.findIndex((segment) => segment.includes('.'));
  const decoded = host < 0 ? [] : segments.slice(host).map(decodeSegment);
  return decoded.includes(undefined) ? undefined : unescapeCapitals(decoded.join('/'));
}

/** `.mod` and `.info` are what a build reads of modules it does not download. */
function read(project: string, file: string): NamedFile | undefined {
  const [, stem, ending] = /^(.+)\.(zip|mod|info)$/.exec(file) ?? [];
  const version = stem && unescapeCapitals(stem);
  if (!version || !goVersion.test(version)) return undefined;
  return { project, version, fileType: 'zip', sidecar: ending !== 'zip' };
}
