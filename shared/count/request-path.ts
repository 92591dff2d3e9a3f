import type { RequestView } from '../formats/request-view.ts';

const slash = 0x2f;
const colon = 0x3a;
const question = 0x3f;
const hash = 0x23;

/**
 * Cuts the request target in the view down to its path: the scheme and host of an absolute URL (Varnish, Fastly) become the
 * view's host where the log has no other, query and fragment go.
 */
export function cutToPath(view: RequestView): void {
  const { bytes, path } = view;
  if (path.start < path.end && bytes[path.start] !== slash) cutHost(view);
  for (let at = path.start; at < path.end; at++) {
    if (bytes[at] === question || bytes[at] === hash) {
      path.end = at;
      return;
    }
  }
}

/** `https://host/path`, also with JSON's `\/`; anything else is left as it is. */
function cutHost({ bytes, path, host }: RequestView): void {
  let at = path.start;
  while (at < path.end && bytes[at] !== colon) at++;
  at++;
  const hostStart = skipSlashes(bytes, at, path.end);
  if (hostStart === at) return;
  let hostEnd = hostStart;
  while (hostEnd < path.end && bytes[hostEnd] !== slash && bytes[hostEnd] !== backslash) hostEnd++;
  if (host.start === host.end) host.set(hostStart, hostEnd, path.encoding);
  path.start = bytes[hostEnd] === backslash ? hostEnd + 1 : hostEnd;
}

const backslash = 0x5c;

function skipSlashes(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] === slash || bytes[at] === backslash)) at++;
  return at;
}
