import { describe, expect, test } from 'vitest';
import { countText, line, outcomesOf, rowsOf } from './count-text.ts';

const registries = [
  { name: 'debian', layout: 'debian', rules: 'default', prefix: '/debian' },
  { name: 'gems', layout: 'rubygems', rules: 'rubygems', host: 'gems.example' },
  { name: 'python', layout: 'pypi', rules: 'default', prefix: '/pypi' },
];

const demo = '/packages/any/d/demo/demo-1.0.tar.gz';

const keys = {
  time: 'timestamp',
  method: 'method',
  path: 'path',
  status: 'status',
  host: 'host',
  address: 'ip',
};

/** A line of a JSON log whose writer escapes what this replaces. */
function jsonLine(path: string): string {
  const host = 'pypi.example';
  return `{"timestamp":"2026-06-15T10:05:03Z","method":"GET","path":"${path}","status":200,"host":"${host}","ip":"192.0.2.7"}\n`;
}

describe('a prefix is found however the log writes it', () => {
  const mirror = [{ name: 'python', layout: 'pypi', rules: 'default', prefix: '/mirror' }];
  test.each([
    { name: 'as it is', path: `/mirror${demo}`, want: 'counted' },
    { name: 'with \\/', path: `/mirror${demo}`.replaceAll('/', '\\/'), want: 'counted' },
    { name: 'with \\u002f', path: `/mirror${demo}`.replaceAll('/', '\\u002f'), want: 'counted' },
    { name: 'an escape below it only', path: `/mirror${demo.replaceAll('/', '\\/')}`, want: 'counted' },
    { name: 'another folder', path: `/mirrors${demo}`.replaceAll('/', '\\/'), want: 'unknown_layout' },
    { name: 'nothing below', path: '\\/mirror', want: 'unknown_layout' },
    { name: 'a broken escape', path: `\\/mirror\\u00zz${demo}`, want: 'unknown_layout' },
  ])('json, $name: $want', ({ path, want }) => {
    const batch = countText(jsonLine(path), { format: 'json', keys, registries: mirror });
    expect(outcomesOf(batch)).toEqual({ [want]: 1 });
  });

  test('combined, with an escape of Apache', () => {
    const batch = countText(line({ request: `GET /mirr\\x6fr${demo} HTTP/1.1` }), { registries: mirror });
    expect(outcomesOf(batch)).toEqual({ counted: 1 });
  });
});

describe('the host of an absolute URL is cut, and nothing else', () => {
  test.each([
    { target: `http://x.example${demo}`, want: 'counted' },
    { target: `HTTPS://x.example:443${demo}?a=b`, want: 'counted' },
    { target: `zz?u=http://x.example${demo}`, want: 'not_artifact' },
    { target: `zz#http://x.example${demo}`, want: 'not_artifact' },
    { target: `zz/http://x.example${demo}`, want: 'counted' },
    { target: `mailto:x.example${demo}`, want: 'counted' },
    { target: `http:/x.example${demo}`, want: 'counted' },
    { target: `http://x.example?u=${demo}`, want: 'not_artifact' },
    { target: 'http:', want: 'not_artifact' },
    { target: '*', want: 'not_artifact' },
  ])('$target: $want', ({ target, want }) => {
    expect(outcomesOf(countText(line({ request: `GET ${target} HTTP/1.1` })))).toEqual({ [want]: 1 });
  });

  test('also with slashes as JSON may write them', () => {
    const gems = [{ name: 'gems', layout: 'rubygems', rules: 'rubygems', host: 'gems.example' }];
    const target = 'http://gems.example/gems/rake-13.0.0.gem'.replaceAll('/', '\\/');
    const text = jsonLine(target).replace('"host":"pypi.example",', '');
    const batch = countText(text, { format: 'json', keys, registries: gems });
    expect(rowsOf(batch).map(({ registry, project }) => [registry, project])).toEqual([['gems', 'rake']]);
  });
});

describe('a host of its own files counts them by its pattern', () => {
  const own = { name: 'tools', layout: 'files', rules: 'default' };
  const pattern = '/downloads/<project>/<version>/<file>';
  test.each([
    { path: '/downloads/tool/2.0/tool-linux.tar.gz', want: [['tools', 'tool', { '2.0': 1 }]] },
    { path: '/files/tool/tool-2.0.tar.gz', want: [] },
  ])('$path', ({ path, want }) => {
    const batch = countText(line({ request: `GET ${path} HTTP/1.1` }), { registries: [{ ...own, pattern }] });
    expect(rowsOf(batch).map(({ registry, project, version }) => [registry, project, version])).toEqual(want);
  });
});

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
