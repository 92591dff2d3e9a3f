import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { detectFormat } from '../../shared/formats/detect-format.ts';
import { formats } from '../../shared/formats/registry.ts';
import { shapeOf } from '../../shared/formats/shape.ts';

const fixture = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../fixtures/formats/${name}.log`, import.meta.url)), 'utf8');
const detect = (text: string, fileName = 'access.log') => detectFormat(Buffer.from(text), fileName);
const detectable = formats.filter(({ name }) => name !== 'json' && name !== 'pep381');

test.each(detectable)('$name is detected by its fixture and by its sample', ({ name, sample }) => {
  for (const text of [fixture(`${name}/basic`), sample]) {
    expect(detect(text)).toMatchObject({ outcome: 'found', format: { name }, enveloped: false });
  }
});

test.each([
  ['cloudfront', 'cloudfront/unknown-version', 'of another version, to be refused by its reader'],
  ['combined', 'combined/vhost', 'with vhosts'],
  ['combined', 'combined/trailing-fields', 'with fields after the user agent'],
  ['fastly', 'fastly/flat-keys', 'with flat keys'],
  ['pypi', 'pypi/older', 'of older years'],
  ['pypi', 'pypi/with-request', 'with request fields'],
])('%s is detected in %s, %s', (name, file) => {
  expect(detect(fixture(file))).toMatchObject({ outcome: 'found', format: { name }, enveloped: false });
});

const line = fixture('combined/basic').split('\n')[0];

test.each([
  ['JSON with message', JSON.stringify({ message: line, host: { name: 'a' } })],
  ['Docker', JSON.stringify({ log: `${line}\n`, stream: 'stdout' })],
  ['JSON with event.original', JSON.stringify({ event: { original: line } })],
  ['RFC 3164', `<190>Oct 11 22:14:15 mirror1 nginx: ${line}`],
  ['RFC 3164 as syslog daemons write it', `Oct 11 22:14:15 mirror1 nginx: ${line}`],
  ['RFC 3164 with an RFC 3339 time', `2024-01-16T23:53:20.1+00:00 mirror1 nginx[42]: ${line}`],
  ['RFC 5424', `<190>1 2024-01-16T23:53:20Z mirror1 nginx 42 - [a b="c"] ${line}`],
])('combined is detected in an envelope: %s', (_, wrapped) => {
  expect(detect(`${wrapped}\n${wrapped}\n`)).toMatchObject({
    outcome: 'found',
    format: { name: 'combined' },
    enveloped: true,
  });
});

test('Docker around Caddy is an envelope around caddy', () => {
  const inner = fixture('caddy/basic').split('\n')[0];
  expect(detect(JSON.stringify({ log: `${inner}\n`, stream: 'stdout' }))).toMatchObject({
    format: { name: 'caddy' },
    enveloped: true,
  });
});

test('pep381 is detected only where the name has a day', () => {
  const text = fixture('pep381/basic-2010-05-21');
  expect(detect(text, '2010-05-21')).toMatchObject({ outcome: 'found', format: { name: 'pep381' } });
  expect(detect(text, 'stats').outcome).toBe('unknown');
  expect(detect(text, '2010-02-31').outcome).toBe('unknown');
});

test('json is never detected, since only the operator knows its keys', () => {
  expect(detect(fixture('json/basic')).outcome).toBe('unknown');
});

test('a log of no lines is empty, one of directives alone is what they say', () => {
  expect(detect('')).toEqual({ outcome: 'empty' });
  expect(detect('\n\r\n  \n')).toEqual({ outcome: 'empty' });
  expect(detect('#Version: 1.0\n#Fields: date time\n')).toMatchObject({ format: { name: 'cloudfront' } });
});

test('at least half of the first 100 lines decide', () => {
  const vote = (good: number, bad: number) =>
    detect(`${'noise\n'.repeat(bad)}${`${line}\n`.repeat(good)}`).outcome;
  expect(vote(50, 50)).toBe('found');
  expect(vote(49, 51)).toBe('unknown');
  expect(vote(1000, 100)).toBe('unknown');
});

test('what is unknown gets three names and the shape of its first line', () => {
  const detected = detect('{"when":"2024-01-16","who":"192.0.2.1","what":"Zoë\tdownloads"}\n');
  expect(detected).toEqual({
    outcome: 'unknown',
    nearest: expect.arrayContaining([expect.any(String)]),
    shape: '{"aaaa":"9999-99-99","aaa":"999.9.9.9","aaaa":"aa???aaaaaaaaa"}',
  });
  expect(detected).toHaveProperty('nearest.length', 3);
});

test.each([
  ['192.0.2.1 - - 2015-05-17 "GET /a HTTP/1.1" 200 1 "-" "x"', 'combined'],
  ['{"ClientIP":"192.0.2.1","ClientRequestHost":"example.org","EdgeStartTimestamp":17054494', 'cloudflare'],
  ['download|2021-01-07|US|/packages/any/d/demo/demo-1.0.tar.gz|TLSv1.2|demo|1.0|sdist|pip/20.3.3', 'pypi'],
])('%s is nearest to %s', (text, name) => {
  expect(detect(text)).toMatchObject({ outcome: 'unknown', nearest: expect.arrayContaining([name]) });
});

test('a shape tells nothing but letters, digits and punctuation, in 120 characters', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const shape = shapeOf(bytes, 0, bytes.length);
      expect(shape).toMatch(/^[a9 !-/:-@[-`{-~?]*$/);
      expect(shape.replace(/[^\da-zA-Z]/g, '')).toMatch(/^[a9]*$/);
      expect(shape.length).toBe(Math.min(bytes.length, 120));
    }),
  );
});

test('no bytes make it throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => void detectFormat(bytes, '2010-05-21')),
  );
});
