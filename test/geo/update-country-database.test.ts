import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CountryDatabaseError } from '../../shared/geo/open-country-database.ts';
import { updateCountryDatabase } from '../../shared/geo/update-country-database.ts';
import { watchCountryDatabase } from '../../shared/geo/watch-country-database.ts';
import { scratchFolder } from '../source/scratch-folder.ts';
import { buildDatabase } from './build-database.ts';
import { countryOfText } from './country-of-text.ts';

const scratch = scratchFolder();
const database = (code: string, built: string) =>
  buildDatabase({ networks: { '192.88.99.0/24': { country_code: code } }, built });
const january = scratch.write('january.mmdb', database('DE', '2026-01-01'));
const february = scratch.write('february.mmdb', database('FR', '2026-02-01'));
const packed = scratch.write('march.mmdb.gz', gzipSync(database('AT', '2026-03-01')));
const cut = scratch.write('cut.mmdb', database('IT', '2026-04-01').subarray(0, -20));
const cutPacked = scratch.write('cut.mmdb.gz', gzipSync(database('IT', '2026-04-01')).subarray(0, -20));

test('a newer file takes the place of the old one; older, equal and corrupt ones do not', async () => {
  const path = join(scratch.folder, 'data', 'geo', 'own.mmdb');
  const update = async (from: string) => {
    const { outcome, database } = await updateCountryDatabase({ path, from });
    return `${outcome} ${countryOfText(database.countryOf, '192.88.99.8')}`;
  };
  expect(await update(january)).toBe('updated DE');
  expect(await update(february)).toBe('updated FR');
  expect(await update(february)).toBe('same FR');
  expect(await update(january)).toBe('older FR');
  expect(await update(packed)).toBe('updated AT');
  for (const broken of [cut, cutPacked, join(scratch.folder, 'missing.mmdb'), scratch.folder]) {
    await expect(update(broken)).rejects.toThrow(broken);
  }
  expect(readFileSync(path)).toEqual(database('AT', '2026-03-01'));
  expect(readdirSync(dirname(path))).toEqual(['own.mmdb']);
});

test('without a file of its own it takes the installed one', async () => {
  const { outcome, database } = await updateCountryDatabase({ path: join(scratch.folder, 'installed') });
  expect(outcome).toBe('updated');
  expect(countryOfText(database.countryOf, [193, 0, 6, 139].join('.'))).toBe('NL');
});

test('a corrupt file in its place is replaced by a good one', async () => {
  const path = scratch.write('corrupt', 'noise');
  expect((await updateCountryDatabase({ path, from: january })).outcome).toBe('updated');
});

test('where nothing can be written it says so and leaves nothing', async () => {
  const file = scratch.write('a-file', '');
  await expect(updateCountryDatabase({ path: join(file, 'geo', 'own.mmdb'), from: january })).rejects.toThrow(
    /cannot be written \(ENOTDIR\)/,
  );
});

describe('from an address', () => {
  let authorization: string | undefined;
  const files: Readonly<Record<string, Buffer>> = {
    '/country.mmdb.gz': readFileSync(packed),
    '/cut.gz': readFileSync(cutPacked),
    '/noise': Buffer.from('noise'),
  };
  const server = createServer((request, response) => {
    authorization = request.headers.authorization;
    const found = files[request.url?.split('?')[0] ?? ''];
    response.writeHead(found ? 200 : 404).end(found ?? 'no such file');
  });
  let address = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  test('it is fetched, and an error of the server is told', async () => {
    const path = join(scratch.folder, 'fetched');
    const { database } = await updateCountryDatabase({ path, from: `${address}/country.mmdb.gz` });
    expect(countryOfText(database.countryOf, '192.88.99.8')).toBe('AT');
    await expect(updateCountryDatabase({ path, from: `${address}/other` })).rejects.toThrow('answered 404');
  });

  test.each([
    { name: 'that the server has not', path: '/other?license_key=GEHEIM' },
    { name: 'of something else', path: '/noise?license_key=GEHEIM' },
    { name: 'of a broken .gz', path: '/cut.gz?license_key=GEHEIM' },
    { name: 'of nobody', host: 'http://me:GEHEIM@127.0.0.1:9', path: '/a?license_key=GEHEIM' },
    { name: 'that is none', host: 'http://me:GEHEIM@:99999', path: '/' },
  ])('an address $name is told without its secrets', async ({ host, path: target }) => {
    const from = `${host ?? address.replace('//', '//me:GEHEIM@')}${target}`;
    const error = await updateCountryDatabase({ path: join(scratch.folder, 'secret'), from }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(CountryDatabaseError);
    expect(inspect(error, { depth: 9 })).not.toContain('GEHEIM');
  });

  test('user and password of an address are told to its server', async () => {
    const from = `${address.replace('//', '//account:a%2Fkey@')}/country.mmdb.gz`;
    await updateCountryDatabase({ path: join(scratch.folder, 'account'), from });
    expect(authorization).toBe(`Basic ${Buffer.from('account:a/key').toString('base64')}`);
  });
});

test('a running process takes up a new file, keeps the old one where that is corrupt, and says so', async () => {
  const path = join(scratch.folder, 'watched');
  await updateCountryDatabase({ path, from: january });
  const watched = watchCountryDatabase(path);
  const country = () => countryOfText(watched.current().countryOf, '192.88.99.8');
  expect(country()).toBe('DE');
  expect(watched.current()).toBe(watched.current());
  await updateCountryDatabase({ path, from: february });
  expect(country()).toBe('FR');
  writeFileSync(path, readFileSync(cut));
  expect(country()).toBe('FR');
  expect(watched.refused?.message).toContain(path);
  await updateCountryDatabase({ path, from: packed });
  expect(country()).toBe('AT');
  expect(watched.refused).toBeUndefined();
});
