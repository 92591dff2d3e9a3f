import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonKeys } from '../../shared/formats/json-keys.ts';
import { absent, isFalse, isTrue, JsonScanner, number, string } from '../../shared/formats/json-scanner.ts';

/** What the scanner finds of each field, as JSON's text. */
function scan(fields: readonly (readonly string[])[], json: string): (string | undefined)[] | 'broken' {
  const bytes = Buffer.from(`"${json}"}`);
  const scanner = new JsonScanner(jsonKeys(fields));
  if (!scanner.scan(bytes, 1, bytes.length - 2)) return 'broken';
  return fields.map((_, field) => {
    if (scanner.kind[field] === absent) return undefined;
    const raw = bytes.toString('utf8', scanner.start[field], scanner.end[field]);
    return scanner.kind[field] === string ? `"${raw}"` : raw;
  });
}

test.each([
  ['a string, still escaped', [['a']], '{"a":"x\\"y\\\\"}', ['"x\\"y\\\\"']],
  ['a number', [['a']], '{"a":-1.5e+10}', ['-1.5e+10']],
  ['true and false', [['a'], ['b']], '{"a":true,"b":false}', ['true', 'false']],
  ['null as absent', [['a']], '{"a":null}', [undefined]],
  ['a nested key', [['a.b']], '{"a":{"b":1}}', ['1']],
  ['a flat key with a dot', [['a.b']], '{"a.b":1}', ['1']],
  ['a key below two', [['a.b.c']], '{"a":{"x":{},"b":{"c":1}}}', ['1']],
  ['the more wanted key, in any order', [['a', 'b']], '{"b":1,"a":2}', ['2']],
  ['the more wanted key, first', [['a', 'b']], '{"a":2,"b":1}', ['2']],
  ['the other key where the first is null', [['a', 'b']], '{"b":1,"a":null}', ['1']],
  ['the last of equal keys', [['a']], '{"a":1,"a":2}', ['2']],
  ['the first string of an array', [['a']], '{"a":[ "x, y","z"]}', ['"x, y"']],
  ['nothing of an empty array', [['a']], '{"a":[]}', [undefined]],
  ['nothing of an object', [['a']], '{"a":{"b":1}}', [undefined]],
  ['values behind blanks', [['a'], ['b']], '{ "a"\t: 1 ,\r\n "b" : "c" } ', ['1', '"c"']],
  ['a value behind nested ones', [['z']], '{"x":[{"y":["]}","\\""]},[[]]],"z":1}', ['1']],
  ['an empty object', [['a']], '{}', [undefined]],
])('it finds %s', (_, fields, json, want) => {
  expect(scan(fields, json)).toEqual(want);
});

test.each([
  '',
  '{',
  '{"a"}',
  '{"a":}',
  '{"a":1',
  '{"a":1,}',
  '{"a":1}}',
  '{"a":1} x',
  '{"a":tru}',
  '{"a":nulll}',
  '{"a":"x}',
  '{"a":"x\\"}',
  '{"a":[1}',
  '{a:1}',
  '[1]',
  '"a"',
])('%s is broken', (json) => {
  expect(scan([['a']], json)).toBe('broken');
});

test('of any object it finds what JSON.parse finds', () => {
  const keys = ['a', 'b', 'ab', 'ba', 'longer key', 'é', ''];
  const value = fc.jsonValue({ maxDepth: 3 });
  const object = fc.dictionary(
    fc.constantFrom(...keys),
    fc.oneof(value, fc.dictionary(fc.constantFrom(...keys), value)),
  );
  const fields = [['a'], ['ab'], ['b.a'], ['longer key.b']];
  fc.assert(
    fc.property(object, fc.constantFrom(undefined, 1), (parsed, indent) => {
      const wanted = [parsed.a, parsed.ab, inside(parsed.b, 'a'), inside(parsed['longer key'], 'b')];
      expect(scan(fields, JSON.stringify(parsed, null, indent))).toEqual(wanted.map(textOf));
    }),
    { numRuns: 1000 },
  );
});

test('any cut of an object is broken', () => {
  const json = '{"a":"x\\"y","b":[1,{"c":"d"}],"e":{"f":null,"g":1.5},"h":true}';
  for (let length = 0; length < json.length; length++)
    expect(scan([['h']], json.slice(0, length))).toBe('broken');
  expect(scan([['h']], json)).toEqual(['true']);
});

test('a deep nest does not overflow the stack', () => {
  expect(scan([['a']], `{"x":${'['.repeat(50_000)}${']'.repeat(50_000)},"a":1}`)).toEqual(['1']);
});

test('the kinds tell values apart', () => {
  expect(new Set([absent, string, number, isTrue, isFalse]).size).toBe(5);
});

function inside(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

/** What the scanner gives for a parsed value. */
function textOf(value: unknown): string | undefined {
  if (Array.isArray(value)) return typeof value[0] === 'string' ? JSON.stringify(value[0]) : undefined;
  return value === null || value === undefined || typeof value === 'object'
    ? undefined
    : JSON.stringify(value);
}
