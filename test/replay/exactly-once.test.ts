import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { line } from '../count/count-text.ts';
import { openReplay, type ReplayTest } from './open-replay.ts';

/** Lines for distinct projects, so that each one's count tells. */
function lines(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, index) => {
    const project = `p${from + index}`;
    return line({ request: `GET /packages/any/p/${project}/${project}-1.0.tar.gz HTTP/1.1` });
  }).join('');
}

async function expectEachOnce(run: ReplayTest, count: number): Promise<void> {
  const want = Object.fromEntries(Array.from({ length: count }, (_, index) => [`pypi/p${index}`, 1]));
  expect(await run.downloads()).toEqual(want);
  expect(await run.audit()).toMatchObject({ ok: true });
}

describe('each line is counted once', () => {
  test('a log that is given twice, by two names, and as an archive', async () => {
    await using run = await openReplay();
    const paths = [
      run.write('access.log', lines(0, 40)),
      run.write('copy.log', lines(0, 40)),
      run.write('access.log.gz', gzipSync(lines(0, 40))),
    ];
    expect(await run.replay(paths)).toMatchObject({ lines: 120, counted: 40, already_counted: 80 });
    expect(await run.replay(paths)).toMatchObject({ lines: 120, counted: 0, already_counted: 120 });
    expect(run.notices.join()).toContain('rules default');
    await expectEachOnce(run, 40);
  });

  test('a log that grows, also within its first KiB', async () => {
    await using run = await openReplay();
    const path = run.write('access.log', lines(0, 2));
    for (let from = 2; from < 30; from += 4) {
      expect(await run.replay([path])).toMatchObject({ counted: from === 2 ? 2 : 4 });
      run.append('access.log', lines(from, from + 4));
    }
    await run.replay([path]);
    await expectEachOnce(run, 30);
  });

  test('a log that grew between two archives of it', async () => {
    await using run = await openReplay();
    await run.replay([run.write('early.gz', gzipSync(lines(0, 20)))]);
    expect(await run.replay([run.write('late.gz', gzipSync(lines(0, 50)))])).toMatchObject({
      counted: 30,
      already_counted: 20,
    });
    await expectEachOnce(run, 50);
  });

  test('a last line without its end that parses, and its end later', async () => {
    await using run = await openReplay();
    const path = run.write('access.log', lines(0, 10).trimEnd());
    expect(await run.replay([path])).toMatchObject({ counted: 10 });
    run.append('access.log', `\n${lines(10, 20)}`);
    expect(await run.replay([path])).toMatchObject({ counted: 10, already_counted: 10 });
    await expectEachOnce(run, 20);
  });

  test('half a last line, and its other half later', async () => {
    await using run = await openReplay();
    const whole = lines(0, 20);
    const cut = lines(0, 10).length + 60;
    const path = run.write('access.log', whole.slice(0, cut));
    expect(await run.replay([path])).toMatchObject({ counted: 10, lines: 10 });
    run.append('access.log', whole.slice(cut));
    expect(await run.replay([path])).toMatchObject({ counted: 10, already_counted: 10 });
    await expectEachOnce(run, 20);
  });

  test('a truncated archive, and the repaired one later', async () => {
    await using run = await openReplay();
    const whole = gzipSync(lines(0, 2000), { level: 0 });
    const path = run.write('access.log.gz', whole.subarray(0, whole.length / 2));
    const first = await run.replay([path]);
    expect(first.files[0].error).toMatchObject({ code: 'truncated' });
    expect(first.counted).toBeGreaterThan(0);
    run.write('access.log.gz', whole);
    const second = await run.replay([path]);
    expect(second.files[0].error).toBeUndefined();
    expect(second.counted).toBe(2000 - first.counted);
    await expectEachOnce(run, 2000);
  });

  test('three hundred small files, plain and compressed, in a folder', async () => {
    await using run = await openReplay();
    for (let file = 0; file < 300; file++) {
      const text = lines(file * 3, file * 3 + 3);
      run.write(`edge/${file}${file % 2 ? '.log' : '.gz'}`, file % 2 ? text : gzipSync(text));
    }
    expect(await run.replay([run.path('edge')])).toMatchObject({ counted: 900, lines: 900 });
    expect(await run.replay([run.path('edge')])).toMatchObject({ counted: 0, already_counted: 900 });
    await expectEachOnce(run, 900);
  });
});

describe('a file that is not what was counted is refused', () => {
  test.each([
    {
      name: 'the same beginning and other content',
      content: (old: string) => old.slice(0, -300) + lines(500, 503),
      code: 'other_content',
    },
    { name: 'shorter than what was counted', content: (old: string) => old.slice(0, 3000), code: 'shorter' },
  ])('$name', async ({ content, code }) => {
    await using run = await openReplay();
    const path = run.write('access.log', lines(0, 40));
    await run.replay([path]);
    run.write('access.log', content(lines(0, 40)));
    const summary = await run.replay([path]);
    expect(summary).toMatchObject({ counted: 0, files: [{ error: { code } }] });
    await expectEachOnce(run, 40);
  });
});

test('daily statistics that begin alike are two sources, told apart by the day in their names', async () => {
  await using run = await openReplay();
  const paths = [
    run.write('2010-05-21', 'demo,demo-1.0.tar.gz,pip/24.0,12\n'),
    run.write('2010-05-22', 'demo,demo-1.0.tar.gz,pip/24.0,12\n'),
  ];
  expect(await run.replay(paths, { format: 'pep381', layout: 'pypi' })).toMatchObject({
    counted: 2,
    days: ['2010-05-21', '2010-05-22'],
  });
  expect(await run.downloads()).toEqual({ 'pypi/demo': 24 });
});
