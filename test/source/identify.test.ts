import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { identify } from '../../shared/source/identify.ts';

const sha256 = (text: string) => hash('sha256', text);

describe('the first line', () => {
  test.each([
    { name: 'without its line end', head: 'one\ntwo\n', all: true, want: 'one' },
    { name: 'without a CRLF', head: 'one\r\ntwo\r\n', all: true, want: 'one' },
    {
      name: 'after directives and empty lines',
      head: '#Version: 1.0\n\r\n\n#Fields: a b\none\n',
      all: true,
      want: 'one',
    },
    { name: 'ended by the end of the source', head: 'one', all: true, want: 'one' },
    { name: 'that is not there yet', head: 'one', all: false, want: undefined },
    {
      name: 'that is not there, but directives',
      head: '#Version: 1.0\n#Fields: a',
      all: true,
      want: undefined,
    },
    { name: 'of nothing', head: '', all: true, want: undefined },
    { name: 'too long, by its first 64 KiB', head: 'x'.repeat(70_000), all: false, want: 'x'.repeat(65_536) },
    {
      name: 'too long, with its end at hand',
      head: `${'x'.repeat(70_000)}\n`,
      all: true,
      want: 'x'.repeat(65_536),
    },
  ])('$name', ({ head, all, want }) => {
    expect(identify(Buffer.from(head), all)?.firstLine).toBe(want && sha256(want));
  });
});

test('the start is the first KiB, directives included, or as much as there is', () => {
  const long = `#Version: 1.0\n${'one\n'.repeat(1000)}`;
  expect(identify(Buffer.from(long), true)).toMatchObject({
    startLength: 1024,
    start: sha256(long.slice(0, 1024)),
  });
  expect(identify(Buffer.from('one\n'), true)).toMatchObject({ startLength: 4, start: sha256('one\n') });
});

test('a growing file keeps its first line, and its start once that has a KiB', () => {
  const line = `${'y'.repeat(700)}\n`;
  const [young, old] = [
    identify(Buffer.from(line + line), true),
    identify(Buffer.from(line.repeat(9)), true),
  ];
  expect(young).toEqual(old);
});
