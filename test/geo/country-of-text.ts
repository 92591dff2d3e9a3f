import { countries } from '../../shared/geo/countries.ts';
import type { CountryOf } from '../../shared/geo/country-of.ts';

/** The code that `countryOf` gives for a text, which stands in the midst of other bytes. */
export function countryOfText(countryOf: CountryOf, text: string): string {
  const bytes = Buffer.from(`9${text}9`);
  return countries[countryOf(bytes, 1, bytes.length - 1)];
}
