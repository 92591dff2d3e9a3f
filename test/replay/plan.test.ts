import { hash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { planFile } from '../../services/replay/plan.ts';
import { createBlockPool } from '../../shared/source/block-pool.ts';
import { openSource } from '../../shared/source/open-source.ts';
import type { Coverage, CoveredRange } from '../../shared/store/coverage.ts';
import { type Keyed, keyLastLine } from '../../shared/store/source-key.ts';
import { combinedPypi, line } from '../count/count-text.ts';
import { scratchFolder } from '../source/scratch-folder.ts';

const { folder } = scratchFolder();
const keyed: Keyed = (text) => hash('sha256', text);

const lines = Array.from({ length: 300 }, (_, index) =>
  line({ request: `GET /packages/any/d/demo/demo-1.${index}.tar.gz HTTP/1.1` }),
);
const text = lines.join('');

/** Byte at which a line begins. */
function at(index: number): number {
  return lines.slice(0, index).join('').length;
}

function range(from: number, to: number, { complete = true, last = lines[to - 1] } = {}): CoveredRange {
  const digest = keyLastLine(keyed, hash('sha256', (last as string).trimEnd()));
  const how = [`rules/${from}`];
  return {
    from: at(from),
    to: at(to),
    batch: 'b',
    last: digest,
    months: [202606],
    lines: to - from,
    complete,
    how,
  };
}

async function plan(
  content: string | Uint8Array,
  ranges: readonly CoveredRange[],
  { longerKnown = false } = {},
) {
  const path = join(folder, 'access.log');
  writeFileSync(path, content);
  await using source = await openSource(path, createBlockPool());
  if (source.identity === undefined) throw new Error('it has lines');
  const coverage: Coverage = { key: { first: '', start: '', startLength: 0 }, ranges, longerKnown };
  const options = { keyed, lanes: 2, signal: new AbortController().signal };
  const { pieces, skippedLines, how } = await planFile(
    { file: 0, source, identity: source.identity, setup: combinedPypi },
    coverage,
    options,
  );
  return { pieces: pieces.map(({ from, to }) => [from, to]), skippedLines, how };
}

const archive = gzipSync(text, { level: 0 });

describe('what of a file is still to be counted', () => {
  test.each([
    { name: 'all of a new one', ranges: [], pieces: [[0, text.length]], skipped: 0 },
    { name: 'nothing of a known one', ranges: [range(0, 300)], pieces: [], skipped: 300 },
    {
      name: 'the rest of a grown one',
      ranges: [range(0, 100)],
      pieces: [[at(100), text.length]],
      skipped: 100,
    },
    {
      name: 'a gap, and what is not in all of its months',
      ranges: [range(0, 50), range(100, 200, { complete: false }), range(200, 300)],
      pieces: [
        [at(50), at(100)],
        [at(100), at(200)],
      ],
      skipped: 150,
    },
    {
      name: 'the line end too of a last line that was counted without',
      ranges: [{ ...range(0, 100), to: at(100) - 1 }],
      pieces: [[at(100) - 1, text.length]],
      skipped: 100,
    },
    {
      name: 'what comes after the line of which a part was counted, which was whole as far as it was there',
      ranges: [{ ...range(0, 100, { last: lines[99]?.slice(0, -9) }), to: at(100) - 9 }],
      pieces: [[at(100), text.length]],
      skipped: 100,
    },
  ])('$name, plain and of an archive', async ({ ranges, pieces, skipped }) => {
    expect(await plan(text, ranges)).toMatchObject({ pieces, skippedLines: skipped });
    const unknown = pieces.map(([from, to]) => [from, to === text.length ? undefined : to]);
    expect(await plan(archive, ranges)).toMatchObject({ pieces: unknown, skippedLines: skipped });
  });

  test('of an archive, without knowing its length', async () => {
    expect(await plan(archive, [range(0, 100)])).toMatchObject({
      pieces: [[at(100), undefined]],
      skippedLines: 100,
      how: ['rules/0'],
    });
  });

  test('an early copy has no more lines counted before than it has', async () => {
    const ranges = [range(0, 100), range(100, 300)];
    for (const early of [text.slice(0, at(100)), gzipSync(text.slice(0, at(100)))])
      expect(await plan(early, ranges)).toEqual({ pieces: [], skippedLines: 100, how: ['rules/0'] });
  });

  test('a truncated archive is planned to its end, which is not its own, and has the lines it has', async () => {
    const broken = archive.subarray(0, archive.length / 2);
    expect(await plan(broken, [range(0, 100)])).toMatchObject({
      pieces: [[at(100), undefined]],
      skippedLines: 100,
    });
    const known = await plan(broken, [range(0, 100), range(100, 300)]);
    expect(known).toEqual({ pieces: [[at(300), undefined]], skippedLines: 100, how: ['rules/0'] });
  });
});

describe('a file that is refused', () => {
  test.each([
    {
      name: 'one that goes on differently',
      content: text,
      ranges: [range(0, 100, { last: 'other' })],
      code: 'other_content',
    },
    {
      name: 'one that ends inside a range',
      content: text.slice(0, at(50)),
      ranges: [range(0, 100)],
      code: 'shorter',
    },
    {
      name: 'such an archive',
      content: gzipSync(text.slice(0, at(50))),
      ranges: [range(0, 100)],
      code: 'shorter',
    },
    { name: 'a longer one of its beginning', content: text, ranges: [], longerKnown: true, code: 'shorter' },
    {
      name: 'a truncated archive of which too little is left to know it',
      content: archive.subarray(0, archive.length / 2),
      ranges: [],
      longerKnown: true,
      code: 'truncated',
    },
    {
      name: 'a truncated archive that goes on differently',
      content: archive.subarray(0, archive.length / 2),
      ranges: [range(0, 100, { last: 'other' })],
      code: 'other_content',
    },
  ])('$name: $code', async ({ content, ranges, longerKnown = false, code }) => {
    await expect(plan(content, ranges, { longerKnown })).rejects.toMatchObject({ code });
  });
});
