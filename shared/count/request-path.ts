import type { RequestView } from '../formats/request-view.ts';

const slash = 0x2f;
const colon = 0x3a;
const question = 0x3f;
const hash = 0x23;
const backslash = 0x5c;

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

/** `https://host/path`, also with JSON's `\/`; anything else, as a URL that only the query names, is left as it is. */
function cutHost({ bytes, path, host }: RequestView): void {
  let at = path.start;
  while (at < path.end && bytes[at] !== colon && !endsHost(bytes[at])) at++;
  if (bytes[at] !== colon) return;
  const hostStart = skipSlash(bytes, skipSlash(bytes, at + 1));
  if (hostStart < 0 || hostStart > path.end) return;
  let hostEnd = hostStart;
  while (hostEnd < path.end && !endsHost(bytes[hostEnd])) hostEnd++;
  if (host.start === host.end) host.set(hostStart, hostEnd, path.encoding);
  path.start = bytes[hostEnd] === backslash ? hostEnd + 1 : hostEnd;
}

function endsHost(byte: number): boolean {
  return byte === slash || byte === backslash || byte === question || byte === hash;
}

/** The position behind a slash, or behind JSON's `\/`; -1 where there is none. */
function skipSlash(bytes: Uint8Array, at: number): number {
  if (at < 0) return -1;
  const found = bytes[at] === backslash ? at + 1 : at;
  return bytes[found] === slash ? found + 1 : -1;
}
