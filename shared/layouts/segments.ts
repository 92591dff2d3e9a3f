/** Shared path work: segments of a URL's path, cut first and decoded after, so that `%2F` cannot make a folder. */

/**
 * No package name has these: control and format characters (a bidirectional override would lie on the dashboard), lone
 * surrogates, line separators, and U+FFFD, which is what bytes that are not UTF-8 became before they got here.
 */
const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\uFFFD]/u;

/** A percent sign that encodes nothing stands for itself (https://url.spec.whatwg.org/#percent-decode). */
const strayPercent = /%(?![0-9A-Fa-f]{2})/g;

const plainAscii = /^[!-$&-~]*$/;

/**
 * Percent-decodes one path segment. Undefined where it is no text a name could be: not UTF-8, or with control
 * characters. `+` stays a plus, as everywhere in a path. A decoded `/` is possible (`@scope%2Fname`).
 */
export function decodeSegment(segment: string): string | undefined {
  if (plainAscii.test(segment)) return segment;
  const text = decodePercent(segment);
  return text === undefined || unsafe.test(text) ? undefined : text;
}

function decodePercent(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment.replace(strayPercent, '%25'));
  } catch {
    return undefined;
  }
}

/** The path's segments, still encoded: `/a/b` → `['a', 'b']`, `/a/` → `['a', '']`. */
export function splitPath(path: string): string[] {
  return (path.startsWith('/') ? path.slice(1) : path).split('/');
}

/**
 * The segments after the last folder of that name (`/mirror/gems/x.gem` after `gems` → `['x.gem']`), or undefined
 * where there is none. What leads up to the folder is the mirror's own affair.
 */
export function segmentsAfter(path: string, folder: string): string[] | undefined {
  const marker = `/${folder}/`;
  const at = path.lastIndexOf(marker);
  return at < 0 ? undefined : path.slice(at + marker.length).split('/');
}
