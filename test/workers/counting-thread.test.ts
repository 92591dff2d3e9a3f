import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installedCountryDatabase, openCountryDatabase } from '../../shared/geo/open-country-database.ts';
import { createBlockPool } from '../../shared/source/block-pool.ts';
import { readRows } from '../../shared/store/counts-row.ts';
import type { Counter } from '../../shared/workers/counter.ts';
import type { CountingThread } from '../../shared/workers/counter-thread.ts';
import { built, program } from '../cli/run-cli.ts';

let thread: CountingThread;
beforeAll(async () => {
  await built();
  // The entry of a thread has to be JavaScript.
  const { startCountingThread } = await import(
    pathToFileURL(`${program}/../../shared/workers/counter-thread.js`).href
  );
  const { bytes } = openCountryDatabase({ path: installedCountryDatabase() });
  thread = startCountingThread({ countryDatabase: bytes });
}, 120_000);
afterAll(() => thread[Symbol.asyncDispose]());

const setup = {
  format: 'combined',
  enveloped: false,
  fileName: 'x',
  registries: [{ name: 'pypi', layout: 'pypi', rules: 'default' }],
  countryFrom: 'database',
} as const;
const pool = createBlockPool();

test('a thread counts for several counters, each with a batch of its own', async () => {
  const [a, b] = [thread.counter(), thread.counter()];
  for (const counter of [a, b]) counter.begin({ file: 1, setup, today: 30_000, covered: [] });
  await Promise.all([count(a, 'one'), count(b, 'two'), count(a, 'three')]);
  expect(await projectsOf(a)).toEqual(['one', 'three']);
  expect(await projectsOf(b)).toEqual(['two']);
});

test('a stretch goes on after others, and its lines are its own', async () => {
  const counter = thread.counter();
  counter.begin({ file: 1, setup, today: 30_000, covered: [] });
  await count(counter, 'one');
  counter.begin({ file: 2, setup, today: 30_000, covered: [] });
  await count(counter, 'two');
  counter.begin({ file: 1, setup, today: 30_000, covered: [], resumes: 0 });
  await count(counter, 'three');
  const { totals } = await counter.cut();
  expect(totals.map(({ lines }) => lines)).toEqual([{ counted: 2 }, { counted: 1 }]);
});

test('a counter that is let go of leaves the others what they have', async () => {
  const [a, b] = [thread.counter(), thread.counter()];
  for (const counter of [a, b]) counter.begin({ file: 1, setup, today: 30_000, covered: [] });
  await Promise.all([count(a, 'one'), count(b, 'two')]);
  await a[Symbol.asyncDispose]();
  expect(await projectsOf(b)).toEqual(['two']);
});

async function count(counter: Counter, project: string): Promise<void> {
  const path = `/packages/any/p/${project}/${project}-1.0.tar.gz`;
  const line = `192.0.2.1 - - [20/Nov/2026:09:00:00 +0000] "GET ${path} HTTP/1.1" 200 1 "-" "pip/24.0"\n`;
  const bytes = await pool.acquire();
  const length = bytes.write(line);
  const release = () => pool.release(bytes);
  const block = { bytes, length, from: 0, to: length, tooLong: false, unterminated: false, release };
  await counter.count(block, 'lines');
}

async function projectsOf(counter: Counter): Promise<string[]> {
  const { months } = await counter.cut();
  return months.flatMap(({ rows }) => [...readRows(rows)].map(({ project }) => project)).sort();
}
