import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { scratchFolder } from '../source/scratch-folder.ts';
import { gatheringSink } from './gathering-sink.ts';
import { madeLines } from './made-lines.ts';
import { openShip } from './open-ship.ts';

const scratch = scratchFolder();

function begin() {
  const folder = mkdtempSync(join(scratch.folder, 'follow-'));
  const sink = gatheringSink();
  const path = join(folder, 'access.log');
  return {
    folder,
    sink,
    path,
    ...openShip({ folder: join(folder, 'state'), sink }),
    /** Waits until the sink has these texts, in any order. */
    async has(...texts: string[]) {
      await vi.waitFor(() => expect(sink.texts().toSorted()).toEqual(texts.toSorted()), {
        timeout: 10_000,
        interval: 5,
      });
    },
  };
}

/** Files of a folder that this process holds open. */
function heldIn(folder: string): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      return target.startsWith(folder) && !target.endsWith('state') ? [target] : [];
    } catch {
      return [];
    }
  });
}

describe('following', () => {
  test('two logs that begin with the same line are two sources, unless they stay as short', async () => {
    const mirrors = [1, 2].map((mirror) => {
      const folder = mkdtempSync(join(scratch.folder, 'mirror-'));
      const sink = gatheringSink();
      const ship = openShip({ folder: join(folder, 'state'), sink, times: { beginningMs: 500 } });
      return { path: join(folder, 'access.log'), sink, ship, lines: madeLines(0, 12, `mirror-${mirror}`) };
    });
    const check = madeLines(0, 1, 'check');
    const runs = await Promise.all(mirrors.map(async ({ path, ship }) => await ship.follow(path)));
    for (const { path } of mirrors) writeFileSync(path, check);
    await sleep(50);
    for (const { path, lines } of mirrors) appendFileSync(path, lines);
    for (const { sink, lines } of mirrors)
      await vi.waitFor(() => expect(sink.texts()).toEqual([check + lines]), { timeout: 10_000 });
    const names = mirrors.flatMap(({ sink }) => sink.chunks.map(({ chunk }) => chunk.source.identity.start));
    expect(new Set(names).size).toBe(2);
    for (const { path } of mirrors) writeFileSync(path, check);
    for (const { sink, lines } of mirrors)
      await vi.waitFor(() => expect(sink.texts()).toEqual([check + lines, check]), { timeout: 10_000 });
    for (const run of runs) await run.stop();
  });

  test('ships what is there and what is added, a line when it is whole', async () => {
    const { path, has, follow, sink } = begin();
    writeFileSync(path, madeLines(0, 3));
    const run = await follow(path);
    await has(madeLines(0, 3));
    const line = madeLines(3, 1);
    appendFileSync(path, line.slice(0, 30));
    appendFileSync(path, line.slice(30));
    await has(madeLines(0, 4));
    appendFileSync(path, madeLines(4, 1).slice(0, 30));
    await run.stop();
    expect(sink.texts()).toEqual([madeLines(0, 4)]);
  });

  test('ships a file as soon as its first line is complete, and files that appear', async () => {
    const { path, folder, has, follow, notices } = begin();
    const run = await follow(path, join(folder, 'other*.log'));
    await vi.waitFor(() => expect(notices).toHaveLength(2));
    writeFileSync(path, madeLines(0, 1).slice(0, 40));
    writeFileSync(join(folder, 'other1.log'), madeLines(0, 2, 'b'));
    await has(madeLines(0, 2, 'b'));
    appendFileSync(path, madeLines(0, 1).slice(40));
    await has(madeLines(0, 1), madeLines(0, 2, 'b'));
    await run.stop();
  });

  test.each([
    ['alone', (path: string) => path],
    ['with its rotated files', (path: string) => `${path}*`],
  ])(
    'reads a file that was renamed to its end, the last line without end too, given %s',
    async (_, given) => {
      const { path, folder, has, follow } = begin();
      writeFileSync(path, madeLines(0, 3));
      const run = await follow(given(path));
      await has(madeLines(0, 3));
      renameSync(path, `${path}.1`);
      appendFileSync(`${path}.1`, madeLines(3, 2));
      writeFileSync(path, madeLines(0, 2, 'b'));
      appendFileSync(`${path}.1`, madeLines(5, 1).trimEnd());
      await has(madeLines(0, 6).trimEnd(), madeLines(0, 2, 'b'));
      await vi.waitFor(() => expect(heldIn(folder)).not.toContain(`${path}.1`));
      appendFileSync(path, madeLines(2, 2, 'b'));
      await has(madeLines(0, 6).trimEnd(), madeLines(0, 4, 'b'));
      await run.stop();
    },
  );

  test('reads a file that was deleted to its end, and lets go of it', async () => {
    const { path, folder, sink, has, follow } = begin();
    writeFileSync(path, madeLines(0, 3));
    sink.hold();
    const run = await follow(path);
    await vi.waitFor(() => expect(heldIn(folder)).toContain(path));
    appendFileSync(path, madeLines(3, 2));
    unlinkSync(path);
    sink.letGo();
    await has(madeLines(0, 5));
    await vi.waitFor(() => expect(heldIn(folder)).toEqual([]));
    await run.stop();
  });

  test('closes a file that does not grow, and goes on when it does', async () => {
    const { path, folder, has, follow } = begin();
    writeFileSync(path, madeLines(0, 3));
    const run = await follow(path);
    await has(madeLines(0, 3));
    await vi.waitFor(() => expect(heldIn(folder)).toEqual([]));
    appendFileSync(path, madeLines(3, 2));
    await has(madeLines(0, 5));
    await vi.waitFor(() => expect(heldIn(folder)).toEqual([]));
    renameSync(path, `${path}.1`);
    appendFileSync(`${path}.1`, madeLines(5, 1));
    writeFileSync(path, madeLines(0, 1, 'b'));
    await has(madeLines(0, 6), madeLines(0, 1, 'b'));
    await run.stop();
  });

  test.each([
    ['plain', (copy: string) => copy],
    [
      'compressed',
      (copy: string) => {
        writeFileSync(`${copy}.gz`, gzipSync(madeLines(0, 5)));
        unlinkSync(copy);
        return `${copy}.gz`;
      },
    ],
  ])('finishes a file that was copied and emptied from its copy: %s', async (_, compress) => {
    const { path, has, follow } = begin();
    writeFileSync(path, madeLines(0, 3));
    const run = await follow(path);
    await has(madeLines(0, 3));
    // At once, so that nothing is looked at between.
    appendFileSync(path, madeLines(3, 2));
    copyFileSync(path, `${path}.1`);
    compress(`${path}.1`);
    truncateSync(path);
    appendFileSync(path, madeLines(0, 1, 'b'));
    await has(madeLines(0, 5), madeLines(0, 1, 'b'));
    await run.stop();
  });

  test('finishes from its copy a file that was copied and emptied while it was read for the first time', async () => {
    const { folder, path, has, sink } = begin();
    const text = madeLines(0, 20_000);
    writeFileSync(path, text);
    const prepare = () => {
      if (existsSync(`${path}.1`)) return;
      copyFileSync(path, `${path}.1`);
      truncateSync(path);
      appendFileSync(path, madeLines(0, 1, 'b'));
    };
    const run = await openShip({ folder: join(folder, 'state'), sink: { ...sink, prepare } }).follow(path);
    await has(text, madeLines(0, 1, 'b'));
    await run.stop();
  });

  test('tells a file that was emptied and has grown beyond what it was', async () => {
    const { path, has, follow } = begin();
    writeFileSync(path, madeLines(0, 3));
    const run = await follow(path);
    await has(madeLines(0, 3));
    appendFileSync(path, madeLines(3, 2));
    copyFileSync(path, `${path}.1`);
    truncateSync(path);
    appendFileSync(path, madeLines(0, 20, 'b'));
    await has(madeLines(0, 5), madeLines(0, 20, 'b'));
    await run.stop();
  });

  test('goes on where it was after a restart, through a rotation meanwhile', async () => {
    const { path, has, follow, sink } = begin();
    writeFileSync(path, madeLines(0, 3));
    const first = await follow(path);
    await has(madeLines(0, 3));
    await first.stop();
    appendFileSync(path, madeLines(3, 2));
    renameSync(path, `${path}.1`);
    writeFileSync(path, madeLines(0, 2, 'b'));
    const second = await follow(path);
    await has(madeLines(0, 5), madeLines(0, 2, 'b'));
    await second.stop();
    expect(sink.chunks.reduce((sum, { chunk }) => sum + chunk.lines, 0)).toBe(7);
  });

  test('takes an inode that has another file now for another file', async () => {
    const { path, has, follow } = begin();
    writeFileSync(path, madeLines(0, 3));
    const first = await follow(path);
    await has(madeLines(0, 3));
    await first.stop();
    writeFileSync(path, madeLines(0, 9, 'b'));
    const second = await follow(path);
    await has(madeLines(0, 3), madeLines(0, 9, 'b'));
    await second.stop();
  });

  test('ships rotated archives that appear only where they are new', async () => {
    const { path, has, follow, sink } = begin();
    writeFileSync(path, madeLines(0, 3));
    const run = await follow(`${path}*`);
    await has(madeLines(0, 3));
    writeFileSync(`${path}.2.gz`, gzipSync(madeLines(0, 3)));
    writeFileSync(`${path}.3.gz`, gzipSync(madeLines(0, 3, 'c')));
    await has(madeLines(0, 3), madeLines(0, 3, 'c'));
    await run.stop();
    expect(sink.chunks).toHaveLength(2);
  });

  test('lets go of an archive as soon as it is read', async () => {
    const { path, folder, sink, has } = begin();
    writeFileSync(`${path}.1.gz`, gzipSync(madeLines(0, 3)));
    const ship = openShip({ folder: join(folder, 'state'), sink, times: { idleMs: 60_000 } });
    const run = await ship.follow(`${path}*`);
    await has(madeLines(0, 3));
    await vi.waitFor(() => expect(heldIn(folder)).toEqual([]));
    await run.stop();
  });

  test('remembers only what was acknowledged, and ends though the brokers are away', async () => {
    const { path, sink, follow, notices, folder } = begin();
    writeFileSync(path, madeLines(0, 3));
    const held = openShip({ folder: join(folder, 'state'), sink, times: { lastAnswersMs: 20 } });
    sink.hold();
    const run = await held.follow(path);
    await vi.waitFor(() => expect(sink.waiting).toBe(1));
    await run.stop();
    expect(held.notices).toEqual([expect.stringContaining('not acknowledged')]);
    expect(sink.chunks).toEqual([]);
    sink.letGo();
    await vi.waitFor(() => expect(sink.chunks).toHaveLength(1));
    const again = await follow(path);
    await vi.waitFor(() => expect(sink.chunks).toHaveLength(2));
    await again.stop();
    expect(sink.texts()).toEqual([madeLines(0, 3)]);
    expect(notices).toEqual([]);
  });

  test('ends with what made sending fail', async () => {
    const { path, folder } = begin();
    writeFileSync(path, madeLines(0, 3));
    const sink = {
      send: async () => {
        throw new Error('no right');
      },
    };
    const run = await openShip({ folder: join(folder, 'state'), sink }).follow(path);
    await expect(run.ended).rejects.toThrow('no right');
    expect(heldIn(folder)).toEqual([]);
  });

  test('reads nothing while the counting is too far behind', async () => {
    const { path, folder, sink } = begin();
    writeFileSync(path, madeLines(0, 3));
    let letGo = () => {};
    const gate = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let asked = 0;
    const mayRead = async () => {
      asked++;
      await gate;
    };
    const run = await openShip({ folder: join(folder, 'state'), sink, mayRead }).follow(path);
    await vi.waitFor(() => expect(asked).toBe(1));
    expect(sink.chunks).toEqual([]);
    letGo();
    await vi.waitFor(() => expect(sink.texts()).toEqual([madeLines(0, 3)]));
    await run.stop();
    expect(existsSync(join(folder, 'state/state.json'))).toBe(true);
  });
});
