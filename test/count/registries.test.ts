import { describe, expect, test } from 'vitest';
import { countText, line, outcomesOf, rowsOf } from './count-text.ts';

const registries = [
  { name: 'debian', layout: 'debian', rules: 'default', prefix: '/debian' },
  { name: 'gems', layout: 'rubygems', rules: 'rubygems', host: 'gems.example' },
  { name: 'python', layout: 'pypi', rules: 'default', prefix: '/pypi' },
];

describe('several registries in one log: the first whose host and prefix a line has', () => {
  test.each([
    { path: '/debian/pool/main/h/hello/hello_2.10-3_amd64.deb', want: ['debian', 'hello'] },
    { path: '/pypi/packages/any/d/demo/demo-1.0.tar.gz', want: ['python', 'demo'] },
    { path: '/debian-security/pool/main/h/hello/hello_2.10-3_amd64.deb', want: 'unknown_layout' },
    { path: '/packages/any/d/demo/demo-1.0.tar.gz', want: 'unknown_layout' },
    { path: 'http://gems.example/gems/rake-13.0.0.gem', want: ['gems', 'rake'] },
    { path: 'http://GEMS.example/gems/rake-13.0.0.gem', want: ['gems', 'rake'] },
    { path: 'http://other.example/gems/rake-13.0.0.gem', want: 'unknown_layout' },
    { path: '/debian', want: 'unknown_layout' },
  ])('$path: $want', ({ path, want }) => {
    const batch = countText(line({ request: `GET ${path} HTTP/1.1` }), { registries });
    if (typeof want === 'string') expect(outcomesOf(batch)).toEqual({ [want]: 1 });
    else expect(rowsOf(batch).map(({ registry, project }) => [registry, project])).toEqual([want]);
  });
});

test("each registry has its own rules: a 304 counts for gems, not for python's packages", () => {
  const text =
    line({ request: 'GET http://gems.example/gems/rake-13.0.0.gem HTTP/1.1', status: 304 }) +
    line({ request: 'GET /pypi/packages/any/d/demo/demo-1.0.tar.gz HTTP/1.1', status: 304 });
  expect(outcomesOf(countText(text, { registries }))).toEqual({ counted: 1, not_modified: 1 });
});

test('a project of two registries is two', () => {
  const both = [
    { name: 'a', layout: 'pypi', rules: 'default', prefix: '/a' },
    { name: 'b', layout: 'pypi', rules: 'default', prefix: '/b' },
  ];
  const text = ['/a', '/b']
    .map((prefix) => line({ request: `GET ${prefix}/packages/any/d/demo/demo-1.0.tar.gz HTTP/1.1` }))
    .join('');
  expect(rowsOf(countText(text, { registries: both })).map(({ registry }) => registry)).toEqual(['a', 'b']);
});
