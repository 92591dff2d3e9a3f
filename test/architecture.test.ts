import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { controls } from './architecture/controls.ts';
import { publicAddresses } from './architecture/public-addresses.ts';
import { readModule } from './architecture/read-module.ts';
import { rules } from './architecture/rules.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

const sources = ['services', 'shared', 'infra', 'test'].flatMap((folder) =>
  readdirSync(root + folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`),
);

describe('who may import whom', () => {
  const modules = sources.map((path) => readModule(path, readFileSync(root + path, 'utf8')));

  test('there is a tree to check', () => {
    expect(modules.length).toBeGreaterThan(100);
    expect(
      modules.flatMap(({ imports }) => imports).filter(({ target }) => target.endsWith('.ts')),
    ).not.toEqual([]);
  });

  test.each(rules)('$name', ({ check }) => {
    expect(check(modules)).toEqual([]);
  });

  test('every file that is imported is there', () => {
    const paths = new Set(sources);
    const missing = modules.flatMap(({ path, imports }) =>
      imports
        .filter(({ target }) => target.endsWith('.ts') && !paths.has(target))
        .map(({ target }) => `${path}: ${target}`),
    );
    expect(missing).toEqual([]);
  });
});

describe('each rule catches what breaks it', () => {
  test.each(controls)('rule $rule: $name', ({ rule, files, caught }) => {
    const modules = Object.entries(files).map(([path, source]) => readModule(path, source));
    const found = rules[rule - 1]!.check(modules).toSorted();
    const want = caught.toSorted();
    expect(found.map((text, index) => text.slice(0, want[index]?.length))).toEqual(want);
  });

  test.each(rules.map(({ name }, index) => ({ name, rule: index + 1 })))(
    '$name: is tried both ways',
    ({ rule }) => {
      const own = controls.filter((control) => control.rule === rule);
      expect(own.filter(({ caught }) => caught.length > 0)).not.toEqual([]);
      expect(own.filter(({ caught }) => caught.length === 0)).not.toEqual([]);
    },
  );

  test('a file that cannot be read is an error, not a file without imports', () => {
    expect(() => readModule('shared/a.ts', `import { from 'node:fs'`)).toThrow(
      'shared/a.ts is not TypeScript',
    );
  });
});

describe('the tree', () => {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\0')
    .filter((path) => path !== '' && existsSync(root + path));
  const texts = files.map((path) => ({ path, text: readFileSync(root + path, 'utf8') }));

  test('has nothing at its top but what the design names', () => {
    const top = new Set(files.map((path) => path.split('/')[0]!));
    expect([...top].filter((name) => !atTheTop.has(name))).toEqual([]);
  });

  test('tells in each folder of services and shared what lives there', () => {
    const folders = new Set(
      files.flatMap((path) => /^(?:services|shared)\/[^/]+(?=\/)/.exec(path)?.[0] ?? []),
    );
    expect(folders.size).toBeGreaterThan(10);
    expect([...folders].filter((folder) => !files.includes(`${folder}/README.md`))).toEqual([]);
  });

  test('tells of each decision what it was made on, and what would change it', () => {
    const records = texts.filter(({ path }) => /^infra\/decisions\/(?!README)/.test(path));
    expect(records).not.toEqual([]);
    const parts = ['Context', 'Options', 'Decision', 'What would change our mind'];
    const lacking = records.flatMap(({ path, text }) =>
      parts.filter((part) => !text.includes(`**${part}.**`)).map((part) => `${path}: ${part}`),
    );
    expect(lacking).toEqual([]);
    const numbers = records.map(({ path }) => /\/(\d{4})-[a-z0-9-]+\.md$/.exec(path)?.[1]);
    expect(numbers).toEqual(numbers.map((_, index) => String(index + 1).padStart(4, '0')));
  });

  test('installs from whatever registry the machine is set to: no host of one is written down', () => {
    expect(texts.filter(({ text }) => registryHost.test(text)).map(({ path }) => path)).toEqual([]);
  });

  test('has no address that may be somebody’s', () => {
    const checked = texts.filter(({ path }) => /^(services|shared|infra|test)\/|^[^/]+\.md$/.test(path));
    const found = checked.flatMap(({ path, text }) =>
      publicAddresses(text).map((address) => `${path}: ${address}`),
    );
    expect(found).toEqual([]);
  });

  // Written in pieces, so that this file does not hold what it looks for.
  test.each([
    ['an address', ['8', '8', '4', '4'].join('.'), 1],
    ['one in a log line', `${['8', '8', '4', '4'].join('.')} - - [`, 1],
    ['one in a URL', `http://${['8', '8', '4', '4'].join('.')}/`, 1],
    ['one in JSON', `"ip":"${['8', '8', '4', '4'].join('.')}"`, 1],
    ['one of the newer kind', ['2606', '4700', '', '1111'].join(':'), 1],
    ['addresses of the documentation', '192.0.2.1, 198.51.100.255 203.0.113.7 [2001:db8::1]:443', 0],
    ['loopback and private networks', '127.0.0.1:8123 ::1 10.0.0.0/8 fe80::1%eth0', 0],
    ['versions', `Chrome/120.0.0.0 version: '24.7.9.1' pkg-1.2.3.4 RFC 4291, 2.5.5.2`, 0],
    ['times and names', `12:30:45 DB::Exception std::move a.b.c.d 1.2.3.4.5`, 0],
  ])('tells %s', (_, text, count) => {
    expect(publicAddresses(text)).toHaveLength(count);
  });

  test.each([
    ['"resolved": "https', '://mirror.example/zod.tgz"'].join(''),
    ['https://registry', 'npmjs', 'org/'].join('.'),
    ['npm', 'pkg', 'github', 'com'].join('.'),
  ])('knows the host of a registry: %s', (text) => {
    expect(registryHost.test(text)).toBe(true);
  });
});

/** The folders of the design (architecture.md, "Folders"), and files that people and tools look for at the top. */
const atTheTop = new Set(
  'services shared infra test package.json package-lock.json tsconfig.json biome.json vitest.config.ts README.md LICENSE NOTICE CHANGELOG.md CONTRIBUTING.md SECURITY.md .ci .gitignore .dockerignore'.split(
    ' ',
  ),
);

/** Where npm would fetch packages from: a lock file's URLs, npm's and yarn's hosts, a mirror's setting. */
const registryHost =
  /"resolved": *"https?:|\bregistry\.(npmjs|yarnpkg|npmmirror)\.|\bnpm\.pkg\.|^\s*(@[\w-]+:)?registry *=/m;
