import { rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { built } from '../cli/run-cli.ts';
import { smallDisk } from '../small-disk.ts';
import { makeLogs } from './make-logs.ts';
import { findMistakes, readBooks } from './read-books.ts';
import { replayArguments } from './replay-arguments.ts';
import { seededRandom } from './seeded-random.ts';
import { startCli } from './start-cli.ts';

const { path: disk, whyNot, mount, unmount } = smallDisk();
const title = 'a disk that fills up';

describe.skipIf(whyNot !== undefined)(whyNot ? `${title} (skipped: ${whyNot})` : title, () => {
  test('under a replay ends it with 1 and says so, and with room again each line is counted once', {
    timeout: 240_000,
  }, async () => {
    await built();
    expect(mount('64m')).toBe(true);
    const folder = await mkdtemp(join(tmpdir(), 'tallymark-full-'));
    try {
      const data = join(disk, 'data');
      const logs = makeLogs({ folder, random: seededRandom(7), lines: 12_000, files: 3 });
      const filler = join(disk, 'filler');
      let refused = 0;
      for (const freeKiB of [200, 600]) {
        const { bavail, bsize } = await statfs(disk);
        writeFileSync(filler, Buffer.alloc(bavail * bsize - freeKiB * 1024));
        const { exit, stderr } = await run(replayArguments(logs.paths, data));
        rmSync(filler);
        if (exit === 0) continue;
        refused++;
        expect({ exit, stderr }).toMatchObject({ exit: 1, stderr: expect.stringContaining('disk is full') });
      }
      expect(refused).toBeGreaterThan(0);
      expect(await run(replayArguments(logs.paths, data))).toMatchObject({ exit: 0 });
      expect(findMistakes(await readBooks({ data }), [logs])).toEqual([]);
    } finally {
      unmount();
      await rm(folder, { recursive: true });
    }
  });
});

async function run(args: readonly string[]) {
  await using replay = startCli(args);
  return await replay.ended;
}
