import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { identify } from '../../shared/source/identify.ts';
import { StreamError } from '../../shared/source/stream-error.ts';
import { scratchFolder } from '../source/scratch-folder.ts';
import { gatheringSink } from './gathering-sink.ts';
import { madeLines } from './made-lines.ts';
import { openShip } from './open-ship.ts';
import { writtenInput } from './written-input.ts';

const scratch = scratchFolder();

function begin(mayRead?: () => Promise<void>) {
  const folder = mkdtempSync(join(scratch.folder, 'pipe-'));
  const sink = gatheringSink();
  const input = writtenInput();
  return {
    sink,
    input,
    ...openShip({ folder, sink, ...(mayRead && { mayRead }) }),
    async has(...texts: string[]) {
      await vi.waitFor(() => expect(sink.texts()).toEqual(texts), { timeout: 10_000, interval: 5 });
    },
  };
}

describe('ship -', () => {
  test('ships lines as they come in, each when it is whole, and the last one without its end', async () => {
    const { sink, input, pipe, has } = begin();
    const run = await pipe(input);
    input.write(madeLines(0, 2));
    await has(madeLines(0, 2));
    const line = madeLines(2, 1);
    input.write(line.slice(0, 30));
    input.write(line.slice(30));
    await has(madeLines(0, 3));
    input.write(`${madeLines(3, 1)}${madeLines(4, 1).slice(0, -9)}`);
    await has(madeLines(0, 4));
    input.close();
    expect(await run.ended).toMatchObject({ lines: 5, sources: 1, files: [{ path: '-', lines: 5 }] });
    expect(sink.texts()).toEqual([madeLines(0, 5).slice(0, -9)]);
  });

  test('ships a line without waiting for more', async () => {
    const { input, pipe, has, sink } = begin();
    const run = await pipe(input, { gatherMs: 50 });
    input.write(madeLines(0, 20));
    await has(madeLines(0, 20));
    input.write(madeLines(20, 1));
    await vi.waitFor(() => expect(sink.texts()).toEqual([madeLines(0, 21)]), {
      timeout: 20_000,
      interval: 5,
    });
    input.close();
    await run.ended;
  });

  test('is the source that a file with the same lines is, and keeps its first identity', async () => {
    const { sink, input, pipe, has } = begin();
    const run = await pipe(input);
    input.write(madeLines(0, 3));
    await has(madeLines(0, 3));
    input.write(madeLines(3, 100));
    input.close();
    await run.ended;
    const identities = sink.chunks.map(({ chunk }) => chunk.source.identity);
    expect(new Set(identities.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(identities[0]).toEqual(identify(Buffer.from(madeLines(0, 3)), false));
  });

  test('waits a moment for what a source is known by, so that a stream that comes again is the same', async () => {
    const { sink, input, pipe } = begin();
    const run = await pipe(input, { beginningMs: 10_000 });
    for (let index = 0; index < 20; index++) {
      input.write(madeLines(index, 1));
      await new Promise((resolve) => setImmediate(resolve));
    }
    input.close();
    await run.ended;
    const again = writtenInput();
    const second = await pipe(again, { beginningMs: 10_000 });
    again.write(madeLines(0, 20));
    again.close();
    expect((await second.ended).lines).toBe(20);
    expect(sink.texts()).toEqual([madeLines(0, 20)]);
    expect(sink.chunks[0]?.chunk.source.identity.startLength).toBe(1024);
  });

  test('gathers lines while a chunk is on its way', async () => {
    const { sink, input, pipe, has } = begin();
    const run = await pipe(input);
    sink.hold();
    for (let index = 0; index < 300; index++) {
      input.write(madeLines(index, 1));
      if (index % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    sink.letGo();
    await has(madeLines(0, 300));
    expect(sink.chunks.length).toBeLessThan(5);
    input.close();
    await run.ended;
  });

  test('sends the directives of the stream along', async () => {
    const { sink, input, pipe, has } = begin();
    const run = await pipe(input);
    const head = '#Version: 1.0\n#Fields: date time\n';
    input.write(head);
    input.write(madeLines(0, 1));
    await has(`${head}${madeLines(0, 1)}`);
    input.write(madeLines(1, 1));
    input.close();
    await run.ended;
    expect(Buffer.from(sink.chunks.at(-1)!.chunk.directives).toString()).toBe(head);
  });

  test('goes past a line that is too long, and hands on at once what is behind it', async () => {
    const { sink, input, pipe } = begin();
    const run = await pipe(input);
    const long = `${'x'.repeat(70_000)}\n`;
    input.write(madeLines(0, 20) + long.slice(0, 66_000));
    input.write(long.slice(66_000) + madeLines(20, 2));
    await vi.waitFor(() => expect(sink.chunks).toHaveLength(2), { timeout: 5000, interval: 5 });
    const { position, value } = sink.chunks[1]!.chunk;
    expect([position, Buffer.from(value).toString()]).toEqual([
      madeLines(0, 20).length + long.length,
      madeLines(20, 2),
    ]);
    input.close();
    expect(await run.ended).toMatchObject({ lines: 22, too_long: 1 });
  });

  test('reads a bounded number of bytes while nothing is acknowledged', async () => {
    const { sink, input, pipe } = begin();
    sink.hold();
    const run = await pipe(input);
    const text = madeLines(0, 10_000);
    const count = 60;
    for (let index = 0; index < count; index++) input.write(text);
    let before = -1;
    await vi.waitFor(
      () => {
        const isStill = input.left === before;
        before = input.left;
        expect(isStill).toBe(true);
      },
      { timeout: 10_000, interval: 200 },
    );
    expect(text.length * count - input.left).toBeLessThan(36 * 1024 * 1024);
    expect(input.left).toBeGreaterThan(0);
    sink.letGo();
    input.close();
    expect((await run.ended).lines).toBe(10_000 * count);
    const shipped = Buffer.concat(sink.chunks.map(({ chunk }) => chunk.value));
    expect(shipped.equals(Buffer.from(text.repeat(count)))).toBe(true);
  });

  test('reads nothing while counting is far behind', async () => {
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { input, pipe, has, sink } = begin(() => gate);
    const run = await pipe(input);
    input.write(madeLines(0, 20));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([input.left, sink.chunks.length]).toEqual([madeLines(0, 20).length, 0]);
    open();
    await has(madeLines(0, 20));
    run.stop();
    await run.ended;
  });

  test('ends in order: whole lines that were taken from the writer are acknowledged, half of one is not shipped', async () => {
    const { sink, input, pipe, has } = begin();
    const run = await pipe(input, { gatherMs: 60_000 });
    input.write(madeLines(0, 20));
    input.write(madeLines(20, 1).slice(0, 30));
    await vi.waitFor(() => expect(input.left).toBe(0));
    run.stop();
    const summary = await run.ended;
    expect(summary).toMatchObject({ lines: 20, files: [{ path: '-' }] });
    expect(summary.files[0]).not.toHaveProperty('error');
    await has(madeLines(0, 20));
    expect(sink.texts()).toEqual([madeLines(0, 20)]);
  });

  test('says that something may be lost where the brokers do not answer before the end', async () => {
    const { sink, input, pipe } = begin();
    sink.hold();
    const run = await pipe(input, { lastAnswersMs: 50 });
    input.write(madeLines(0, 20));
    await vi.waitFor(() => expect(input.left).toBe(0));
    run.stop();
    expect((await run.ended).files).toMatchObject([{ error: { code: 'not_acknowledged' } }]);
    sink.letGo();
  });

  test('ships the good lines of a stream that fails, and says so', async () => {
    const { sink, input, pipe } = begin();
    const run = await pipe(input);
    input.write(madeLines(0, 20));
    input.fail(new StreamError('unreadable'));
    expect((await run.ended).files).toMatchObject([{ lines: 20, error: { code: 'unreadable' } }]);
    expect(sink.texts()).toEqual([madeLines(0, 20)]);
  });

  test.each([
    ['nothing', '', undefined],
    ['comments only', '# no log\n\n'.repeat(9), undefined],
    ['comments without an end', '# no log\n'.repeat(70_000), 'no_log'],
  ])('ships nothing of %s', async (_, text, code) => {
    const { sink, input, pipe } = begin();
    const run = await pipe(input);
    if (text !== '') input.write(text);
    input.close();
    const { files, lines } = await run.ended;
    expect({ lines, code: files[0]?.error?.code, chunks: sink.chunks }).toEqual({
      lines: 0,
      code,
      chunks: [],
    });
  });

  test('rejects with what made sending fail, though the writer has nothing more to say', async () => {
    const folder = mkdtempSync(join(scratch.folder, 'pipe-'));
    const send = async () => {
      throw new Error('refused');
    };
    const input = writtenInput();
    const run = await openShip({ folder, sink: { send } }).pipe(input);
    input.write(madeLines(0, 20));
    await expect(run.ended).rejects.toThrow('refused');
  });
});
