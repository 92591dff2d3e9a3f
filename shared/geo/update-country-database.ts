import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  type CountryDatabase,
  CountryDatabaseError,
  installedCountryDatabase,
  openCountryDatabase,
} from './open-country-database.ts';

/** Country databases have some 10 MB, city databases 100. */
const MOST_BYTES = 512 * 1024 * 1024;

export interface UpdateOptions {
  /** The file to replace; its folder is made where it is missing. */
  readonly path: string;
  /** Path or http(s) address of a database, plain or gzip; else the installed npm package's. Errors name it without credentials and query. */
  readonly from?: string;
  readonly signal?: AbortSignal;
}

export interface UpdateOutcome {
  /** `older` and `same` leave the file as it is. */
  readonly outcome: 'updated' | 'same' | 'older';
  readonly path: string;
  /** The database that is in use from now on. */
  readonly database: CountryDatabase;
}

/**
 * Takes a newer country database: checked whole, then put in the place of the old one in one step, so that whoever opens it sees one or the other.
 * Throws a `CountryDatabaseError` where it is corrupt or cannot be had; then the old one stays.
 */
export async function updateCountryDatabase({ path, from, signal }: UpdateOptions): Promise<UpdateOutcome> {
  const origin = originOf(from ?? installedCountryDatabase());
  const bytes = unpacked(await fetched(origin, signal), origin.name);
  const database = openCountryDatabase({ bytes, name: origin.name });
  const old = existsSync(path) ? openedOrNone(path) : undefined;
  if (old?.digest === database.digest) return { outcome: 'same', path, database: old };
  if (old !== undefined && old.buildDate > database.buildDate)
    return { outcome: 'older', path, database: old };
  await replaceFile(path, bytes);
  return { outcome: 'updated', path, database };
}

/** Where a database comes from: an address, or a path, which is its name; a name has no secrets. */
interface Origin {
  readonly name: string;
  readonly address?: URL;
}

function originOf(text: string): Origin {
  if (!/^https?:\/\//i.test(text)) return { name: text };
  if (!URL.canParse(text)) throw new CountryDatabaseError('The address of the country database is none.');
  const address = new URL(text);
  return { name: `${address.origin}${address.pathname}`, address };
}

async function fetched({ name, address }: Origin, signal: AbortSignal | undefined): Promise<Uint8Array> {
  try {
    if (address === undefined) return await readFile(name, { ...(signal && { signal }) });
    const response = await fetch(...requestFor(address, signal));
    if (!response.ok || response.body === null) throw new Error(`the server answered ${response.status}`);
    return await collected(response.body);
  } catch (cause) {
    signal?.throwIfAborted();
    const why = cause instanceof Error ? cause.message : 'no reason given';
    const message = `${name} cannot be had (${why}). The country database in use stays; check the address and try again.`;
    throw new CountryDatabaseError(message, { cause });
  }
}

/** An address's user and password go into the header: `fetch` refuses such an address, and quotes it. */
function requestFor(address: URL, signal: AbortSignal | undefined): [URL, RequestInit] {
  const bare = new URL(address);
  bare.username = bare.password = '';
  const credentials = [address.username, address.password].map(decodeURIComponent).join(':');
  const headers =
    credentials === ':' ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
  return [bare, { headers, ...(signal && { signal }) }];
}

async function collected(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > MOST_BYTES) throw new Error('it is too large for a country database');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** DB-IP publishes its database as `.mmdb.gz`. */
function unpacked(bytes: Uint8Array, name: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_BYTES });
  } catch (cause) {
    throw new CountryDatabaseError(
      `${name} is a broken .gz. The country database in use stays; get it again.`,
      { cause },
    );
  }
}

/** A file that is broken already may be replaced by any good one. */
function openedOrNone(path: string): CountryDatabase | undefined {
  try {
    return openCountryDatabase({ path });
  } catch (error) {
    if (error instanceof CountryDatabaseError) return undefined;
    throw error;
  }
}

/** Durable before it is seen: content, name, then the folder that has the name. */
async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.${process.pid}.new`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeDurably(draft, bytes);
    await rename(draft, path);
    await using folder = await open(dirname(path), 'r');
    await folder.sync();
  } catch (cause) {
    // Where even this fails the first error says why.
    await rm(draft, { force: true }).catch(() => {});
    const { code } = cause as NodeJS.ErrnoException;
    const todo = 'The country database in use stays; check the disk and the permissions.';
    throw new CountryDatabaseError(`${path} cannot be written (${code}). ${todo}`, { cause });
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  await using file = await open(path, 'w', 0o644);
  await file.writeFile(bytes);
  await file.sync();
}
