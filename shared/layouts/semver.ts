/**
 * A version of cargo, npm or hex: https://semver.org/#spec-item-9, a little wider (npm and crates.io hold old versions
 * with leading zeros). Every alternative starts with a character of its own, so matching is linear.
 */
export const semver = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;
