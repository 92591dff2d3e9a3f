import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { sharedData } from '../shared-data.ts';
import { openReplay } from './open-replay.ts';

/** What `../shared/data/README.md` says of the files. */
const cases = [
  { file: 'crates-io/cloudfront/basic.log', rules: 'crates', lines: 20, counted: 19 },
  { file: 'crates-io/cloudfront/percent-encoding.log', rules: 'crates', lines: 3, counted: 3 },
  { file: 'crates-io/cloudfront/unrelated-traffic.log', rules: 'crates', lines: 5, counted: 2 },
  { file: 'crates-io/fastly/basic.log', rules: 'crates', lines: 23, counted: 23 },
  { file: 'crates-io/fastly/basic.log.zst', rules: 'crates', lines: 23, counted: 23 },
  { file: 'crates-io/fastly/percent-encoding.log', rules: 'crates', lines: 2, counted: 2 },
  { file: 'crates-io/fastly/unrelated-traffic.log', rules: 'crates', lines: 5, counted: 2 },
  { file: 'rubygems/fastly-fake.log', rules: 'rubygems', lines: 11, counted: 10 },
] as const;

describe.skipIf(sharedData.missing)(
  sharedData.title('known answers of real logs, format and layout detected'),
  () => {
    test.each(cases)('$file: $counted of $lines lines', async ({ file, rules, lines, counted }) => {
      await using run = await openReplay();
      const summary = await run.replay([sharedData.path(file)], { rules });
      expect(summary).toMatchObject({ lines, counted, already_counted: 0, files: [{ layout: rules }] });
      expect(await run.audit()).toMatchObject({ ok: true });
      expect(await run.replay([sharedData.path(file)], { rules })).toMatchObject({
        counted: 0,
        already_counted: lines,
      });
    });

    test('an archive and the log itself are one source', async () => {
      await using run = await openReplay();
      const path = sharedData.path('crates-io/fastly/basic.log');
      const summary = await run.replay([path, `${path}.zst`], { rules: 'crates' });
      expect(summary).toMatchObject({ lines: 46, counted: 23, already_counted: 23 });
    });

    test("ten thousand lines of a maintainer's own host, against an oracle of its own", async () => {
      await using run = await openReplay();
      const file = sharedData.path('semicomplete/access.log.gz');
      const summary = await run.replay([file]);
      expect(summary).toMatchObject({ lines: 10_000, files: [{ format: 'combined', layout: 'files' }] });
      const downloads = await run.downloads();
      const mirrorsAndBots =
        summary.counted - Object.values(downloads).reduce((total, count) => total + count, 0);
      const oracle = gunzipSync(readFileSync(file))
        .toString('latin1')
        .split('\n')
        .filter((line) => /"GET \/files\/[^/ ?]+\/[^/ ?]+[ ?][^"]*" 200 /.test(line));
      expect(summary.counted).toBe(oracle.length);
      expect(mirrorsAndBots).toBe(
        oracle.filter((line) => /bot|crawl|spider|slurp|wotbox/i.test(line)).length,
      );
    });
  },
);
