import { describe, expect, test } from 'vitest';
import { drawSummary } from '../../services/replay/draw-summary.ts';
import type { ReplayedFile, ReplaySummary } from '../../services/replay/replay-options.ts';

const view = { width: 80, query: 'tallymark query --exact --by project', release: 'tallymark release' };

const file: ReplayedFile = {
  path: 'access.log.gz',
  format: 'combined',
  layout: 'pypi',
  lines: 1200,
  counted: 1000,
  already_counted: 0,
  dropped: { index: 150, status: 45, malformed_line: 5 },
};

const summary: ReplaySummary = {
  files: [file],
  lines: 1200,
  counted: 1000,
  already_counted: 0,
  dropped: file.dropped,
  days: ['2026-11-21', '2026-11-22'],
  rules: 'default',
  seconds: 2,
  lines_per_second: 600,
};

describe('the summary of a replay', () => {
  test('says what was counted, what was dropped and why, and what to type next', () => {
    expect(drawSummary(summary, view)).toMatchInlineSnapshot(`
      "  read     1,200  lines of 1 file in 2.0 s, 600 lines/s
        counted  1,000  83.3 %
        dropped    200  16.7 %
        2 days, 2026-11-21 to 2026-11-22
        read as combined, layout pypi, rules default

      Dropped, as the rules say
          index   150  12.5 %  a project's list of files
          status   45   3.8 %  answered with an error or a redirect

      Dropped, and worth a look
          malformed_line  5  0.4 %  not a line of this format

      Next
        tallymark query --exact --by project
        tallymark release
      "
    `);
  });

  test('balances: read = counted + counted before + dropped', () => {
    const numbers = drawSummary({ ...summary, counted: 900, already_counted: 100 }, view)
      .split('\n')
      .slice(0, 4)
      .map((line) => Number(/(\d[\d,]*)/.exec(line)?.[1].replaceAll(',', '')));
    expect(numbers).toEqual([1200, 900, 100, 200]);
  });

  test('says that a second replay changes nothing', () => {
    const again = { ...summary, counted: 0, already_counted: 1200, dropped: {}, days: [] };
    expect(drawSummary(again, view)).toContain('Nothing new: these lines were counted before');
  });

  test('says what to do where nothing was a download', () => {
    const none = { ...summary, counted: 0, dropped: { not_artifact: 1200 }, days: [] };
    expect(drawSummary(none, view)).toContain('tallymark formats test access.log.gz');
  });

  test('names ten files that failed, and counts the others', () => {
    const failed = Array.from({ length: 14 }, (_, i): ReplayedFile => {
      const path = `${i}.log`;
      return {
        ...file,
        path,
        error: { code: 'truncated', message: `${path} ends in the middle. Get it again.` },
      };
    });
    const drawn = drawSummary({ ...summary, files: failed }, view);
    expect(drawn).toContain(
      '14 files could not be read to the end\n  0.log ends in the middle. Get it again.\n',
    );
    expect(drawn).not.toContain('10.log');
    expect(drawn).toContain('and 4 more; --json lists all');
  });

  test('says whose last line was left', () => {
    const left = { ...file, unterminated: 12 };
    expect(drawSummary({ ...summary, files: [file, left] }, view)).toContain(
      'The last line of access.log.gz has no end and was left; it is counted when the file has grown.\n',
    );
    expect(drawSummary({ ...summary, files: [left, left] }, view)).toContain('The last line of 2 files has');
    expect(drawSummary(summary, view)).not.toContain('last line');
  });

  test('lists each way files were read, the most files first', () => {
    const other = { ...file, format: 'fastly', layout: 'crates' };
    const drawn = drawSummary({ ...summary, files: [other, file, file] }, view);
    expect(drawn).toContain(
      '  read as combined, layout pypi: 2 files, rules default\n  read as fastly, layout crates: 1 file\n',
    );
  });
});
