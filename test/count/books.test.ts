import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formats } from '../../shared/formats/registry.ts';
import type { CountsRow } from '../../shared/store/counts-row.ts';
import { Counting } from '../../shared/workers/counting.ts';
import { combinedPypi, countText, line, linesMessage, rowsOf, today } from './count-text.ts';

/** Lines of a small world, good and bad, over three months. */
const anyLine = fc
  .record({
    address: fc.constantFrom('192.0.2.7', '198.51.100.1', '203.0.113.5', 'host.example'),
    day: fc.integer({ min: 1, max: 28 }),
    month: fc.constantFrom('Apr', 'May', 'Jun'),
    file: fc.constantFrom(
      'demo/demo-1.0.tar.gz',
      'demo/demo-1.1-py3-none-any.whl',
      'other/other-2.0.zip',
      'x',
      '',
    ),
    status: fc.constantFrom(200, 200, 200, 206, 304, 404),
    agent: fc.constantFrom('pip/24.0', 'bandersnatch/6.0', 'Googlebot/2.1', 'curl/8.0', '-'),
  })
  .map(({ address, day, month, file, status, agent }) => {
    const time = `${String(day).padStart(2, '0')}/${month}/2026:10:00:00 +0000`;
    return line({ address, time, request: `GET /packages/any/d/${file} HTTP/1.1`, status, agent });
  });
const anyText = fc.array(fc.oneof({ weight: 9, arbitrary: anyLine }, fc.constant('noise\n')), {
  maxLength: 60,
});

const sum = (amounts: Readonly<Record<string, number>>): number =>
  Object.values(amounts).reduce((a, b) => a + b, 0);

describe('books balance', () => {
  test('lines = counted + Σ dropped, in the summary and in the books of the days', () => {
    fc.assert(
      fc.property(anyText, (lines) => {
        const batch = countText(lines.join(''));
        const [totals] = batch.totals;
        expect(sum(totals.lines)).toBe(lines.length);
        const days = batch.months.flatMap(({ days }) => days);
        expect(days.reduce((total, { lines }) => total + sum(lines), 0)).toBe(lines.length);
        const stretches = batch.months.flatMap(({ stretches }) => stretches);
        expect(stretches.reduce((total, { lines }) => total + lines, 0)).toBe(lines.length);
      }),
    );
  });

  test('counted = downloads + mirror + bot, and each map adds up to the headline', () => {
    fc.assert(
      fc.property(anyText, (lines) => {
        const batch = countText(lines.join(''));
        const rows = rowsOf(batch);
        const all = rows.reduce((total, { downloads, mirror, bot }) => total + downloads + mirror + bot, 0);
        expect(all).toBe(batch.totals[0].downloads.counted ?? 0);
        for (const row of rows) {
          for (const map of [
            'version',
            'file_type',
            'country',
            'installer',
            'runtime',
            'system',
            'ci',
          ] as const) {
            expect([map, sum(row[map])]).toEqual([map, row.downloads]);
          }
        }
      }),
    );
  });

  test('rows are one a project and day, in order, none of the store itself', () => {
    fc.assert(
      fc.property(anyText, (lines) => {
        for (const { rows: bytes, rowCount, month } of countText(lines.join('')).months) {
          const keys = rowsOf({ months: [{ rows: bytes }] } as never).map(keyOf);
          expect(keys).toEqual([...new Set(keys)].sort());
          expect(keys.length).toBe(rowCount);
          expect(keys.every((key) => !key.startsWith('\0') && month > 0)).toBe(true);
        }
      }),
    );
  });
});

const keyOf = ({ registry, project, day }: CountsRow): string =>
  `${registry}\0${project}\0${String(day).padStart(5, '0')}`;

describe('what is counted does not depend on how it comes', () => {
  test('the order of lines changes no total', () => {
    fc.assert(
      fc.property(anyText, fc.func(fc.integer()), (lines, rank) => {
        const shuffled = lines
          .map((text, index) => ({ text, rank: rank(index) }))
          .sort((a, b) => a.rank - b.rank);
        expect(countText(shuffled.map(({ text }) => text).join(''))).toEqual(countText(lines.join('')));
      }),
    );
  });

  test('cuts into blocks change no byte', () => {
    fc.assert(
      fc.property(anyText, fc.array(fc.nat(60)), (lines, cuts) => {
        const ends = lines.map((_, index) => Buffer.byteLength(lines.slice(0, index + 1).join('')));
        const at = [...new Set(cuts)].filter((cut) => cut < ends.length).map((cut) => ends[cut]);
        expect(
          countText(
            lines.join(''),
            {},
            at.sort((a, b) => a - b),
          ),
        ).toEqual(countText(lines.join('')));
      }),
    );
  });
});

test('batch after batch: nothing of one is in the next', () => {
  fc.assert(
    fc.property(anyText, anyText, (first, second) => {
      const counting = new Counting(() => 0);
      const count = (lines: readonly string[]) => {
        counting.begin({ file: 0, setup: combinedPypi, today, covered: [] });
        counting.count(linesMessage(Buffer.from(lines.join('')), 0));
        return counting.cut();
      };
      const alone = count(second);
      count(first);
      expect(count(second)).toEqual(alone);
    }),
  );
});

describe('any bytes are counted or dropped, never thrown', () => {
  const setupOf = (format: string) => ({
    format,
    fileName: '2010-05-21',
    ...(format === 'json' && { keys: { path: 'path', time: 'time', status: 'status' } }),
  });
  test.each(formats.map(({ name, sample }) => ({ name, sample })))(
    '$name: random and mutated lines',
    ({ name, sample }) => {
      const good = Buffer.from(sample);
      const mutated = fc
        .array(fc.record({ at: fc.nat(good.length - 1), byte: fc.nat(255) }), { maxLength: 8 })
        .map((changes) => {
          const bytes = Buffer.from(good);
          for (const { at, byte } of changes) bytes[at] = byte;
          return bytes;
        });
      const noise = fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes));
      fc.assert(
        fc.property(fc.array(fc.oneof(mutated, noise), { maxLength: 5 }), (chunks) => {
          // A directive of another version fails the file, which is found out before a line of it is counted.
          const text = Buffer.concat(chunks.flatMap((chunk) => [chunk, Buffer.from('\n')]));
          if (text.includes('#Version')) return;
          const batch = countText(text, setupOf(name));
          expect(sum(batch.totals[0].lines)).toBeLessThanOrEqual(text.toString('latin1').split('\n').length);
        }),
        { numRuns: 300 },
      );
    },
  );
});
