import { expect, test } from 'vitest';
import { keepServing } from '../../services/operator/keep-serving.ts';
import { UpTeller } from '../../services/operator/up-teller.ts';

/** Keeps a server up that ends as `exits` say, and after them when it is told to; what it was called with, and what was told. */
async function served(exits: readonly (number | null)[]) {
  const stop = new AbortController();
  const told: string[] = [];
  const write = (text: string) => void told.push(text.trimEnd());
  const calls: string[] = [];
  const left = [...exits];
  const done = keepServing({
    host: '127.0.0.1',
    port: 0,
    firstPauseMs: 1,
    signal: stop.signal,
    teller: new UpTeller({ out: write, err: write, width: 80, errMoves: false }, false),
    async run(args, onOutput) {
      calls.push(args.join(' '));
      onOutput('{"url":"http://127.0.0.1:4321"}\n');
      const exit = left.shift();
      if (exit === undefined) stop.abort();
      return exit === undefined ? 0 : exit;
    },
  });
  const error = await done.then(
    () => undefined,
    (error: Error) => error,
  );
  return { error, told, calls };
}

test('a server that ends is started again, where it was', async () => {
  const { error, told, calls } = await served([1, null, 0]);
  expect(error).toBeUndefined();
  expect(calls.map((call) => call.split(' ').at(-1))).toEqual(['0', '4321', '4321', '4321']);
  expect(told.filter((text) => text.startsWith('listening'))).toHaveLength(4);
  expect(told).toContain('serve has ended; it is started again in 0.001 s');
});

test('a server that does not stay up is given up, in words', async () => {
  const { error, calls } = await served([1, 1, 1, 1, 1, 1, 1]);
  expect(error).toMatchObject({ exitCode: 1, message: 'serve ended 5 times in a row soon after its start' });
  expect(calls).toHaveLength(5);
});

test('a server that was called wrongly is not started again', async () => {
  const { error, calls } = await served([2]);
  expect(error).toMatchObject({ exitCode: 2 });
  expect(calls).toHaveLength(1);
});
