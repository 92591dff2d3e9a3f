/** Services of CI say `true` or `1`; one that is set off on somebody's own machine is none. */
const isCi = (CI = '') => !['', '0', 'false'].includes(CI);

/**
 * Why tests that need a tool are skipped; undefined where nothing is missing. In CI, where nothing is to be skipped unseen, what is missing is an
 * error. What no tool can give (the right to mount a disk, other people's data) is none of this, and its title says so.
 */
export function skippedFor(missing: string | undefined, ci = process.env.CI): string | undefined {
  if (missing !== undefined && isCi(ci)) throw new Error(`in CI these tests must run: ${missing}`);
  return missing;
}
