/**
 * Whether a user agent says that it runs in continuous integration: npm's and Bundler's `ci/github-actions`,
 * Hex's `(CI)`, `…; CI)`. Its silence says nothing.
 */
export function statesCi(text: string): boolean {
  return /(?:^|\s)ci\/(?!(?:false|none|no|0)\b)[a-z0-9]/i.test(text) || /[(;] ?CI\)/.test(text);
}
