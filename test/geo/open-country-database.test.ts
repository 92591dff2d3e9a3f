import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { Reader, type Response } from 'maxmind';
import { describe, expect, test } from 'vitest';
import { countryCodeIn } from '../../shared/geo/country-code-in.ts';
import {
  CountryDatabaseError,
  isStale,
  openCountryDatabase,
  STALE_AFTER_DAYS,
} from '../../shared/geo/open-country-database.ts';
import { sharedData } from '../shared-data.ts';
import { buildDatabase } from './build-database.ts';
import { countryOfText } from './country-of-text.ts';

/** Addresses for documentation have no country, so here are two of RIPE's own; in pieces, as no address stands in this tree. */
const RIPE_V4 = [193, 0, 6, 139].join('.');
const RIPE_V6 = ['2001', '67c', '2e8', '', '1'].join(':');

describe('the installed database', () => {
  const database = openCountryDatabase();

  test('knows countries of well-known networks, over IPv4 and IPv6', () => {
    expect(countryOfText(database.countryOf, RIPE_V4)).toBe('NL');
    expect(countryOfText(database.countryOf, `[${RIPE_V6}]:443`)).toBe('NL');
    expect(countryOfText(database.countryOf, '192.0.2.1')).toBe('ZZ');
  });

  test('says what it is and how old', () => {
    expect(database.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(database.buildDate).toMatch(/^20\d\d-\d\d-\d\d$/);
    expect(database.attribution).toEqual({ text: 'IP geolocation by DB-IP', url: 'https://db-ip.com' });
    expect(database.ageDays(database.buildDate)).toBeLessThanOrEqual(0);
  });

  test('is opened in other threads over the same memory', async () => {
    expect(database.bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
    // Node 20 takes no loader for the threads of a process; this one brings its own.
    const thread = JSON.stringify(new URL('./country-in-thread.ts', import.meta.url).href);
    const worker = new Worker(
      `import('tsx/esm/api').then(({ register }) => (register(), import(${thread})))`,
      {
        eval: true,
        workerData: { bytes: database.bytes, address: RIPE_V4 },
      },
    );
    const answer = await new Promise((resolve, reject) =>
      worker.once('message', resolve).once('error', reject),
    );
    expect(answer).toEqual({ code: 'NL', digest: database.digest });
  });
});

describe('the country of a record', () => {
  test.each([
    { name: "MaxMind's", record: { country: { iso_code: 'DE' } }, want: 'DE' },
    { name: 'flat', record: { country_code: 'DE' }, want: 'DE' },
    {
      name: 'not where it is registered',
      record: { country: { iso_code: 'DE' }, registered_country: { iso_code: 'FR' } },
      want: 'DE',
    },
    {
      name: 'not where it is registered, even without another',
      record: { registered_country: { iso_code: 'FR' } },
      want: 'ZZ',
    },
    { name: 'not who it represents', record: { represented_country: { iso_code: 'US' } }, want: 'ZZ' },
    { name: 'a continent', record: { country_code: 'EU' }, want: 'ZZ' },
    { name: 'a number', record: { country_code: 7 }, want: 'ZZ' },
  ])('$name', ({ record, want }) => {
    for (const recordSize of [24, 28, 32] as const) {
      const networks = { '192.88.99.0/26': record, '192.88.99.64/26': { country_code: 'AT' } };
      const { countryOf } = openCountryDatabase({ bytes: buildDatabase({ networks, recordSize }) });
      expect(
        ['192.88.99.8', '192.88.99.72', '192.88.99.200'].map((address) => countryOfText(countryOf, address)),
      ).toEqual([want, 'AT', 'ZZ']);
    }
  });
});

test('data of more than 45 days is stale', () => {
  const database = openCountryDatabase({
    bytes: buildDatabase({ networks: { '192.88.99.0/26': { country_code: 'DE' } }, built: '2026-01-01' }),
  });
  expect(STALE_AFTER_DAYS).toBe(45);
  expect(database.ageDays('2026-02-15')).toBe(45);
  expect(isStale(database, '2026-02-15')).toBe(false);
  expect(isStale(database, '2026-02-16')).toBe(true);
});

describe.skipIf(sharedData.missing)(sharedData.title("MaxMind's corrupt databases"), () => {
  const folder = sharedData.path('maxmind/bad-data');
  const names = sharedData.missing ? [] : readdirSync(folder);

  test('are all there', () => {
    expect(names.length).toBeGreaterThanOrEqual(21);
  });

  test.each(names)('%s is refused with its path and what to do', (name) => {
    const path = join(folder, name);
    const start = performance.now();
    expect(() => openCountryDatabase({ path })).toThrow(CountryDatabaseError);
    expect(() => openCountryDatabase({ path })).toThrow(`${path} is no usable country database: `);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe.skipIf(sharedData.missing)(sharedData.title("MaxMind's test database"), () => {
  type Entry = { country?: { iso_code?: string }; registered_country?: { iso_code?: string } };
  const entries = (): [network: string, Entry][] => {
    const list: Record<string, Entry>[] = JSON.parse(
      readFileSync(sharedData.path('maxmind/GeoLite2-Country-Test.json'), 'utf8'),
    );
    return list.flatMap((entry) => Object.entries(entry));
  };

  test('each network has the country its source says, and not the one where it is registered', () => {
    const path = sharedData.path('maxmind/GeoLite2-Country-Test.mmdb');
    const { countryOf } = openCountryDatabase({ path });
    const reader = new Reader<Response>(readFileSync(path));
    let differ = 0;
    for (const [network, { country, registered_country }] of entries()) {
      const address = network.split('/')[0].replace(/^::(\d+\.\d+\.\d+\.\d+)$/, '$1');
      const [record] = reader.getWithPrefixLength(address);
      expect(countryCodeIn(record), network).toBe(country?.iso_code);
      if (!isReserved(address))
        expect(countryOfText(countryOf, address), network).toBe(country?.iso_code ?? 'ZZ');
      if (country?.iso_code !== registered_country?.iso_code) differ++;
    }
    expect(entries().length).toBeGreaterThan(100);
    expect(differ).toBeGreaterThan(5);
  });
});

/** The test data has networks that nobody has, Teredo's and IPv4-compatible ones. */
function isReserved(address: string): boolean {
  return /^(::|2001:0?:|2001:\d{1,2}:|fc|fe)/i.test(address);
}

test('a missing file says so', () => {
  expect(() => openCountryDatabase({ path: '/nowhere/country.mmdb' })).toThrow(
    '/nowhere/country.mmdb cannot be read (ENOENT)',
  );
});

describe('any damage', () => {
  const good = buildDatabase({
    networks: {
      '192.88.99.0/26': { country: { iso_code: 'DE', names: { en: 'Germany' } } },
      '192.88.99.64/26': { country_code: 'AT' },
    },
  });

  /** A damaged database is refused, or answers whatever is asked. */
  function opensOrIsRefused(bytes: Buffer): void {
    try {
      const { countryOf } = openCountryDatabase({ bytes });
      for (const address of ['192.88.99.8', '192.88.99.72', '2002::1', '192.88.99.250'])
        countryOfText(countryOf, address);
    } catch (error) {
      expect(error).toBeInstanceOf(CountryDatabaseError);
    }
  }

  test('cut at any byte it is refused', () => {
    for (let length = 0; length < good.length; length++) {
      expect(() => openCountryDatabase({ bytes: good.subarray(0, length) }), `cut at ${length}`).toThrow(
        CountryDatabaseError,
      );
    }
  });

  test('with any bytes changed it is refused or works, and never crashes or hangs', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (changes) => {
          const damaged = Buffer.from(good);
          for (const [at, byte] of changes) damaged[at] = byte;
          opensOrIsRefused(damaged);
        },
      ),
      { numRuns: 3000 },
    );
  });
});
