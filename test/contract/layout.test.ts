import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { filesLayout } from '../../shared/layouts/files.ts';
import type { Layout, Target } from '../../shared/layouts/layout.ts';
import { layoutByName, layouts } from '../../shared/layouts/registry.ts';

const implementations: readonly { title: string; layout: Layout }[] = [
  ...layouts.map((layout) => ({ title: layout.name, layout })),
  { title: 'files with a pattern', layout: filesLayout('/<any>/<project>/releases/<version>/<file>') },
];

/** Pieces that paths of registries are made of, so that random ones come near to real ones. */
const pieces = fc.constantFrom(
  ...'/ - _ . @ %2F %00 %FF %C3%A9 % ! ~ + a Z 1 1.0 1.0.0 v1.0.0 .tar.gz .zip .whl .crate .gem .tar .tgz .deb .asc'.split(
    ' ',
  ),
  ...'.metadata .conda .jar packages simple crates gems tarballs repos @v list pool src/contrib noarch files -/'.split(
    ' ',
  ),
  ...[
    '/packages/source/f/',
    '/maven2/',
    'download',
    'py3-none-any',
    '\u0000',
    '\ud800',
    '\ufffd',
    'é',
    '\u202e',
  ],
);
const nearPaths = fc.array(pieces, { maxLength: 24 }).map((parts) => `/${parts.join('')}`);
const anyPaths = fc.oneof(nearPaths, fc.string({ unit: 'binary' }), fc.webPath());

describe.each(implementations)('the layout $title', ({ layout }) => {
  const sample = layout.match(layout.sample);

  test('calls its sample an artifact, under its canonical name', () => {
    expect(sample.kind).toBe('artifact');
    expectSound(layout, sample);
  });

  test('spells a name canonically once and for all', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), nearPaths, fc.constantFrom('A-_.b', 'hexpm/hexpm/', '!!ab')),
        (name) => {
          const once = layout.normaliseProject(name);
          expect(layout.normaliseProject(once)).toBe(once);
        },
      ),
    );
  });

  test('never throws and never names what cannot be a name, whatever the path', () => {
    fc.assert(
      fc.property(anyPaths, (path) => expectSound(layout, layout.match(path))),
      { numRuns: 1000 },
    );
  });

  test('never throws on the beginnings and ends of a sample, nor on a folder alone', () => {
    const cuts = [...layout.sample].flatMap((_, at) => [layout.sample.slice(0, at), layout.sample.slice(at)]);
    const folders = layout.sample
      .split('/')
      .flatMap((name) => [name, `/${name}`, `/${name}/`, `//${name}//`]);
    for (const path of ['', '/', '//', ...cuts, ...folders]) expectSound(layout, layout.match(path));
  });

  test('never throws on a sample with pieces put into it', () => {
    fc.assert(
      fc.property(fc.nat(layout.sample.length), pieces, (at, piece) =>
        expectSound(layout, layout.match(layout.sample.slice(0, at) + piece + layout.sample.slice(at))),
      ),
      { numRuns: 1000 },
    );
  });

  test.each(['%00', '%0A', '%7F', '%FF', '%C3%28', '%ED%A0%80', '\u0007', '\ufffd', 'x'.repeat(500)])(
    'calls a sample malformed whose file is called %j',
    (piece) => {
      const dot = layout.sample.lastIndexOf('.');
      expect(layout.match(layout.sample.slice(0, dot) + piece + layout.sample.slice(dot))).toEqual({
        kind: 'malformed',
      });
    },
  );

  test('calls metadata beside the sample a sidecar of the same artifact', () => {
    for (const ending of ['.metadata', '.asc', '.sig', '.sha256', '.provenance']) {
      const beside = layout.match(layout.sample + ending);
      expect(beside).toEqual({ ...sample, kind: 'sidecar', file: `${fileOf(sample)}${ending}` });
    }
  });

  test('is given paths whose query is cut, so a question mark in one is encoded and part of a name', () => {
    expect(layout.match(`${layout.sample}%3Fa=b`)).not.toEqual(sample);
  });

  test('takes linear time on hostile paths', () => {
    for (const path of hostilePaths(layout)) {
      const started = performance.now();
      layout.match(path);
      // 50 KB take some milliseconds; a quadratic expression takes seconds to minutes.
      expect(performance.now() - started).toBeLessThan(1000);
    }
  });
});

test('layouts have names of their own, by which they are found', () => {
  expect(new Set(layouts.map((layout) => layout.name)).size).toBe(layouts.length);
  for (const layout of layouts) expect(layoutByName(layout.name)).toBe(layout);
  expect(layoutByName('pypa')).toBeUndefined();
});

function expectSound(layout: Layout, target: Target): void {
  if (target.kind === 'malformed' || target.kind === 'other') return;
  expect(target.project).not.toBe('');
  expect(target.project.length).toBeLessThanOrEqual(200);
  expect(target.project).not.toMatch(/[\p{Cc}\p{Cs}\uFFFD]/u);
  expect(layout.normaliseProject(target.project)).toBe(target.project);
  if (target.kind === 'index') return;
  expect(target.file).not.toBe('');
  expect(target.file).not.toMatch(/[\p{Cc}\p{Cs}\uFFFD/]/u);
  expect(target.version.length).toBeLessThanOrEqual(200);
  expect(layout.fileTypes).toContain(target.fileType);
}

function fileOf(target: Target): string {
  return target.kind === 'artifact' ? target.file : '';
}

function hostilePaths(layout: Layout): string[] {
  const units = [
    '/',
    'a',
    '-',
    '.',
    '1.',
    '-1',
    'a-1.0',
    '%',
    '%25',
    '%2F',
    '/a',
    '/1',
    'a/1/',
    '@a/',
    '!a',
    '_1',
    '.asc',
    '+a',
    '.a',
  ];
  const folders = [
    'packages',
    'simple',
    'crates',
    'gems',
    'info',
    'pool',
    'src/contrib',
    'bin/macosx/contrib',
    'tarballs',
    '@v',
    '-',
  ];
  const long = [...units, ...folders.map((folder) => `/${folder}/`)].map((unit) =>
    unit.repeat(50_000 / unit.length),
  );
  const starts = [
    '/',
    ...folders.map((folder) => `/${folder}/`),
    layout.sample.slice(0, layout.sample.lastIndexOf('/') + 1),
  ];
  return starts.flatMap((start) =>
    long.flatMap((text) => [start + text, `${start}${text}\u0000/`, `${start}${text}/x-1.0.zip`]),
  );
}
