import { describe, expect, test } from 'vitest';
import { countries, countryIndex, UNKNOWN_COUNTRY } from '../../shared/geo/countries.ts';
import { countryOfCode } from '../../shared/geo/country-of-code.ts';
import { countryOfText } from './country-of-text.ts';

test('there are 249 countries of ISO 3166-1 and Kosovo, each once, and ZZ is number 0', () => {
  expect(countries[UNKNOWN_COUNTRY]).toBe('ZZ');
  expect(countries).toHaveLength(1 + 249 + 1);
  expect(new Set(countries).size).toBe(countries.length);
  const named = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
  for (const code of countries) expect(named.of(code), code).toBeDefined();
});

test('each has the number it is found by', () => {
  countries.forEach((code, index) => {
    expect(countryIndex(code)).toBe(index);
  });
});

test.each(['XX', 'T1', 'A1', 'A2', 'AP', 'EU', 'UK', 'us', '', 'constructor'])('%j is no country', (code) => {
  expect(countryIndex(code)).toBe(UNKNOWN_COUNTRY);
});

describe('codes as a CDN logs them', () => {
  test.each([
    { code: 'US', want: 'US' },
    { code: 'us', want: 'US' },
    { code: 'Xk', want: 'XK' },
    { code: 'ZZ', want: 'ZZ' },
    ...['XX', 'T1', 't1', 'EU', 'UK', '', '-', 'U', 'USA', '{}', 'U2', '\x15\x13', 'U\x13', 'é'].map(
      (code) => ({ code, want: 'ZZ' }),
    ),
  ])('$code is $want', ({ code, want }) => {
    expect(countryOfText(countryOfCode, code)).toBe(want);
  });

  test('of all pairs of bytes only letters that make a country are one', () => {
    const bytes = new Uint8Array(2);
    for (let pair = 0; pair < 2 ** 16; pair++) {
      bytes.set([pair >> 8, pair & 255]);
      const text = Buffer.from(bytes).toString('latin1');
      const want = /^[A-Za-z]{2}$/.test(text) ? countryIndex(text.toUpperCase()) : UNKNOWN_COUNTRY;
      if (countryOfCode(bytes, 0, 2) !== want) expect.fail(`the bytes ${pair.toString(16)}`);
    }
  });
});
