import { appendFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { tellTooLong } from '../../services/collector/tell-too-long.ts';
import { createShipMeter } from '../../shared/metrics/ship-meter.ts';
import { scratchFolder } from '../source/scratch-folder.ts';
import { gatheringSink } from './gathering-sink.ts';
import { madeLines } from './made-lines.ts';
import { openShip } from './open-ship.ts';
import { writtenInput } from './written-input.ts';

const scratch = scratchFolder();
const longLine = `${'x'.repeat(70_000)}\n`;
const dropped = 'tallymark_dropped_lines_total{reason="too_long"} 2';

function begin() {
  const folder = mkdtempSync(join(scratch.folder, 'too-long-'));
  const [sink, meter] = [gatheringSink(), createShipMeter()];
  const notices: string[] = [];
  const onTooLong = tellTooLong({ meter, onNotice: (text) => void notices.push(text) });
  const ship = openShip({ folder: join(folder, 'state'), sink, onTooLong });
  return { path: join(folder, 'access.log'), sink, meter, notices, ship };
}

test('lines that are too long are counted, and the first is told, while a file is followed', async () => {
  const { path, sink, meter, notices, ship } = begin();
  writeFileSync(path, madeLines(0, 20) + longLine + madeLines(20, 1));
  const run = await ship.follow(path);
  await vi.waitFor(() => expect(sink.chunks).toHaveLength(2));
  appendFileSync(path, longLine + madeLines(21, 1));
  await vi.waitFor(() => expect(sink.chunks).toHaveLength(3));
  expect(await meter.render()).toContain(dropped);
  expect(notices).toEqual([expect.stringMatching(/^A line over 64 KiB was left out/)]);
  expect(await run.stop()).toMatchObject({ lines: 22, too_long: 2 });
});

test('so they are of a pipe', async () => {
  const { meter, notices, ship } = begin();
  const input = writtenInput();
  const run = await ship.pipe(input);
  input.write(longLine + madeLines(0, 20) + longLine);
  input.close();
  expect(await run.ended).toMatchObject({ lines: 20, too_long: 2 });
  expect(await meter.render()).toContain(dropped);
  expect(notices).toHaveLength(1);
});
