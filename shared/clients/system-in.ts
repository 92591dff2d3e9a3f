import type { System } from './vocabulary.ts';

/**
 * The operating system a text names: `Darwin/23.1.0`, `x86_64-pc-linux-gnu`, `win32 x64`,
 * `Macintosh; Intel Mac OS X 10_15_7`; else `other`. Android says Linux too and iOS says Mac OS X, so they come first.
 */
export function systemIn(text: string): System {
  for (const [system, pattern] of patterns) if (pattern.test(text)) return system;
  return 'other';
}

// `(?<![a-z])` and not `\b`: an underscore is a letter to the latter (`cygwin_nt-10.0`, `x86_64_linux`).
const patterns: readonly (readonly [System, RegExp])[] = [
  ['android', /(?<![a-z])android/i],
  ['ios', /(?<![a-z])(?:iphone|ipad|ipod|ios(?![a-z]))/i],
  ['windows', /(?<![a-z])(?:windows|win32|win64|mingw|mswin|cygwin|msys)/i],
  ['macos', /(?<![a-z])(?:darwin|macos|mac os|macintosh|osx)/i],
  ['freebsd', /(?<![a-z])(?:freebsd|kfreebsd)/i],
  ['openbsd', /(?<![a-z])openbsd/i],
  ['netbsd', /(?<![a-z])netbsd/i],
  ['dragonfly', /(?<![a-z])dragonfly/i],
  ['solaris', /(?<![a-z])(?:sunos|solaris|illumos)/i],
  ['aix', /(?<![a-z])aix(?![a-z])/i],
  ['haiku', /(?<![a-z])haiku(?![a-z])/i],
  ['linux', /(?<![a-z])(?:linux|debian|ubuntu|fedora|opensuse|alpine)/i],
];
