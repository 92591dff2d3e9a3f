import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  truncateSync,
  unlinkSync,
  utimesSync,
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

/** What is written between two rotations. */
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => madeLines(0, 20, name)) as [
  string,
  string,
  string,
  string,
];

function begin() {
  const folder = mkdtempSync(join(scratch.folder, 'rotated-'));
  const sink = gatheringSink();
  const path = join(folder, 'access.log');
  let letGo = () => {};
  let gate = Promise.resolve();
  let asked = 0;
  const mayRead = async () => {
    asked++;
    await gate;
  };
  return {
    ...openShip({ folder: join(folder, 'state'), sink, mayRead }),
    ...{ folder, sink, path, log: rotatingLog(path) },
    /** Waits until the sink has these texts, in any order. */
    async has(...texts: string[]) {
      const wanted = texts.map(inShort).toSorted();
      await vi.waitFor(() => expect(sink.texts().map(inShort).toSorted()).toEqual(wanted), {
        timeout: 5000,
        interval: 5,
      });
    },
    /** Has reading wait from now on; what it gives resolves when it does. */
    shut() {
      gate = new Promise((resolve) => {
        letGo = resolve;
      });
      const before = asked;
      return async () => await vi.waitFor(() => expect(asked).toBeGreaterThan(before));
    },
    letGo: () => letGo(),
  };
}

/** `a 20` for twenty made lines. */
function inShort(text: string): string {
  const [, name] = /GET .(\w+)/.exec(text) ?? [];
  const lines = text.split('\n').length - 1;
  return name !== undefined && text === madeLines(0, lines, name) ? `${name} ${lines}` : `other ${lines}`;
}

/** A log that is rotated in one of the usual ways, `.1` being the newest; each that was rotated is an hour older than the next. */
function rotatingLog(path: string) {
  const age = (number: number, ending: string) => {
    const at = new Date(Date.now() - number * 3_600_000);
    utimesSync(`${path}.${number}${ending}`, at, at);
  };
  const makeRoom = (from = 1) => {
    for (const ending of ['', '.gz']) {
      if (!existsSync(`${path}.${from}${ending}`)) continue;
      makeRoom(from + 1);
      renameSync(`${path}.${from}${ending}`, `${path}.${from + 1}${ending}`);
      age(from + 1, ending);
    }
  };
  return {
    rename(next: string) {
      makeRoom();
      renameSync(path, `${path}.1`);
      age(1, '');
      writeFileSync(path, next);
    },
    compress(next: string) {
      makeRoom();
      writeFileSync(`${path}.1.gz`, gzipSync(readFileSync(path)));
      unlinkSync(path);
      age(1, '.gz');
      writeFileSync(path, next);
    },
    copy(next: string) {
      makeRoom();
      copyFileSync(path, `${path}.1`);
      age(1, '');
      truncateSync(path);
      appendFileSync(path, next);
    },
  };
}

const rotations = ['rename', 'compress', 'copy'] as const;

describe.each(rotations)('a log that is rotated more than once: %s', (rotation) => {
  test.each([2, 3])('%i times while nobody looks, each line is shipped once', async (times) => {
    const { path, log, sink, notices, has, follow } = begin();
    writeFileSync(path, a);
    const first = await follow(path);
    await has(a);
    await first.stop();
    appendFileSync(path, madeLines(20, 2));
    const texts = [b, c, d].slice(0, times);
    for (const text of texts) log[rotation](text);
    const second = await follow(path);
    await has(madeLines(0, 22), ...texts);
    await second.stop();
    expect(sink.chunks.reduce((sum, { chunk }) => sum + chunk.lines, 0)).toBe(22 + 20 * times);
    expect(notices).toHaveLength(times - 1);
    for (const notice of notices) expect(notice).toContain('while nobody looked');
  });

  test('while reading waits, each line is shipped', async () => {
    const { path, log, has, shut, letGo, follow } = begin();
    writeFileSync(path, a);
    const run = await follow(path);
    await has(a);
    const waits = shut();
    appendFileSync(path, madeLines(20, 1));
    await waits();
    for (const text of [b, c, d]) log[rotation](text);
    letGo();
    await has(madeLines(0, 21), b, c, d);
    await run.stop();
  });

  test('while reading waits from the start on, each line is shipped', async () => {
    const { path, log, has, shut, letGo, follow } = begin();
    writeFileSync(path, a);
    const first = await follow(path);
    await has(a);
    await first.stop();
    appendFileSync(path, madeLines(20, 1));
    log[rotation](b);
    const waits = shut();
    const second = await follow(path);
    await waits();
    for (const text of [c, d]) log[rotation](text);
    letGo();
    await has(madeLines(0, 21), b, c, d);
    await second.stop();
  });

  test('while the older ones are read, each line is shipped', async () => {
    const { path, log, has, sink, follow } = begin();
    writeFileSync(path, a);
    const first = await follow(path);
    await has(a);
    await first.stop();
    appendFileSync(path, madeLines(20, 1));
    log[rotation](b);
    sink.hold();
    const second = await follow(path);
    await vi.waitFor(() => expect(sink.waiting).toBe(1));
    for (const text of [c, d]) log[rotation](text);
    // Several looks at what is there.
    await sleep(50);
    expect(sink.waiting).toBe(1);
    sink.letGo();
    await has(madeLines(0, 21), b, c, d);
    await second.stop();
  });
});

test('a file is begun only when what was rotated away before is acknowledged', async () => {
  const { path, log, sink, has, follow } = begin();
  writeFileSync(path, a);
  const first = await follow(path);
  await has(a);
  await first.stop();
  appendFileSync(path, madeLines(20, 1));
  log.rename(b);
  log.rename(c);
  const second = await follow(path);
  await has(madeLines(0, 21), b, c);
  await second.stop();
  expect(sink.chunks.slice(1).map(({ chunk }) => chunk.value.toString())).toEqual([madeLines(20, 1), b, c]);
});

test.each(['.err', '.vhost2', '.1.tmp', '-ssl', '.2026-11-27.json', '.8080', '.192.0.2.1'])(
  'a sibling that is no rotated log is not shipped: access.log%s',
  async (ending) => {
    const { path, log, sink, has, notices, follow } = begin();
    writeFileSync(path, a);
    const first = await follow(path);
    await has(a);
    await first.stop();
    log.rename(b);
    writeFileSync(`${path}${ending}`, c);
    const second = await follow(path);
    await has(a, b);
    // Until all is at rest.
    await sleep(100);
    await second.stop();
    expect(sink.texts()).toHaveLength(2);
    expect(notices).toEqual([]);
  },
);

test.each([
  '.1',
  '-20261127.gz',
  '.2026-11-27-13',
  '.2026-11-27T13:00:00Z.zst',
  '_20261127',
  '.261127',
  '-27-11-2026',
])('a sibling that was rotated away is shipped: access.log%s', async (ending) => {
  const { path, has, notices, follow } = begin();
  writeFileSync(path, a);
  const first = await follow(path);
  await has(a);
  await first.stop();
  renameSync(path, `${path}.9`);
  utimesSync(`${path}.9`, new Date(2026, 10, 1), new Date(2026, 10, 1));
  writeFileSync(`${path}${ending}`, b);
  writeFileSync(path, c);
  // However the path is written.
  const second = await follow(path.replace('access', './access'));
  await has(a, b, c);
  await second.stop();
  expect(notices).toEqual([expect.stringContaining(`access.log${ending} was written`)]);
});

test('a known sibling of another ending does not hide what was rotated away before it was written', async () => {
  const { path, log, has, follow, sink } = begin();
  writeFileSync(path, a);
  writeFileSync(`${path}.vhost2`, d);
  const first = await follow(path, `${path}.vhost2`);
  await has(a, d);
  await first.stop();
  log.rename(b);
  log.rename(c);
  appendFileSync(`${path}.vhost2`, madeLines(20, 1, 'd'));
  const second = await follow(path, `${path}.vhost2`);
  await has(a, b, c, madeLines(0, 21, 'd'));
  await second.stop();
  expect(sink.texts()).toHaveLength(4);
});

test('what is always moved to a name of its own is read to its end', async () => {
  const { path, has, follow } = begin();
  writeFileSync(path, a);
  const first = await follow(path);
  await has(a);
  await first.stop();
  appendFileSync(path, madeLines(20, 1));
  renameSync(path, `${path}.old`);
  writeFileSync(path, b);
  const second = await follow(path);
  await has(madeLines(0, 21), b);
  await second.stop();
});

test('the first start ships no sibling, nor does one that has lost its state', async () => {
  const { path, sink, has, notices, follow } = begin();
  for (const [number, text] of [c, b].entries()) writeFileSync(`${path}.${number + 1}`, text);
  writeFileSync(path, a);
  const run = await follow(path);
  await has(a);
  await sleep(100);
  await run.stop();
  expect(sink.texts()).toEqual([a]);
  expect(notices).toEqual([]);
});

test('what is older than the newest one that is known stays as it is', async () => {
  const { path, log, sink, has, follow } = begin();
  writeFileSync(path, d);
  log.rename(c);
  log.rename(a);
  const first = await follow(path);
  await has(a);
  log.rename(b);
  await has(a, b);
  await first.stop();
  const second = await follow(path);
  await sleep(100);
  await second.stop();
  expect(sink.texts()).toEqual([a, b]);
});

test('one that is cut off is told of, and the others are shipped', async () => {
  const { path, log, sink, has, notices, follow } = begin();
  writeFileSync(path, a);
  const first = await follow(path);
  await has(a);
  await first.stop();
  log.compress(b);
  writeFileSync(`${path}.0.gz`, gzipSync(madeLines(0, 20_000, 'e')).subarray(0, -1000));
  utimesSync(`${path}.0.gz`, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
  const second = await follow(path);
  await vi.waitFor(() => expect(sink.texts().map(inShort)).toContain('b 20'), { timeout: 5000 });
  await second.stop();
  expect(notices).toEqual([
    expect.stringContaining('.0.gz was written and rotated away'),
    expect.stringContaining('.0.gz is cut off'),
  ]);
});
