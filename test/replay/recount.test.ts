import { describe, expect, test } from 'vitest';
import { countAgainFrom, lookAtFile } from '../../services/replay/count-again.ts';
import { parseDay } from '../../shared/days.ts';
import { openCountryDatabase } from '../../shared/geo/open-country-database.ts';
import { type Recount, recountDay } from '../../shared/store/recount-day.ts';
import { line, today } from '../count/count-text.ts';
import { openReplay, type ReplayTest } from './open-replay.ts';

const database = openCountryDatabase();

interface RecountOptions {
  readonly day: string;
  readonly format?: string;
  readonly layout?: string;
  /** Done after the files were looked at and before they are counted. */
  readonly meanwhile?: () => void;
}

async function recount(
  run: ReplayTest,
  paths: readonly string[],
  { day, meanwhile = () => {}, ...how }: RecountOptions,
): Promise<Recount> {
  const signal = new AbortController().signal;
  const looked = await Promise.all(
    paths.map((path) => lookAtFile(path, { countryFrom: 'database', signal, ...how })),
  );
  const files = looked.flatMap((file) => file ?? []);
  meanwhile();
  return recountDay(run.store, {
    day: parseDay(day) as number,
    candidates: files,
    countAgain: countAgainFrom(files, { database, today }),
  });
}

const day = '2026-06-15';
const lines = line().repeat(40);

describe('a day is counted again', () => {
  test('from daily statistics, which are told apart by their names', async () => {
    await using run = await openReplay();
    const how = { format: 'pep381', layout: 'pypi' };
    const paths = ['2010-05-21', '2010-05-22'].map((name) =>
      run.write(name, 'demo,demo-1.0.tar.gz,pip/24.0,12\n'),
    );
    await run.replay(paths, how);
    expect(await recount(run, paths, { ...how, day: '2010-05-22' })).toEqual({ outcome: 'unchanged' });
  });

  test('from another copy where the first has become shorter', async () => {
    await using run = await openReplay();
    const whole = run.write('whole.log', lines);
    await run.replay([whole]);
    const short = run.write('short.log', lines.slice(0, lines.length / 2));
    expect(await recount(run, [short, whole], { day })).toEqual({ outcome: 'unchanged' });
  });

  test.each([
    { name: 'shorter', content: lines.slice(0, lines.length / 2) },
    { name: 'another', content: lines.slice(0, -10) + line().slice(-20) },
  ])('and refused where its only file has become $name since', async ({ content }) => {
    await using run = await openReplay();
    const path = run.write('access.log', lines);
    await run.replay([path]);
    const meanwhile = () => void run.write('access.log', content);
    expect(await recount(run, [path], { day, meanwhile })).toEqual({ outcome: 'refused', reason: 'changed' });
    expect(await run.downloads()).toEqual({ 'pypi/demo': 40 });
  });
});
