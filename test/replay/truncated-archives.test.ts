import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { line } from '../count/count-text.ts';
import { openReplay } from './open-replay.ts';

function lines(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, index) => {
    const project = `p${from + index}`;
    return line({ request: `GET /packages/any/p/${project}/${project}-1.0.tar.gz HTTP/1.1` });
  }).join('');
}

/** Stored, not deflated, so that a part of the archive is the same part of the log. */
const archive = (text: string): Buffer => gzipSync(text, { level: 0 });

function cloudfront(count: number): string {
  const rows = Array.from(
    { length: count },
    (_, index) =>
      `2026-06-15\t10:00:00\t192.0.2.7\tGET\t/crates/p${index}/p${index}-1.0.0.crate\t200\tcargo%201.74.0\n`,
  );
  return `#Version: 1.0\n#Fields: date time c-ip cs-method cs-uri-stem sc-status cs(User-Agent)\n${rows.join('')}`;
}

describe('a truncated archive counts its good lines', () => {
  test('also of a format with directives', async () => {
    await using run = await openReplay();
    const whole = archive(cloudfront(2000));
    const path = run.write('edge.gz', whole.subarray(0, whole.length / 2));
    const first = await run.replay([path]);
    expect(first.files[0].error).toMatchObject({ code: 'truncated' });
    expect(first.counted).toBeGreaterThan(900);
    run.write('edge.gz', whole);
    expect(await run.replay([path])).toMatchObject({ counted: 2000 - first.counted });
    expect(Object.values(await run.downloads())).toEqual(Array(2000).fill(1));
  });

  test('the same one again: counted already, and still reported', async () => {
    await using run = await openReplay();
    const whole = archive(lines(0, 2000));
    const path = run.write('access.gz', whole.subarray(0, whole.length / 2));
    const { counted } = await run.replay([path]);
    expect(await run.replay([path])).toMatchObject({
      counted: 0,
      already_counted: counted,
      files: [{ error: { code: 'truncated' } }],
    });
  });

  test('one that is longer, and truncated again, goes on from there', async () => {
    await using run = await openReplay();
    const whole = archive(lines(0, 3000));
    const path = run.write('access.gz', whole.subarray(0, whole.length / 3));
    const first = await run.replay([path]);
    run.write('access.gz', whole.subarray(0, (whole.length * 2) / 3));
    const second = await run.replay([path]);
    expect(second).toMatchObject({
      already_counted: first.counted,
      files: [{ error: { code: 'truncated' } }],
    });
    expect(second.counted).toBeGreaterThan(900);
    run.write('access.gz', whole);
    expect((await run.replay([path])).counted).toBe(3000 - first.counted - second.counted);
    expect(Object.values(await run.downloads())).toEqual(Array(3000).fill(1));
    expect(await run.audit()).toMatchObject({ ok: true });
  });

  test('a truncated copy of what was counted whole is truncated, not shorter, and counts nothing', async () => {
    await using run = await openReplay();
    const whole = archive(lines(0, 2000));
    await run.replay([run.write('access.gz', whole)]);
    for (const length of [whole.length / 2, 600]) {
      const { files, counted } = await run.replay([run.write('copy.gz', whole.subarray(0, length))]);
      expect(files[0].error).toMatchObject({ code: 'truncated' });
      expect(counted).toBe(0);
    }
    expect(Object.values(await run.downloads())).toEqual(Array(2000).fill(1));
  });

  test('one that goes on differently is refused', async () => {
    await using run = await openReplay();
    const path = run.write('access.gz', archive(lines(0, 100)));
    await run.replay([path]);
    const other = archive(lines(0, 99) + lines(500, 600));
    run.write('access.gz', other.subarray(0, other.length - 20));
    expect((await run.replay([path])).files[0].error).toMatchObject({ code: 'other_content' });
  });
});

test('an early copy of a log that was counted further has no more lines counted before than it has', async () => {
  await using run = await openReplay();
  const path = run.write('access.log', lines(0, 20));
  await run.replay([path]);
  run.append('access.log', lines(20, 50));
  await run.replay([path]);
  const early = run.write('early.log', lines(0, 20));
  expect(await run.replay([early])).toMatchObject({ lines: 20, already_counted: 20 });
  expect(await run.replay([path])).toMatchObject({ lines: 50, already_counted: 50 });
});
