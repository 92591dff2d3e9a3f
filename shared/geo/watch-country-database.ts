import { statSync } from 'node:fs';
import { type CountryDatabase, CountryDatabaseError, openCountryDatabase } from './open-country-database.ts';

/** A country database that `geo update` may replace while we run. */
export interface WatchedCountryDatabase {
  /** The one to use from now on. Looks at the file's name and not into it: cheap enough for each batch, not for each line. */
  current(): CountryDatabase;
  /** Why the file that is there now is not in use; undefined where it is. */
  readonly refused: CountryDatabaseError | undefined;
}

/** Opens the database and takes up the files that replace it; a corrupt one is refused and the old one stays. Throws a `CountryDatabaseError` at first. */
export function watchCountryDatabase(path: string): WatchedCountryDatabase {
  let seen = identityOf(path);
  let database = openCountryDatabase({ path });
  let refused: CountryDatabaseError | undefined;
  return {
    current() {
      const identity = identityOf(path);
      if (identity === seen) return database;
      seen = identity;
      refused = undefined;
      try {
        database = openCountryDatabase({ path });
      } catch (error) {
        if (!(error instanceof CountryDatabaseError)) throw error;
        refused = error;
      }
      return database;
    },
    get refused() {
      return refused;
    },
  };
}

/** Which file has the name now; the same for one that is missing. */
function identityOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? '' : [stat.dev, stat.ino, stat.size, stat.mtimeMs].join(' ');
}
