import { describe, expect, test } from 'vitest';
import { createLog } from '../../shared/logger.ts';
import { drawBars } from '../../shared/terminal/bars.ts';
import { drawColumns } from '../../shared/terminal/columns.ts';
import { didYouMean, nearest } from '../../shared/terminal/nearest.ts';
import { formatBytes, formatCount, formatDuration, formatShare } from '../../shared/terminal/numbers.ts';
import { openProgress, progressLine } from '../../shared/terminal/progress.ts';
import { drawTable } from '../../shared/terminal/table.ts';
import { cutText, textWidth } from '../../shared/terminal/text-width.ts';

test('bars show number, share and length', () => {
  const bars = [
    { label: 'US', value: 800 },
    { label: 'DE', value: 150, note: '± 40' },
    { label: 'unattributed', value: 1 },
    { label: 'FR', value: 0 },
  ];
  expect(drawBars(bars, { total: 1000, width: 60 })).toBe(
    [
      '  US            800         80.0 %  ████████████████████████',
      '  DE            150  ± 40   15.0 %  ████▌',
      '  unattributed    1          0.1 %  ▏',
      '  FR              0            0 %',
      '',
    ].join('\n'),
  );
});

test('bars of any width fit the terminal', () => {
  for (let width = 40; width < 200; width++) {
    const drawn = drawBars([{ label: 'a'.repeat(50), value: 123_456 }], { total: 123_456, width });
    for (const line of drawn.split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(Math.max(width, 64));
  }
});

test('columns end at their last day and are as high as their largest', () => {
  const points = [3, 6, 0, 12].map((value, i) => ({ label: `2026-11-0${i + 1}`, value }));
  const drawn = drawColumns(points, 80).split('\n');
  expect(drawn[0]).toBe('  12       ██');
  expect(drawn[5]).toBe('     ████  ██');
  expect(drawn[6]).toBe('     2026-11-01 2026-11-04');
});

test('many points share columns, and none is lost', () => {
  const points = Array.from({ length: 365 }, (_, i) => ({ label: String(i), value: 1 }));
  const [top] = drawColumns(points, 60).split('\n');
  expect(top).toMatch(/^ {2}7 █+/);
  expect(textWidth(top)).toBeLessThanOrEqual(60);
});

test('tables align and cut their first column', () => {
  const columns = [{ title: 'project' }, { title: 'n', align: 'right' as const }];
  expect(
    drawTable(
      columns,
      [
        ['numpy', '1'],
        ['日本', '1,000'],
      ],
      80,
    ),
  ).toBe(['  project      n', '  numpy        1', '  日本     1,000', ''].join('\n'));
  expect(drawTable(columns, [['a'.repeat(40), '1']], 30).split('\n')[1]).toBe(`  ${'a'.repeat(24)}…  1`);
});

test('cut text says that something is missing', () => {
  expect(cutText('abcdef', 4)).toBe('abc…');
  expect(cutText('日本語', 5)).toBe('日本…');
});

test.each([
  [formatCount(1234567), '1,234,567'],
  [formatBytes(999), '999 B'],
  [formatBytes(1_450_000), '1.4 MB'],
  [formatBytes(999_999), '1.0 MB'],
  [formatDuration(0.44), '0.4 s'],
  [formatDuration(200), '3 min 20 s'],
  [formatDuration(7500), '2 h 05 min'],
  [formatShare(1, 3), '33.3 %'],
  [formatShare(1, 100_000), '<0.01 %'],
  [formatShare(0, 0), '–'],
])('numbers read %s', (drawn, want) => expect(drawn).toBe(want));

describe('nearest', () => {
  const names = ['numpy', 'numba', 'pandas', 'scipy', 'requests'];
  test.each([
    ['nmupy', ['numpy']],
    ['pandsa', ['pandas']],
    ['num', ['numba', 'numpy']],
    ['zzzzzz', []],
  ])('%s', (name, want) => expect(nearest(name, names)).toEqual(want));
  test('reads as a question', () => expect(didYouMean('num', names)).toBe('did you mean numba or numpy?'));
});

describe('progress', () => {
  const progress = { bytesRead: 380, bytesTotal: 1000, lines: 12_000, files: 1, filesTotal: 3 };

  test('says how far, how fast and how long', () => {
    expect(progressLine(progress, 10)).toBe(
      '█████████▏                38 %  380 B of 1.0 kB  12,000 lines  1,200 lines/s  16 s left',
    );
    expect(progressLine({ ...progress, bytesTotal: undefined }, 10)).toBe(
      '380 B  12,000 lines  1,200 lines/s',
    );
  });

  test('is one log line every 10 s where there is no terminal', () => {
    let time = 0;
    const written: string[] = [];
    const write = (text: string) => void written.push(text);
    const log = createLog('plain', write, () => new Date(0));
    const view = openProgress({ write, width: 80, moves: false, log, now: () => time });
    for (time = 0; time <= 25_000; time += 100) view.show(progress);
    view.clear();
    expect(written).toHaveLength(2);
    expect(written[0]).toBe(
      '1970-01-01T00:00:00.000Z progress files=1 files_total=3 bytes=380 bytes_total=1000 lines=12000 lines_per_second=1200\n',
    );
  });

  test('moves on a terminal, ten times a second at most, and leaves no trace', () => {
    let time = 0;
    let screen = '';
    const write = (text: string) => {
      screen = text.startsWith('\r') ? text.slice(text.lastIndexOf('\r') + 1) : screen + text;
    };
    let drawn = 0;
    const count = (text: string) => {
      drawn++;
      write(text);
    };
    const view = openProgress({ write: count, width: 60, moves: true, log: () => {}, now: () => time });
    for (time = 0; time < 1000; time++) view.show(progress);
    expect(drawn).toBe(10);
    expect(textWidth(screen)).toBe(59);
    view.clear();
    expect(screen).toBe('');
  });
});
