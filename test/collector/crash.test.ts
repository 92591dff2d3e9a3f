import { appendFileSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ChunkSink } from '../../shared/kafka/chunk-message.ts';
import { scratchFolder } from '../source/scratch-folder.ts';
import { gatheringSink } from './gathering-sink.ts';
import { madeLines } from './made-lines.ts';
import { openShip } from './open-ship.ts';

const scratch = scratchFolder();

/** Of the two files together. */
const CHUNKS = 4;

/** Takes so many chunks, then fails: as a process that ends does to what it has not yet handed on. */
function failingSink(sink: ChunkSink, after: number): ChunkSink {
  let left = after;
  return {
    async send(partition, chunks) {
      const taken = chunks.slice(0, left);
      left -= taken.length;
      if (taken.length > 0) await sink.send(partition, taken);
      if (taken.length < chunks.length) throw new Error('ended');
    },
  };
}

describe('a process that ends', () => {
  test.each([0, 1, 2, 3, CHUNKS])(
    'after %i chunks is made good by the next, though files were rotated meanwhile',
    async (after) => {
      const folder = mkdtempSync(join(scratch.folder, 'crash-'));
      const path = join(folder, 'access.log');
      const sink = gatheringSink();
      writeFileSync(path, madeLines(0, 8000));
      writeFileSync(`${path}.1`, madeLines(0, 8000, 'b'));
      const first = openShip({ folder: join(folder, 'state'), sink: failingSink(sink, after) });
      if (after < CHUNKS) await expect(first.once(`${path}*`)).rejects.toThrow('ended');
      else await first.once(`${path}*`);
      appendFileSync(path, madeLines(8000, 100));
      renameSync(`${path}.1`, `${path}.2`);
      renameSync(path, `${path}.1`);
      writeFileSync(path, madeLines(0, 5, 'c'));
      await openShip({ folder: join(folder, 'state'), sink }).once(`${path}*`);
      const texts = [madeLines(0, 8100), madeLines(0, 8000, 'b'), madeLines(0, 5, 'c')];
      expect(sink.texts().toSorted()).toEqual(texts.toSorted());
    },
  );
});
