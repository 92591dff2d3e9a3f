import { existsSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Settings } from '../../shared/config.ts';
import { dayAt, isoDay } from '../../shared/days.ts';
import { formatBytes } from '../../shared/terminal/numbers.ts';
import { countryDatabasePath } from '../country-database.ts';

/** What a check found: `warning` is to be looked at, `bad` keeps something from working. */
export interface Finding {
  readonly name: string;
  readonly state: 'good' | 'warning' | 'bad';
  readonly detail: string;
  /** What to do. */
  readonly advice?: string;
}

/** Less free space than this and an insert, a merge and the logs beside it may not fit. */
const littleSpaceBytes = 1e9;

/** `engines` of package.json. */
export function checkNode(): Finding {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const detail = `${process.version} on ${process.platform} ${process.arch}`;
  const isOld = major < 20 || (major === 20 && minor < 19);
  return isOld
    ? { name: 'node', state: 'bad', detail, advice: 'Tallymark needs 20.19 or newer' }
    : { name: 'node', state: 'good', detail };
}

/** The folder's socket is open to whoever may enter it. */
export async function checkFolder(data: string): Promise<Finding> {
  const name = 'data folder';
  if (!existsSync(data)) return { name, state: 'good', detail: `${data}, not made yet` };
  const { mode, uid } = await stat(data);
  const rights = (mode & 0o777).toString(8).padStart(4, '0');
  if ((mode & 0o077) !== 0) {
    return {
      name,
      state: 'bad',
      detail: `${data} is open to others (${rights})`,
      advice: `chmod 700 ${data}`,
    };
  }
  const isOurs = process.getuid?.() === undefined || process.getuid() === uid || process.getuid() === 0;
  if (!isOurs)
    return {
      name,
      state: 'bad',
      detail: `${data} is another user's`,
      advice: 'run as its owner, or give another --data',
    };
  return { name, state: 'good', detail: `${data} (${rights})` };
}

/** Free space where the data is, or is going to be. */
export async function checkDisk(data: string): Promise<Finding> {
  let folder = resolve(data);
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const detail = `${formatBytes(free)} free`;
  return free < littleSpaceBytes
    ? {
        name: 'disk',
        state: 'warning',
        detail,
        advice: 'make room: a full disk stops counting, though it loses nothing',
      }
    : { name: 'disk', state: 'good', detail };
}

/** Whether the country database can be used, and how old it is. */
export async function checkCountryData(settings: Settings): Promise<Finding> {
  const name = 'country data';
  const { CountryDatabaseError, isStale, openCountryDatabase } = await import(
    '../../shared/geo/open-country-database.ts'
  );
  const path = countryDatabasePath(settings);
  try {
    const database = openCountryDatabase(path === undefined ? {} : { path });
    const today = isoDay(dayAt(Date.now()));
    const detail = `${database.description}, built ${database.buildDate}, ${database.ageDays(today)} days ago`;
    return isStale(database, today)
      ? { name, state: 'warning', detail, advice: '`tallymark geo update --from URL` takes newer data' }
      : { name, state: 'good', detail };
  } catch (error) {
    if (!(error instanceof CountryDatabaseError)) throw error;
    return { name, state: 'bad', detail: error.message };
  }
}
