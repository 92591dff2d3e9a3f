import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../shared/config.ts';

/** The folder that `geo update` keeps a country database in. */
export function countryFolder({ data }: Settings): string {
  return join(data, 'geo');
}

/**
 * Path of the country database in use: the configured one, else what `geo update` has fetched; undefined for the one that is installed
 * with us.
 */
export function countryDatabasePath(settings: Settings): string | undefined {
  if (settings.geo_db !== undefined) return settings.geo_db;
  const fetched = join(countryFolder(settings), 'country.mmdb');
  return existsSync(fetched) ? fetched : undefined;
}
