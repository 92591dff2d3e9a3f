import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeSpan } from '../../shared/formats/decode-span.ts';
import { formatByName, openReader } from '../../shared/formats/registry.ts';
import { RequestView } from '../../shared/formats/request-view.ts';
import { readTable } from './read-table.ts';

const open = (format: string) => openReader({ format, enveloped: true, fileName: 'access' });
const lineOf = (path: string) =>
  `192.0.2.1 - - [17/May/2015:10:05:03 +0000] "GET ${path} HTTP/1.1" 200 1 "-" "a \\"b\\""`;

test('lines with and without envelope, long and short, follow each other', () => {
  const reader = open('combined');
  const view = new RequestView();
  const paths = ['/a', `/${'b'.repeat(10_000)}`, '/c', `/${'d'.repeat(60_000)}`, '/e'];
  paths.forEach((path, i) => {
    const line = i % 2 === 0 ? lineOf(path) : JSON.stringify({ log: `${lineOf(path)}\r\n` });
    const bytes = Buffer.from(line);
    expect(reader.read(bytes, 0, bytes.length, view)).toBe('found');
    expect(decodeSpan(view.bytes, view.path)).toBe(path);
    expect(decodeSpan(view.bytes, view.userAgent)).toBe('a "b"');
  });
});

test.each([
  ['no line in it', '{"level":"info"}', 'malformed_line'],
  ['a line that is no string', '{"message":17}', 'malformed_line'],
  ['an escape that is none', '{"message":"\\q"}', 'malformed_line'],
  ['half a surrogate pair', '{"message":"\\ud83d"}', 'malformed_line'],
  ['an empty line in it', '{"message":""}', 'directive'],
  ['nothing of the format in it', '{"message":"hello \\"world\\""}', 'malformed_line'],
  ['a bad time in it', JSON.stringify({ log: lineOf('/a').replace('17/May', '37/May') }), 'malformed_time'],
  ['nothing behind the prefix', '<190>Oct 11 22:14:15 mirror1 nginx: ', 'directive'],
  ['a prefix cut short', '<190>Oct 11 22:1', 'malformed_line'],
  ['structured data cut short', '<190>1 2024-01-16T23:53:20Z a b c d [e f="', 'malformed_line'],
])('an envelope with %s', (_, text, want) => {
  const bytes = Buffer.from(`${text}"]} `);
  expect(open('combined').read(bytes, 0, bytes.length - 4, new RequestView())).toBe(want);
});

const [version1, fieldsLine, tabbed] = formatByName('cloudfront')!.sample.split('\n');

test.each([
  { of: 'alone', wrap: (line: string) => line },
  { of: 'in JSON', wrap: (line: string) => JSON.stringify({ message: line }) },
  { of: 'behind syslog', wrap: (line: string) => `Oct 11 22:14:15 cdn a[7]: ${line}` },
])('an unknown version $of makes lines malformed until a header that is known', ({ wrap }) => {
  const lines = [version1, fieldsLine, tabbed, '#Version: 2.0', fieldsLine, tabbed];
  const text = [...lines, version1, fieldsLine, tabbed].map(wrap).join('\n');
  const outcomes = readTable(open('cloudfront'), text).map(([outcome]) => outcome);
  const known = ['directive', 'directive', 'found'];
  expect(outcomes).toEqual([...known, 'directive', 'directive', 'malformed_line', ...known]);
});

test('no bytes make it throw, for any format in it', () => {
  const view = new RequestView();
  const readers = ['combined', 'cloudfront', 'fastly', 'fastly-clf', 'pypi', 'caddy'].map(open);
  const start = fc.constantFrom(
    '',
    '{"message":"',
    '<134>',
    '<134>1 - - - - ',
    'Oct 11 22:14:15 a b: ',
    '{"log":"\\',
  );
  fc.assert(
    fc.property(
      start,
      fc.uint8Array({ maxLength: 120 }),
      fc.constantFrom(...readers),
      (text, bytes, reader) => {
        const line = Buffer.concat([Buffer.from(text), bytes]);
        expect(reader.read(line, 0, line.length, view)).toMatch(
          /^(found|directive|malformed_line|malformed_time)$/,
        );
      },
    ),
    { numRuns: 2000 },
  );
});
