import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Block } from '../../shared/source/block.ts';
import { digestOfLastLine } from '../../shared/source/last-line.ts';

function blockOf(text: string, from = 1000): Block {
  const bytes = new Uint8Array(new SharedArrayBuffer(100)).fill(0x78);
  bytes.set(Buffer.from(text));
  const to = from + text.length;
  return { bytes, length: text.length, from, to, tooLong: false, unterminated: false, release: () => {} };
}

test.each([
  { name: 'the last of several', text: 'one\ntwo\n', position: 1008, want: 'two' },
  { name: 'one before the last', text: 'one\ntwo\n', position: 1004, want: 'one' },
  { name: 'the only one', text: 'one\n', position: 1004, want: 'one' },
  { name: 'an empty one', text: 'one\n\n', position: 1005, want: '' },
  { name: 'a CRLF one', text: 'one\r\n', position: 1005, want: 'one' },
  { name: 'one without line end', text: 'one\ntwo', position: 1007, want: 'two' },
])('$name', ({ text, position, want }) => {
  expect(digestOfLastLine(blockOf(text), position)).toBe(hash('sha256', want));
});

test('a line that was not held has a digest of its own, whatever is in the memory', () => {
  const tooLong = { ...blockOf(''), to: 90_000, tooLong: true };
  expect(digestOfLastLine(tooLong)).toBe(digestOfLastLine({ ...tooLong, from: 0 }));
  expect(digestOfLastLine(tooLong)).not.toBe(digestOfLastLine(blockOf('\n')));
});

test('a line of another block is refused', () => {
  expect(() => digestOfLastLine(blockOf('one\n'), 1000)).toThrow(RangeError);
  expect(() => digestOfLastLine(blockOf('one\n'), 1005)).toThrow(RangeError);
});
