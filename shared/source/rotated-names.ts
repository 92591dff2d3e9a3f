/**
 * What rotation adds to a name: `.1`, `.2.gz`, `-20261127.zst`, `.2026-11-27-13`, `.27-11-2026`, `.1795811400`. What has another ending is another log: `.err`,
 * `.vhost2`, `.8080`, `.192.0.2.1`.
 */
const ROTATED =
  /^[._-](\d{1,3}|\d{6}|\d{8}|\d{10}|20\d\d[\d._:+TZ-]*|\d\d[.-]\d\d[.-]\d{4})(\.(gz|zst|bz2))?$/;

/** Whether a file of this name was rotated away from one that is named `base`, in the same folder. */
export function isRotatedFrom(name: string, base: string): boolean {
  return name.startsWith(base) && ROTATED.test(name.slice(base.length));
}
