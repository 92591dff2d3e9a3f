import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBlockPool } from '../../shared/source/block-pool.ts';
import { cutLines, type Fill } from '../../shared/source/cut-lines.ts';
import { gather } from './gathered.ts';

/** Hands the bytes on in pieces of these sizes, over and over, then ends or fails. */
function fillFrom(bytes: Buffer, sizes: readonly number[], failure?: Error): Fill {
  let at = 0;
  let turn = 0;
  return async (into) => {
    const count = Math.min(sizes[turn++ % sizes.length], into.length, bytes.length - at);
    if (count === 0 && failure) throw failure;
    bytes.copy(into, 0, at, at + count);
    at += count;
    return count;
  };
}

/** One line of so many letters, without holding it, and what comes after it. */
function longLine(length: number, after: string): Fill {
  let left = length;
  const rest = fillFrom(Buffer.from(`\n${after}`), [1000]);
  return async (into) => {
    const count = Math.min(left, into.length);
    left -= count;
    into.fill(0x61, 0, count);
    return count > 0 ? count : await rest(into);
  };
}

/** The lines with their ends, by a plain split. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

const texts = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('a', 'b', '\r', '\0', '\xff') },
      { weight: 1, arbitrary: fc.constant('\n') },
    ),
    {
      maxLength: 300,
    },
  )
  .map((letters) => letters.join(''));

const cuts = fc.record({
  lineLimit: fc.integer({ min: 1, max: 20 }),
  spare: fc.integer({ min: 1, max: 40 }),
  sizes: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 }),
  from: fc.integer({ min: 0, max: 2 ** 40 }),
});

test('any bytes, any block size, any pieces: all lines but too long ones come out whole, in order, at their positions', async () => {
  await fc.assert(
    fc.asyncProperty(texts, cuts, async (text, { lineLimit, spare, sizes, from }) => {
      const pool = createBlockPool({ blockSize: lineLimit + spare, count: 1 });
      const got = await gather(
        cutLines(fillFrom(Buffer.from(text, 'latin1'), sizes), pool, { from, lineLimit }),
      );
      const lines = linesOf(text);
      const isTooLong = (line: string) => line.replace(/\n$/, '').length > lineLimit;
      expect(got.error).toBeUndefined();
      expect(got.text).toBe(lines.filter((line) => !isTooLong(line)).join(''));
      let position = from;
      for (const block of got.blocks) {
        expect(block.from).toBe(position);
        position = block.to;
        const there = text.slice(block.from - from, block.to - from);
        if (block.tooLong) expect(linesOf(there).map(isTooLong)).toEqual([true]);
        else expect(block.text).toBe(there);
        expect(there.endsWith('\n')).toBe(!block.unterminated);
        if (block.unterminated) expect(linesOf(there)).toHaveLength(1);
      }
      expect(position).toBe(from + text.length);
      expect(pool.free).toBe(1);
    }),
    { numRuns: 1000 },
  );
});

test('a stream that fails gives its whole lines and nothing of the line it failed in', async () => {
  const failure = new Error('cut');
  await fc.assert(
    fc.asyncProperty(texts, cuts, async (text, { lineLimit, spare, sizes, from }) => {
      const pool = createBlockPool({ blockSize: lineLimit + spare, count: 1 });
      const fill = fillFrom(Buffer.from(text, 'latin1'), sizes, failure);
      const got = await gather(cutLines(fill, pool, { from, lineLimit }));
      expect(got.error).toBe(failure);
      expect(got.blocks.some(({ unterminated }) => unterminated)).toBe(false);
      const whole = linesOf(text).filter((line) => line.endsWith('\n'));
      expect(got.text).toBe(whole.filter((line) => line.length - 1 <= lineLimit).join(''));
      expect(got.blocks.at(-1)?.to ?? from).toBe(from + whole.join('').length);
      expect(pool.free).toBe(1);
    }),
    { numRuns: 1000 },
  );
});

describe('the limit of 64 KiB', () => {
  const limit = 64 * 1024;
  test.each([
    { name: 'a line of the limit is a line', length: limit, tooLong: false },
    { name: 'one byte more is too long', length: limit + 1, tooLong: true },
    { name: 'a hundred blocks of one line are too long', length: 100 * 2 ** 20, tooLong: true },
  ])('$name', async ({ length, tooLong }) => {
    const pool = createBlockPool({ count: 1 });
    const got = await gather(cutLines(longLine(length, 'next\n'), pool, { from: 0 }));
    expect(got.error).toBeUndefined();
    expect(got.blocks.some((block) => block.tooLong)).toBe(tooLong);
    expect(got.text.endsWith('next\n')).toBe(true);
    expect(got.text.length).toBe(tooLong ? 5 : length + 6);
  });
});
