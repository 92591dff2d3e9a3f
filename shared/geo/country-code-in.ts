/**
 * The country code in a record of a database: MaxMind's `country.iso_code` or the flat `country_code` of DB-IP's packages. Never `registered_country`:
 * that is where the network's owner is, not its users.
 */
export function countryCodeIn(record: unknown): string | undefined {
  const { country, country_code: flat } = (record ?? {}) as {
    country?: { iso_code?: unknown };
    country_code?: unknown;
  };
  const code = country?.iso_code ?? flat;
  return typeof code === 'string' ? code : undefined;
}
