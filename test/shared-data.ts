import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../shared/data/', import.meta.url));

/**
 * Other projects' public test data beside the repository (`../shared/data`), which is not part of it. Use as
 * `describe.skipIf(sharedData.missing)(sharedData.title('…'), …)`: where the folder is absent the title says why.
 * CI runs on a clean clone without that folder, so its absence is no error there.
 */
export const sharedData = {
  missing: !existsSync(folder),
  /** Absolute path of a file or folder in it. */
  path: (name: string): string => folder + name,
  title: (name: string): string => (existsSync(folder) ? name : `${name} (skipped: no ../shared/data here)`),
};
