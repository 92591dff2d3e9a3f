/**
 * `3.12.1` → `3.12`, `3.7.0-final0` → `3.7`, `22` → `22`; empty if it starts with no number.
 * A part of more than four digits is no version's and ends it, so that no other number hides in one.
 */
export function majorMinor(version: string): string {
  return /^\d{1,4}(?!\d)(?:\.\d{1,4}(?!\d))?/.exec(version)?.[0] ?? '';
}
