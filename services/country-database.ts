import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../shared/config.ts';

/** The file that `geo update` keeps country data in. */
export function fetchedCountryDatabase({ data }: Settings): string {
  return join(data, 'geo', 'country.mmdb');
}

/**
 * Path of the country database in use: the configured one, else what `geo update` has fetched; undefined for the one that is installed
 * with us.
 */
export function countryDatabasePath(settings: Settings): string | undefined {
  if (settings.geo_db !== undefined) return settings.geo_db;
  const fetched = fetchedCountryDatabase(settings);
  return existsSync(fetched) ? fetched : undefined;
}
