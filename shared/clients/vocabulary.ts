/**
 * Everything a client can be said to be: closed lists, the keys of the person's side of what is published
 * (`privacy.md`). A key's number is its place. The catch-all is last: `other`, for `ci` `unknown`.
 *
 * A new entry goes just before the catch-all, on a line of its own, with `vocabularyVersion` raised by one; nothing is
 * ever moved, renamed or taken out. A release of n cells, made before that, is so still readable: cell n−1 is the
 * catch-all's and cell i is entry i's. Entries may be years ahead of what exists, as a key must not come with its
 * first user; but each costs a cell of noise per project and period, so what no user agent says (Go's version) has none.
 */
export const vocabularyVersion = 1;

/** What asks for the file. `os` is a system's own package builder, `browser` any browser; mirrors are here for the books. */
// biome-ignore format: a line a group
export const installers = [
  'pip', 'uv', 'poetry', 'pdm', 'pipenv', 'hatch', 'twine', 'maturin', 'setuptools', 'distribute', 'conda',
  'mamba', 'pixi', 'pex', 'bazel', 'homebrew',
  'cargo', 'npm', 'yarn', 'pnpm', 'bun', 'deno', 'bundler', 'rubygems', 'hex', 'rebar3', 'gleam',
  'maven', 'gradle', 'ivy', 'sbt', 'coursier', 'leiningen', 'r', 'apt', 'dnf', 'yum', 'zypper', 'pacman',
  'apk',
  'requests', 'curl', 'wget', 'go-http-client', 'browser', 'os',
  'bandersnatch', 'devpi', 'z3c.pypimirror', 'pep381client', 'artifactory', 'nexus',
  'other',
] as const;
export type Installer = (typeof installers)[number];

/** What runs the installer: `<name>/<version>`, cut to what tells one version from the next (`runtime-in.ts`). */
// biome-ignore format: a line a family
export const runtimes = [
  'python/2.6', 'python/2.7', 'python/3.0', 'python/3.1', 'python/3.2', 'python/3.3', 'python/3.4',
  'python/3.5', 'python/3.6', 'python/3.7', 'python/3.8', 'python/3.9', 'python/3.10', 'python/3.11',
  'python/3.12', 'python/3.13', 'python/3.14', 'python/3.15', 'python/3.16',
  'ruby/1.8', 'ruby/1.9', 'ruby/2.0', 'ruby/2.1', 'ruby/2.2', 'ruby/2.3', 'ruby/2.4', 'ruby/2.5',
  'ruby/2.6', 'ruby/2.7', 'ruby/3.0', 'ruby/3.1', 'ruby/3.2', 'ruby/3.3', 'ruby/3.4', 'ruby/4.0',
  'ruby/4.1',
  'node/0', 'node/4', 'node/5', 'node/6', 'node/7', 'node/8', 'node/9', 'node/10', 'node/11', 'node/12',
  'node/13', 'node/14', 'node/15', 'node/16', 'node/17', 'node/18', 'node/19', 'node/20', 'node/21',
  'node/22', 'node/23', 'node/24', 'node/25', 'node/26', 'node/27', 'node/28',
  'bun/1', 'bun/2',
  'deno/1', 'deno/2', 'deno/3',
  'rust/1.31', 'rust/1.32', 'rust/1.33', 'rust/1.34', 'rust/1.35', 'rust/1.36', 'rust/1.37', 'rust/1.38',
  'rust/1.39', 'rust/1.40', 'rust/1.41', 'rust/1.42', 'rust/1.43', 'rust/1.44', 'rust/1.45', 'rust/1.46',
  'rust/1.47', 'rust/1.48', 'rust/1.49', 'rust/1.50', 'rust/1.51', 'rust/1.52', 'rust/1.53', 'rust/1.54',
  'rust/1.55', 'rust/1.56', 'rust/1.57', 'rust/1.58', 'rust/1.59', 'rust/1.60', 'rust/1.61', 'rust/1.62',
  'rust/1.63', 'rust/1.64', 'rust/1.65', 'rust/1.66', 'rust/1.67', 'rust/1.68', 'rust/1.69', 'rust/1.70',
  'rust/1.71', 'rust/1.72', 'rust/1.73', 'rust/1.74', 'rust/1.75', 'rust/1.76', 'rust/1.77', 'rust/1.78',
  'rust/1.79', 'rust/1.80', 'rust/1.81', 'rust/1.82', 'rust/1.83', 'rust/1.84', 'rust/1.85', 'rust/1.86',
  'rust/1.87', 'rust/1.88', 'rust/1.89', 'rust/1.90', 'rust/1.91', 'rust/1.92', 'rust/1.93', 'rust/1.94',
  'rust/1.95', 'rust/1.96', 'rust/1.97', 'rust/1.98', 'rust/1.99', 'rust/1.100', 'rust/1.101',
  'rust/1.102', 'rust/1.103', 'rust/1.104', 'rust/1.105', 'rust/1.106', 'rust/1.107', 'rust/1.108',
  'rust/1.109', 'rust/1.110',
  'java/6', 'java/7', 'java/8', 'java/9', 'java/10', 'java/11', 'java/12', 'java/13', 'java/14', 'java/15',
  'java/16', 'java/17', 'java/18', 'java/19', 'java/20', 'java/21', 'java/22', 'java/23', 'java/24',
  'java/25', 'java/26', 'java/27', 'java/28', 'java/29',
  'elixir/1.0', 'elixir/1.1', 'elixir/1.2', 'elixir/1.3', 'elixir/1.4', 'elixir/1.5', 'elixir/1.6',
  'elixir/1.7', 'elixir/1.8', 'elixir/1.9', 'elixir/1.10', 'elixir/1.11', 'elixir/1.12', 'elixir/1.13',
  'elixir/1.14', 'elixir/1.15', 'elixir/1.16', 'elixir/1.17', 'elixir/1.18', 'elixir/1.19', 'elixir/1.20',
  'otp/17', 'otp/18', 'otp/19', 'otp/20', 'otp/21', 'otp/22', 'otp/23', 'otp/24', 'otp/25', 'otp/26',
  'otp/27', 'otp/28', 'otp/29', 'otp/30',
  'r/3.0', 'r/3.1', 'r/3.2', 'r/3.3', 'r/3.4', 'r/3.5', 'r/3.6', 'r/4.0', 'r/4.1', 'r/4.2', 'r/4.3',
  'r/4.4', 'r/4.5', 'r/4.6', 'r/4.7',
  'other',
] as const;
export type Runtime = (typeof runtimes)[number];

/** Operating systems. */
// biome-ignore format: a line a group
export const systems = [
  'linux', 'macos', 'windows', 'android', 'ios',
  'freebsd', 'openbsd', 'netbsd', 'dragonfly', 'solaris', 'aix', 'haiku',
  'other',
] as const;
export type System = (typeof systems)[number];

/** Continuous integration: said, or not known. */
export const ci = ['yes', 'unknown'] as const;
