import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type CountryDatabase, openCountryDatabase } from '../../shared/geo/open-country-database.ts';
import { createBlockPool } from '../../shared/source/block-pool.ts';
import { openSource } from '../../shared/source/open-source.ts';
import { readRows } from '../../shared/store/counts-row.ts';
import { type Counter, counterHere } from '../../shared/workers/counter.ts';
import { Lane } from '../../shared/workers/lane.ts';
import { built, program } from '../cli/run-cli.ts';
import { combinedPypi, line, today } from '../count/count-text.ts';
import { buildDatabase } from '../geo/build-database.ts';
import { scratchFolder } from '../source/scratch-folder.ts';
import { openReplay } from './open-replay.ts';

const scratch = scratchFolder();
// Reserved networks have no country; this one was the 6to4 relays', and is nobody's today.
const log = scratch.write('access.log', line({ address: '192.88.99.8' }));

function databaseOf(code: string): CountryDatabase {
  const bytes = buildDatabase({ networks: { '192.88.99.0/24': { country_code: code } } });
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return openCountryDatabase({ bytes: shared });
}

async function threadOver({ bytes }: CountryDatabase): Promise<Counter> {
  await built();
  const { counterThread } = await import(
    pathToFileURL(`${program}/../../shared/workers/counter-thread.js`).href
  );
  return counterThread({ countryDatabase: bytes });
}

describe('a database that is replaced while logs are counted', { timeout: 120_000 }, () => {
  test.each([
    { where: 'here', start: async ({ countryOf }: CountryDatabase) => counterHere(countryOf) },
    { where: 'on a thread', start: threadOver },
  ])('is used from the next batch on, which says so ($where)', async ({ start }) => {
    const [first, second] = [databaseOf('DE'), databaseOf('FR')];
    let there = first;
    await using counter = await start(first);
    const lane = new Lane(counter, { today, geo: first.digest, countries: () => there });
    const countryOfBatch = async () => {
      await using source = await openSource(log, createBlockPool());
      if (source.identity === undefined) throw new Error('it has a line');
      lane.begin({ file: 0, path: log, identity: source.identity, setup: combinedPypi }, 0, []);
      for await (const block of source.blocks({ from: 0 })) lane.count(block);
      there = second;
      const { counted, pins } = await lane.cut();
      const [row] = counted.months.flatMap(({ rows }) => [...readRows(rows)]);
      return { country: row?.country, geo: pins.geo };
    };
    expect(await countryOfBatch()).toEqual({ country: { DE: 1 }, geo: first.digest });
    expect(await countryOfBatch()).toEqual({ country: { FR: 1 }, geo: second.digest });
  });
});

test('a format without addresses has the country that the CDN gave, unasked', async () => {
  await using run = await openReplay();
  const sample =
    'download|Mon, 15 Jun 2026 20:54:54 GMT|US|/packages/any/d/demo/demo-1.0.tar.gz|TLSv1.2|' +
    'ECDHE-RSA-AES128-GCM-SHA256|demo|1.0|sdist|pip/20.3.3\n';
  await run.replay([run.write('pypi.log', sample.repeat(3))], { countryFrom: 'database' });
  expect(await run.countries()).toEqual({ US: 3 });
});

test('a format with addresses and countries has what is asked for', async () => {
  await using run = await openReplay();
  const row = '2026-06-15\t192.0.2.7\tGET\t/crates/demo/demo-1.0.0.crate\t200\tcargo%201.74.0\tUS\n';
  const fields = '#Fields: date c-ip cs-method cs-uri-stem sc-status cs(User-Agent) c-country';
  const path = run.write('edge.log', `#Version: 1.0\n${fields}\n${row}`);
  await run.replay([path], { countryFrom: 'database' });
  expect(await run.countries()).toEqual({ ZZ: 1 });
});
