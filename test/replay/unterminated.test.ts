import { describe, expect, test } from 'vitest';
import { line } from '../count/count-text.ts';
import { openReplay } from './open-replay.ts';

const half = line().slice(0, 60);

describe('a last line without its end', () => {
  test('that is left is reported, and counted when the file has grown', async () => {
    await using run = await openReplay();
    const path = run.write('access.log', line().repeat(10) + half);
    for (const counted of [10, 0]) {
      const { files } = await run.replay([path]);
      expect(files[0]).toMatchObject({ counted, unterminated: half.length });
      expect(files[0].error).toBeUndefined();
    }
    run.append('access.log', line().slice(60));
    const grown = await run.replay([path]);
    expect(grown).toMatchObject({ counted: 1, already_counted: 10 });
    expect(grown.files[0].unterminated).toBeUndefined();
  });

  test('that is taken is not reported', async () => {
    await using run = await openReplay();
    const { files } = await run.replay([run.write('access.log', line().repeat(10).trimEnd())]);
    expect(files[0]).toMatchObject({ counted: 10 });
    expect(files[0].unterminated).toBeUndefined();
  });

  test('that ends within its last field is left, whatever it reads like', async () => {
    await using run = await openReplay();
    const path = run.write('2010-05-21', 'demo,demo-1.0.tar.gz,pip/24.0,7\ndemo,demo-1.0.tar.gz,pip/24.0,12');
    const options = { format: 'pep381', layout: 'pypi' };
    expect((await run.replay([path], options)).files[0]).toMatchObject({ counted: 1, unterminated: 32 });
    run.append('2010-05-21', '3\n');
    await run.replay([path], options);
    expect(await run.downloads()).toEqual({ 'pypi/demo': 130 });
  });
});
