import { openCountryDatabase } from '../../shared/geo/open-country-database.ts';
import type { CountryData } from '../../shared/store/released/terms.ts';

/** What a release says of the country database in use. Throws `CountryDatabaseError`. */
export function countryDataOf(path: string | undefined): CountryData {
  const { description, buildDate, attribution } = openCountryDatabase(path === undefined ? {} : { path });
  return { source: description, build: buildDate, attribution: attribution ?? null };
}
