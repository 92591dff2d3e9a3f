import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeSpan } from '../../shared/formats/decode-span.ts';
import { type Encoding, Span } from '../../shared/formats/request-view.ts';

/** Decodes the bytes between others, which must not matter. */
function decode(encoding: Encoding, raw: string | Uint8Array): string | undefined {
  const line = Buffer.concat([Buffer.from('\\%'), Buffer.from(raw as string), Buffer.from('41"')]);
  const span = new Span();
  span.set(2, line.length - 3, encoding);
  return decodeSpan(line, span);
}

const cases: { encoding: Encoding; raw: string | Uint8Array; want: string | undefined }[] = [
  { encoding: 'plain', raw: 'a\\x22%20é', want: 'a\\x22%20é' },
  { encoding: 'plain', raw: Uint8Array.of(0x61, 0xff), want: undefined },
  { encoding: 'plain', raw: Uint8Array.of(0xc3), want: undefined },
  { encoding: 'plain', raw: '\ufeffa', want: '\ufeffa' },
  { encoding: 'json', raw: 'a\\"b\\\\c\\/d\\b\\f\\n\\r\\t', want: 'a"b\\c/d\b\f\n\r\t' },
  { encoding: 'json', raw: '\\u00e9 \\u20AC \\ud83d\\ude00 \\u0000', want: 'é € 😀 \0' },
  { encoding: 'json', raw: '\\ud83d', want: undefined },
  { encoding: 'json', raw: '\\ude00', want: undefined },
  { encoding: 'json', raw: '\\ud83d\\u0041', want: undefined },
  { encoding: 'json', raw: '\\u00g0', want: undefined },
  { encoding: 'json', raw: '\\u00', want: undefined },
  { encoding: 'json', raw: '\\x', want: undefined },
  { encoding: 'json', raw: 'a\\', want: undefined },
  { encoding: 'apache', raw: '\\x22a\\"b\\\\c\\t\\xC3\\xa9', want: '"a"b\\c\té' },
  { encoding: 'apache', raw: '\\xff', want: undefined },
  { encoding: 'apache', raw: '\\q \\xg0 \\x4', want: '\\q \\xg0 \\x4' },
  { encoding: 'apache', raw: 'a\\', want: 'a\\' },
  { encoding: 'apache', raw: '%2B', want: '%2B' },
  { encoding: 'percent', raw: 'cargo%201.74.0%2520%28x%29', want: 'cargo 1.74.0%20(x)' },
  { encoding: 'percent', raw: '100% %zz %4', want: '100% %zz %4' },
  { encoding: 'percent', raw: '%ff', want: undefined },
  { encoding: 'percent2', raw: '/a-2.0.8%252Bzstd.crate', want: '/a-2.0.8%2Bzstd.crate' },
  { encoding: 'percent2', raw: '/a-2.0.8%2Bzstd.crate', want: '/a-2.0.8+zstd.crate' },
  { encoding: 'percent2', raw: '/a-2.0.8+zstd.crate', want: '/a-2.0.8+zstd.crate' },
  { encoding: 'pep381', raw: 'demo,demo-1.0.tar.gz', want: '/packages/any/d/demo/demo-1.0.tar.gz' },
  { encoding: 'pep381', raw: 'démo,a b/c?.zip', want: '/packages/any/d/d%C3%A9mo/a%20b%2Fc%3F.zip' },
  { encoding: 'pep381', raw: ',demo-1.0.tar.gz', want: undefined },
];

test.each(cases)('$encoding $raw is $want', ({ encoding, raw, want }) => {
  expect(decode(encoding, raw)).toBe(want);
});

const text = fc.string({ unit: 'grapheme' });

test('what JSON, percent and Apache encode comes back', () => {
  const apache = (value: string) =>
    [...Buffer.from(value)]
      .map((byte) =>
        byte < 0x20 || byte > 0x7e || byte === 0x22 || byte === 0x5c
          ? `\\x${byte.toString(16).padStart(2, '0')}`
          : String.fromCharCode(byte),
      )
      .join('');
  fc.assert(
    fc.property(text, (value) => {
      expect(decode('json', JSON.stringify(value).slice(1, -1))).toBe(value);
      expect(decode('percent', encodeURIComponent(value))).toBe(value);
      expect(decode('percent2', encodeURIComponent(encodeURI(value)))).toBe(encodeURI(value));
      expect(decode('apache', apache(value))).toBe(value);
      expect(decode('plain', value)).toBe(value);
    }),
  );
});

test('no bytes make it throw', () => {
  const encodings: Encoding[] = ['plain', 'json', 'apache', 'percent', 'percent2', 'pep381'];
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.constantFrom(...encodings), (raw, encoding) => {
      expect(['string', 'undefined']).toContain(typeof decode(encoding, raw));
    }),
    { numRuns: 1000 },
  );
});
