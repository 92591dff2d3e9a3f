import { expect, test } from 'vitest';
import type { Layout, Target } from '../../shared/layouts/layout.ts';

/** One path and what it asks for; `other` and `malformed` stand for targets that say nothing more. */
export interface PathCase {
  readonly name: string;
  readonly path: string;
  readonly want: Target | 'other' | 'malformed';
}

/** Runs a layout's table. */
export function testPaths(layout: Layout, cases: readonly PathCase[]): void {
  test.each(cases)('$name: $path', ({ path, want }) => {
    expect(layout.match(path)).toEqual(typeof want === 'string' ? { kind: want } : want);
  });
}

/** `artifact('numpy', '1.26.4', 'sdist', 'numpy-1.26.4.tar.gz')`, in the order a path has them. */
export function artifact(project: string, version: string, fileType: string, file: string): Target {
  return { kind: 'artifact', project, version, fileType, file };
}

/** The same for metadata beside an artifact. */
export function sidecar(project: string, version: string, fileType: string, file: string): Target {
  return { kind: 'sidecar', project, version, fileType, file };
}

/** A request for a project's files. */
export function index(project: string): Target {
  return { kind: 'index', project };
}
