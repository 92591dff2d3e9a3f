import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { partitionOf } from '../../shared/kafka/partition-of.ts';
import { sampleArchive, sampleLines } from '../source/archives.ts';
import { scratchFolder } from '../source/scratch-folder.ts';
import { type GatheringSink, gatheringSink } from './gathering-sink.ts';
import { madeLines } from './made-lines.ts';
import { openShip } from './open-ship.ts';

const scratch = scratchFolder();

function begin() {
  const folder = mkdtempSync(join(scratch.folder, 'once-'));
  const sink = gatheringSink();
  const write = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  return { folder, sink, write, ...openShip({ folder, sink }) };
}

/** Reading waits, once so many chunks are shipped, until it is let go. */
function shutAfter(count: number, sink: GatheringSink) {
  let letGo = () => {};
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let tell = () => {};
  const waits = new Promise<void>((resolve) => {
    tell = resolve;
  });
  return {
    ...{ waits, letGo },
    async mayRead() {
      await nextTurns();
      if (sink.chunks.length < count) return;
      tell();
      await gate;
    },
  };
}

async function nextTurns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('ship --once', () => {
  test('ships all lines of a file in chunks of whole lines, in order, to one partition', async () => {
    const { sink, write, once } = begin();
    const text = madeLines(0, 20_000);
    const summary = await once(write('access.log', text));
    expect(summary).toMatchObject({
      lines: 20_000,
      bytes: text.length,
      sources: 1,
      chunks: sink.chunks.length,
    });
    expect(sink.chunks.length).toBeGreaterThan(2);
    expect(sink.texts()).toEqual([text]);
    const positions = sink.chunks.map(({ chunk }) => chunk.position);
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    const [{ chunk }] = sink.chunks;
    const partition = partitionOf(chunk.source.identity.firstLine, 4);
    expect(new Set(sink.chunks.map((each) => each.partition))).toEqual(new Set([partition]));
    expect(chunk).toMatchObject({ site: 'test' });
  });

  test('ships nothing again, the same lines compressed neither, and what has been added', async () => {
    const { sink, write, once } = begin();
    const text = madeLines(0, 3000);
    const path = write('access.log', text);
    await once(path);
    expect((await once(path)).lines).toBe(0);
    expect((await once(write('access.log.1.gz', gzipSync(text)))).lines).toBe(0);
    write('access.log', text + madeLines(3000, 10));
    expect((await once(path)).lines).toBe(10);
    expect(sink.texts()).toEqual([text + madeLines(3000, 10)]);
  });

  test.each(['gzip', 'zstd', 'bzip2'] as const)(
    'ships the lines of a %s archive, and not again those of its file',
    async (compression) => {
      const { sink, write, once } = begin();
      const summary = await once(write('access.log.1', sampleArchive(compression)));
      expect(summary).toMatchObject({ lines: 12, bytes: sampleLines.length, sources: 1 });
      expect(sink.texts()).toEqual([sampleLines]);
      expect((await once(write('access.log', sampleLines))).lines).toBe(0);
    },
  );

  test('keeps the name of a source that was shipped when it was short', async () => {
    const { sink, write, once } = begin();
    const path = write('access.log', madeLines(0, 2));
    await once(path);
    write('access.log', madeLines(0, 50));
    await once(path);
    expect(sink.texts()).toEqual([madeLines(0, 50)]);
  });

  test('names a short beginning among the starts of the longer one, so that a lost state does no harm', async () => {
    const short = begin();
    await short.once(short.write('access.log', `${madeLines(0, 2)}192.0.2.1 - - [26/`));
    const long = begin();
    await long.once(long.write('access.log', madeLines(0, 50)));
    const { identity } = short.sink.chunks[0].chunk.source;
    expect(long.sink.chunks[0].chunk.source.starts.get(identity.startLength)).toBe(identity.start);
  });

  test('ships the last line without its end, and from its beginning when it has one', async () => {
    const { sink, write, once } = begin();
    const whole = madeLines(0, 3);
    const path = write('access.log', whole.slice(0, -20));
    expect((await once(path)).lines).toBe(3);
    expect(sink.chunks.map(({ chunk }) => chunk.lines)).toEqual([2, 1]);
    expect((await once(path)).lines).toBe(0);
    write('access.log', whole);
    await once(path);
    expect(sink.chunks.at(-1)?.chunk).toMatchObject({ lines: 1, position: madeLines(0, 2).length });
    expect(sink.texts()).toEqual([whole]);
  });

  test('tells a file that begins like a known one and goes on differently', async () => {
    const { sink, write, once } = begin();
    await once(write('a.log', madeLines(0, 5)));
    // The first lines are the same, and shipped when there were no others.
    await once(write('b.log', madeLines(0, 4) + madeLines(100, 40)));
    expect(sink.texts().toSorted()).toEqual(
      [madeLines(0, 4) + madeLines(100, 40), madeLines(0, 5)].toSorted(),
    );
    const { files } = await once(write('c.log', madeLines(0, 4) + madeLines(100, 20) + madeLines(500, 40)));
    expect(files[0]).toMatchObject({ lines: 0, error: { code: 'other_content' } });
  });

  test('goes past a line that is too long, and says how many', async () => {
    const { sink, write, once } = begin();
    const long = `${'x'.repeat(70_000)}\n`;
    const summary = await once(write('access.log', madeLines(0, 2) + long + madeLines(2, 2)));
    expect(summary).toMatchObject({ lines: 4, too_long: 1 });
    const last = sink.chunks.at(-1)!.chunk;
    expect([last.position, Buffer.from(last.value).toString()]).toEqual([
      madeLines(0, 2).length + long.length,
      madeLines(2, 2),
    ]);
  });

  test('sends the directives before a chunk along, and no other comments', async () => {
    const { sink, write, once } = begin();
    const head = '#Version: 1.0\n#Fields: date time\n#Remark: 192.0.2.9\n';
    const path = write('cloudfront.log', `${head}${madeLines(0, 5)}`);
    await once(path);
    write('cloudfront.log', `${head}${madeLines(0, 5)}#Fields: date x\n${madeLines(5, 5)}`);
    await once(path);
    write('cloudfront.log', `${head}${madeLines(0, 5)}#Fields: date x\n${madeLines(5, 9)}`);
    await once(path);
    expect(sink.chunks.map(({ chunk }) => Buffer.from(chunk.directives).toString())).toEqual([
      '',
      '#Version: 1.0\n#Fields: date time\n',
      '#Version: 1.0\n#Fields: date x\n',
    ]);
  });

  test('ships the good lines of a broken archive and of all other files, and names what is wrong', async () => {
    const { sink, write, once } = begin();
    const whole = gzipSync(madeLines(0, 30_000));
    const broken = write('a.gz', whole.subarray(0, whole.length - 100));
    const summary = await once(broken, '/nowhere/at-all.log', write('b.log', madeLines(0, 7, 'b')));
    const errors = summary.files.map(({ error }) => error?.code);
    expect(errors).toEqual(['missing', 'truncated', undefined]);
    expect(sink.texts()).toHaveLength(2);
    write('a.gz', whole);
    await once(broken);
    expect(sink.texts()).toContain(madeLines(0, 30_000));
  });

  test.each([
    ['lost', undefined, 0],
    ['broken', '{"version":1,"sou', 1],
    ['of a later version', '{"version":2,"sources":[]}', 1],
  ])('ships from the beginning again where the state is %s', async (_, state, told) => {
    const { folder, sink, write, once, notices } = begin();
    const path = write('access.log', madeLines(0, 10));
    if (state !== undefined) write('state.json', state);
    await once(path);
    expect(notices).toHaveLength(told);
    expect(sink.texts()).toEqual([madeLines(0, 10)]);
    expect(folder).not.toBe('');
  });

  const longLines = Array.from({ length: 1_150 }, (_, n) => `${n} ${'x'.repeat(60_000)}\n`).join('');

  test.each([
    { name: 'before each block of an archive', content: gzipSync(madeLines(0, 40_000)), shippedBefore: 2 },
    { name: 'every 64 MiB of a plain file', content: longLines, shippedBefore: 128 },
  ])('asks whether reading is to wait: $name', async ({ content, shippedBefore }) => {
    const { folder, sink, write } = begin();
    const gate = shutAfter(shippedBefore, sink);
    const shipped = openShip({ folder, sink, ...gate }).once(write('access.log', content));
    await gate.waits;
    const before = sink.chunks.length;
    await nextTurns();
    expect(sink.chunks.length).toBe(before);
    gate.letGo();
    const { length } = typeof content === 'string' ? content : gunzipSync(content);
    expect((await shipped).bytes).toBe(length);
  });

  test.each([
    { what: 'emptied', content: longLines.slice(0, 120_000) },
    { what: 'rotated away', content: madeLines(1_000_000, 100) },
    { what: 'rotated away, with nothing written since', content: '' },
  ])('tells a plain file that was $what while reading waited in its middle', async ({ content }) => {
    const { folder, sink, write } = begin();
    const gate = shutAfter(128, sink);
    const path = write('access.log', longLines);
    const shipped = openShip({ folder, sink, ...gate }).once(path);
    await gate.waits;
    write('access.log', content);
    gate.letGo();
    expect((await shipped).files).toMatchObject([{ error: { code: 'changed' } }]);
  });

  test('what makes sending fail ends it though reading waits', async () => {
    const { folder, write } = begin();
    let fail = (_: Error) => {};
    const sink = {
      send: () =>
        new Promise<void>((_, reject) => {
          fail = reject;
        }),
    };
    let asked = 0;
    const mayRead = async () => {
      if (++asked === 4) setImmediate(() => fail(new Error('no right')));
      if (asked >= 4) await new Promise(() => {});
    };
    const path = write('access.log.gz', gzipSync(madeLines(0, 40_000)));
    await expect(openShip({ folder, sink, mayRead }).once(path)).rejects.toThrow('no right');
  });

  test('holds no more than a bounded number of bytes while nothing is acknowledged', async () => {
    const { sink, write, once } = begin();
    const path = write('access.log', madeLines(0, 600_000));
    sink.hold();
    const before = process.memoryUsage().arrayBuffers;
    const shipped = once(path);
    let most = 0;
    for (let turn = 0; turn < 50; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    expect(most).toBeLessThan(45 * 1024 * 1024);
    sink.letGo();
    expect((await shipped).lines).toBe(600_000);
  });
});
