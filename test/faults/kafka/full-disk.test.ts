import { rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningBrokers, startBrokers } from '../../../infra/kafka/start-brokers.ts';
import { built } from '../../cli/run-cli.ts';
import { brokerTitle, whyNoBrokers } from '../../kafka/brokers.ts';
import { smallDisk } from '../../small-disk.ts';
import { makeLogs } from '../make-logs.ts';
import { findMistakes, readBooks } from '../read-books.ts';
import { seededRandom } from '../seeded-random.ts';
import { type RunningCli, startCli } from '../start-cli.ts';

const { path: disk, whyNot, mount } = smallDisk();
const title = whyNot ? `a disk that fills up (skipped: ${whyNot})` : 'a disk that fills up';

describe.skipIf((whyNoBrokers ?? whyNot) !== undefined)(brokerTitle(title), () => {
  let kafka: RunningBrokers;
  let folder: string;
  beforeAll(async () => {
    await built();
    kafka = await startBrokers();
    folder = await mkdtemp(join(tmpdir(), 'tallymark-full-'));
  }, 180_000);
  afterAll(async () => {
    await kafka.stop();
    await rm(folder, { recursive: true });
  });

  test('under an ingester is waited for and told, and with room again each line is counted once', {
    timeout: 240_000,
  }, async () => {
    const logs = makeLogs({ folder, random: seededRandom(7), lines: 12_000, files: 3 });
    const at = ['--brokers', kafka.brokers.join(',')];
    expect(mount('64m')).toBe(true);
    const data = join(disk, 'data');
    await using ingest = startCli(['ingest', '--batch-seconds', '1', '--data', data, ...at]);
    // A store that cannot be opened for want of room is refused at once, as by any command.
    await saying(ingest, 'reading');
    const { bavail, bsize } = await statfs(disk);
    const filler = join(disk, 'filler');
    writeFileSync(filler, Buffer.alloc(bavail * bsize - 64 * 1024));
    await using ship = startCli(['ship', ...logs.paths, '--once', '--state', join(folder, 'state'), ...at]);
    expect(await ship.ended).toMatchObject({ exit: 0 });
    await saying(ingest, 'disk is full');
    rmSync(filler);
    await using helper = startCli(['ingest', '--once', '--data', data, ...at]);
    expect(await helper.ended).toMatchObject({ exit: 0 });
    ingest.kill('SIGTERM');
    expect(await ingest.ended).toMatchObject({ exit: 0 });
    expect(findMistakes(await readBooks({ data }), [logs])).toEqual([]);
  });
});

/** Waits until a process has said something on standard error. */
async function saying(process: RunningCli, words: string): Promise<void> {
  const over = process.ended.then(() => true);
  while (!process.stderr().includes(words)) {
    if (await Promise.race([over, sleep(100, false)])) throw new Error(`it ended: ${process.stderr()}`);
  }
}
