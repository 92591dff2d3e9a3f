import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
  const folder = join(scratch.folder, 'data', 'geo');
  const update = async (from: string) => {
    const { outcome, path, database } = await updateCountryDatabase({ folder, from });
    expect(path).toBe(join(folder, 'country.mmdb'));
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
  expect(readFileSync(join(folder, 'country.mmdb'))).toEqual(database('AT', '2026-03-01'));
  expect(readdirSync(folder)).toEqual(['country.mmdb']);
});

test('without a file of its own it takes the installed one', async () => {
  const { outcome, database } = await updateCountryDatabase({ folder: join(scratch.folder, 'installed') });
  expect(outcome).toBe('updated');
  expect(countryOfText(database.countryOf, [193, 0, 6, 139].join('.'))).toBe('NL');
});

test('a corrupt file in its place is replaced by a good one', async () => {
  const folder = join(scratch.folder, 'corrupt');
  await updateCountryDatabase({ folder, from: january });
  writeFileSync(join(folder, 'country.mmdb'), 'noise');
  expect((await updateCountryDatabase({ folder, from: january })).outcome).toBe('updated');
});

test('where nothing can be written it says so and leaves nothing', async () => {
  const file = scratch.write('a-file', '');
  await expect(updateCountryDatabase({ folder: join(file, 'geo'), from: january })).rejects.toThrow(
    /cannot be written \(ENOTDIR\)/,
  );
});

describe('from an address', () => {
  const server = createServer((request, response) => {
    const found = request.url === '/country.mmdb.gz';
    response.writeHead(found ? 200 : 404).end(found ? readFileSync(packed) : 'no such file');
  });
  let address = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  test('it is fetched, and an error of the server is told', async () => {
    const folder = join(scratch.folder, 'fetched');
    const { database } = await updateCountryDatabase({ folder, from: `${address}/country.mmdb.gz` });
    expect(countryOfText(database.countryOf, '192.88.99.8')).toBe('AT');
    await expect(updateCountryDatabase({ folder, from: `${address}/other` })).rejects.toThrow('answered 404');
  });
});

test('a running process takes up a new file, keeps the old one where that is corrupt, and says so', async () => {
  const folder = join(scratch.folder, 'watched');
  const { path } = await updateCountryDatabase({ folder, from: january });
  const watched = watchCountryDatabase(path);
  const country = () => countryOfText(watched.current().countryOf, '192.88.99.8');
  expect(country()).toBe('DE');
  expect(watched.current()).toBe(watched.current());
  await updateCountryDatabase({ folder, from: february });
  expect(country()).toBe('FR');
  writeFileSync(path, readFileSync(cut));
  expect(country()).toBe('FR');
  expect(watched.refused?.message).toContain(path);
  await updateCountryDatabase({ folder, from: packed });
  expect(country()).toBe('AT');
  expect(watched.refused).toBeUndefined();
});
