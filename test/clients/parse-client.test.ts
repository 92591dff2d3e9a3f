import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { clientClasses, unknownClient } from '../../shared/clients/client.ts';
import { clientReader, parseClient } from '../../shared/clients/parse-client.ts';
import { clientParsers } from '../../shared/clients/registry.ts';
import { readUserAgent } from '../../shared/clients/user-agent.ts';
import { installers, runtimes, systems } from '../../shared/clients/vocabulary.ts';
import { clientFixtures } from './client-fixtures.ts';

const fixtures = [...clientFixtures.values()].flat();

describe.each([...clientFixtures])('%s', (_name, rows) => {
  test.each(rows)('$userAgent', ({ userAgent, want }) => {
    expect(parseClient(userAgent)).toEqual(want);
  });
});

describe('parsers', () => {
  test.each(clientParsers)(
    '$name has fixtures, and they meet every product it claims',
    ({ name, products }) => {
      const met = clientFixtures.get(name)?.map(({ userAgent }) => readUserAgent(userAgent).product);
      expect(new Set(met)).toEqual(new Set(products));
    },
  );

  it('are all that have fixtures', () => {
    expect([...clientFixtures.keys()].sort()).toEqual(clientParsers.map(({ name }) => name).sort());
  });

  test.each(fixtures)('exactly one claims $userAgent', ({ userAgent }) => {
    const { product } = readUserAgent(userAgent);
    expect(clientParsers.filter(({ products }) => products.includes(product))).toHaveLength(1);
  });

  it('cannot both claim one product', () => {
    const [first] = clientParsers;
    expect(() => clientReader([...clientParsers, { ...first!, name: 'second' }])).toThrow(
      'Client parsers pip and second both claim "pip"',
    );
  });

  it('answer the same in any order', () => {
    const shuffled = fc.shuffledSubarray([...clientParsers], { minLength: clientParsers.length });
    fc.assert(
      fc.property(shuffled, (parsers) => {
        const read = clientReader(parsers);
        for (const { userAgent, want } of fixtures) expect(read(userAgent)).toEqual(want);
      }),
      { numRuns: 30 },
    );
  });

  it('claim products in the form a user agent is read in', () => {
    for (const product of clientParsers.flatMap(({ products }) => products)) {
      expect(readUserAgent(`${product}/1.2.3`)).toMatchObject({ product });
    }
  });
});

describe('parseClient', () => {
  test.each([
    '',
    ' ',
    '-',
    '(null)',
    'This is a User Agent!',
    '/',
    '{',
    '1.0',
    '__proto__/1.0',
    'constructor',
  ])('knows nothing of %j', (userAgent) => expect(parseClient(userAgent)).toEqual(unknownClient));

  it('takes cargo, and not what is only named like it, for cargo', () => {
    expect(parseClient('cargo/1.79.0').installer).toBe('cargo');
    expect(parseClient('cargo-binstall/1.4.0').installer).toBe('other');
    expect(parseClient('mycargo/1.4.0').installer).toBe('other');
  });

  it('reads a user agent of 4,096 characters and none longer', () => {
    expect(parseClient('curl/8.4.0'.padEnd(4096, ' x')).installer).toBe('curl');
    expect(parseClient('curl/8.4.0'.padEnd(4097, ' x'))).toEqual(unknownClient);
  });

  it('keeps no number longer than a version has', () => {
    for (const userAgent of ['pip/192000201.5', 'pip/1.192000201', 'curl/20240131', 'uv/0.1.192000201']) {
      expect(parseClient(userAgent).installerVersion).toMatch(/^(?:\d{1,4}(?:\.\d{1,4})?)?$/);
    }
    expect(parseClient('pip/192000201.5').installerVersion).toBe('');
    expect(parseClient('pip/1.192000201').installerVersion).toBe('1');
  });

  it('never throws, and answers from its vocabularies alone, whatever the string', () => {
    fc.assert(fc.property(anyUserAgent, answersFromVocabularies), { numRuns: 2000 });
  });

  // A pattern that backtracks without bound would run into the test's time limit.
  test.each([
    '(',
    ' ',
    '/',
    '{',
    '"',
    ';',
    '+http',
    ') (',
    'a',
    'a ',
    '1',
    '1.',
    ' a',
    'ci/',
    'Java ',
    '\u0000',
    '\ud800',
  ])('bears 64 KiB of %j after any product', (nasty) => {
    for (const product of ['', ...clientParsers.flatMap(({ products }) => products)]) {
      for (const length of [4096, 65536]) {
        answersFromVocabularies(`${product}/1.0 `.padEnd(length, nasty));
        answersFromVocabularies(product.padEnd(length, nasty));
      }
    }
  });

  it('bears deep JSON', () => {
    const deep = `pip/24.0 ${'{"installer":'.repeat(300)}1${'}'.repeat(300)}`;
    expect(deep.length).toBeLessThanOrEqual(4500);
    answersFromVocabularies(deep);
    answersFromVocabularies(`pip/24.0 {"a":${'['.repeat(2000)}${']'.repeat(2000)}}`);
  });
});

function answersFromVocabularies(userAgent: string): void {
  const client = parseClient(userAgent);
  expect(clientClasses).toContain(client.class);
  expect(installers).toContain(client.installer);
  expect(runtimes).toContain(client.runtime);
  expect(systems).toContain(client.system);
  expect(client.installerVersion).toMatch(/^(?:\d{1,4}(?:\.\d{1,4})?)?$/);
  expect([true, false]).toContain(client.ci);
}

/** Strings, and real user agents cut, joined and with pieces put in. */
const known = fc.constantFrom(...fixtures.map(({ userAgent }) => userAgent));
const anyUserAgent = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc
    .tuple(known, fc.nat(200), fc.string(), known)
    .map(([a, at, b, c]) => a.slice(0, at) + b + a.slice(at) + c),
  fc.tuple(known, fc.nat(200)).map(([a, at]) => a.slice(0, at)),
  fc.tuple(known, fc.json()).map(([a, json]) => `${a} ${json}`),
  fc.json().map((json) => `pip/24.0 {"installer":${json},"python":${json},"system":{"name":${json}}}`),
);
