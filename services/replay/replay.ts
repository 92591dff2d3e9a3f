import { availableParallelism } from 'node:os';
import { dayAt, isoDay } from '../../shared/days.ts';
import {
  type CountryDatabase,
  installedCountryDatabase,
  isStale,
} from '../../shared/geo/open-country-database.ts';
import {
  type WatchedCountryDatabase,
  watchCountryDatabase,
} from '../../shared/geo/watch-country-database.ts';
import { type BlockPool, createBlockPool } from '../../shared/source/block-pool.ts';
import { findFiles } from '../../shared/source/find-files.ts';
import { takeTurn } from '../../shared/store/take-turn.ts';
import { type Counter, counterHere } from '../../shared/workers/counter.ts';
import { counterThread } from '../../shared/workers/counter-thread.ts';
import { Lane } from '../../shared/workers/lane.ts';
import { countFiles } from './count-files.ts';
import { Crew } from './crew.ts';
import { formBatchWith } from './form-batch.ts';
import type { ReplayErrorCode, ReplayOptions, ReplaySummary } from './replay-options.ts';
import { Report } from './report.ts';

/** Blocks of 1 MiB a counter may be behind by, and those the files being opened take. */
const blocksPerCounter = 8;
const blocksBeside = 4;

/**
 * Counts archived logs into a store, each line exactly once however often it is given, whatever crashes: takes its turn, finishes
 * what an earlier replay left undone, counts what is not counted yet, and writes it in batches. Files that cannot be read are in the
 * summary; what stops all of it (the store, the country database) is thrown.
 */
export async function replay(options: ReplayOptions): Promise<ReplaySummary> {
  const started = performance.now();
  const { files, problems } = findFiles(
    options.paths,
    options.filesFrom ? { filesFrom: options.filesFrom } : {},
  );
  const report = new Report(files);
  for (const { path, code, message } of problems)
    report.failPath(path, code.replace('-', '_') as ReplayErrorCode, message);
  if (files.length > 0) {
    const today = dayAt(Date.now());
    const countries = openCountries(options, today);
    const workers = options.workers ?? availableParallelism();
    const database = countries.current();
    const counters = startCounters(database, workers);
    const pool = createBlockPool({ count: counters.length * blocksPerCounter + blocksBeside });
    try {
      await countInTurn(options, { files, report, countries, geo: database.digest, counters, pool, today });
    } finally {
      await Promise.all(counters.map((counter) => counter[Symbol.asyncDispose]()));
    }
  }
  return report.summary(options, (performance.now() - started) / 1000);
}

interface Equipment {
  readonly files: ReturnType<typeof findFiles>['files'];
  readonly report: Report;
  readonly countries: WatchedCountryDatabase;
  /** Digest of the database that the counters were started with. */
  readonly geo: string;
  readonly counters: readonly Counter[];
  readonly pool: BlockPool;
  readonly today: number;
}

async function countInTurn(options: ReplayOptions, equipment: Equipment): Promise<void> {
  const { counters, geo, countries, pool, today, report, files } = equipment;
  await using turn = await takeTurn(options.store, {
    site: options.site ?? '',
    formBatch: formBatchWith({ counter: counters[0], pool, geo }),
    signal: options.signal,
    ...(options.timeoutMs && { timeoutMs: options.timeoutMs }),
    onWait: () => options.onNotice('Another replay is writing to this store; this one waits for its turn.'),
  });
  for (const { outcome } of turn.recovered) {
    const what = { finished: 'finished', void: 'gave up, as its files are gone or have changed,' }[outcome];
    options.onNotice(`An earlier replay had stopped half-way: ${what} what it had begun.`);
  }
  const lanes = counters.map((counter) => new Lane(counter, { today, geo, countries: countries.current }));
  await using crew = new Crew(lanes, { turn, report, signal: options.signal });
  await countFiles(files, { options, turn, report, crew, pool });
  if (countries.refused) options.onNotice(`${countries.refused.message} The one before stayed in use.`);
  const before = [...report.countedBefore].filter((word) => /^(rules|layout)\//.test(word)).sort();
  if (before.length > 0) {
    const how = before.map((word) => word.replace('/', ' ')).join(', ');
    options.onNotice(`Lines that were counted before were not counted again. They were counted with ${how}.`);
  }
}

/** The database, and the ones that `geo update` puts in its place while we count. */
function openCountries({ geoDb, onNotice }: ReplayOptions, today: number): WatchedCountryDatabase {
  const countries = watchCountryDatabase(geoDb ?? installedCountryDatabase());
  const database = countries.current();
  if (isStale(database, isoDay(today))) {
    const age = database.ageDays(isoDay(today));
    onNotice(`The country data is ${age} days old; \`tallymark geo update\` replaces it.`);
  }
  return countries;
}

/** One thread a worker; none counts on this one. */
function startCounters({ countryOf, bytes }: CountryDatabase, workers: number): Counter[] {
  if (workers === 0) return [counterHere(countryOf)];
  return Array.from({ length: workers }, () => counterThread({ countryDatabase: bytes }));
}
