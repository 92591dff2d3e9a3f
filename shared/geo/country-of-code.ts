import { countries, countryIndex } from './countries.ts';
import type { CountryOf } from './country-of.ts';

/** Country of a code as a CDN logs it, in either case; for logs with a country of their own. */
export const countryOfCode: CountryOf = (bytes, start, end) => {
  if (end - start !== 2) return 0;
  return (
    table[((bytes[start] & 0x1f) << 5) | (bytes[start + 1] & 0x1f)] * letters(bytes[start], bytes[start + 1])
  );
};

/** Numbers of the countries by five bits of each letter, which are the same for capitals and small letters. */
const table = new Uint16Array(1 << 10);
for (const code of countries) {
  table[((code.charCodeAt(0) & 0x1f) << 5) | (code.charCodeAt(1) & 0x1f)] = countryIndex(code);
}

/** 1 where both bytes are ASCII letters, else 0. */
function letters(first: number, second: number): 0 | 1 {
  return isLetter(first) && isLetter(second) ? 1 : 0;
}

function isLetter(byte: number): boolean {
  const small = byte | 0x20;
  return small >= 0x61 && small <= 0x7a;
}
