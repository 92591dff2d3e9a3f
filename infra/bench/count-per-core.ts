import { closeSync, openSync, readSync } from 'node:fs';
import { openCountryDatabase } from '../../shared/geo/open-country-database.ts';
import { Counting } from '../../shared/workers/counting.ts';

const blockSize = 1 << 20;

/** Seconds to read a log and count it into a batch on this one thread: parsing, countries, clients, rows; no store. */
export function countPerCore(path: string, { format, layout }: { format: string; layout: string }): number {
  const { countryOf } = openCountryDatabase();
  const counting = new Counting(countryOf);
  const registries = [{ name: layout, layout, rules: 'default' }];
  const setup = {
    format,
    enveloped: false,
    fileName: 'access.log',
    registries,
    countryFrom: 'database',
  } as const;
  const block = Buffer.from(new SharedArrayBuffer(blockSize));
  const file = openSync(path, 'r');
  const started = performance.now();
  counting.begin({ file: 0, setup, today: Math.floor(Date.now() / 86_400_000), covered: [] });
  for (let from = 0; ; ) {
    const read = readSync(file, block, 0, blockSize, from);
    const length = block.subarray(0, read).lastIndexOf(10) + 1;
    if (length === 0) break;
    counting.count({ kind: 'lines', bytes: block, length, from });
    from += length;
  }
  counting.cut();
  const seconds = (performance.now() - started) / 1000;
  closeSync(file);
  return seconds;
}
