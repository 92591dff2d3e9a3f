import { expect, test } from 'vitest';
import { type OffsetNote, readNote, writeNote } from '../../shared/kafka/offset-note.ts';

/** Brokers take this much beside an offset (offset.metadata.max.bytes). */
const mostBytes = 4096;

const note: OffsetNote = {
  counted: 1_200,
  generation: 2,
  layout: 'pypi',
  partly: [{ from: 900, to: 1_300, months: [202_610] }],
  intent: { to: 1_500, months: [202_610, 202_611], pins: { today: 20_784, geo: 'a'.repeat(64) } },
};
const bare: OffsetNote = {
  counted: 0,
  generation: 0,
  layout: undefined,
  partly: [],
  intent: undefined,
};

test.each<{ name: string; note: OffsetNote }>([
  { name: 'an intent and all else', note },
  { name: 'nothing but where it stands', note: bare },
])('what is written is read back: $name', ({ note }) => {
  expect(readNote(writeNote(note))).toEqual(note);
});

test('a batch of more months than fit is written without them', () => {
  const months = Array.from({ length: 1_400 }, (_, index) => 190_001 + index);
  const long = { ...note, intent: { ...note.intent!, months } };
  expect(writeNote(long).length).toBeLessThan(mostBytes);
  expect(readNote(writeNote(long))).toEqual({ ...long, intent: { ...long.intent, months: undefined } });
  const most = { ...note, intent: { ...note.intent!, months: months.slice(0, 299) } };
  expect(writeNote(most).length).toBeLessThan(mostBytes);
  expect(readNote(writeNote(most))).toEqual(most);
  // What is partly counted was such a batch before.
  const partly = [{ from: 900, to: 1_300, months: months.slice(0, 200) }];
  const both = { ...note, partly, intent: { ...note.intent!, months: months.slice(0, 200) } };
  expect(writeNote(both).length).toBeLessThan(mostBytes);
  expect(readNote(writeNote(both))).toEqual({ ...both, intent: { ...both.intent, months: undefined } });
});

test.each<{ name: string; metadata: string | null; want: unknown }>([
  { name: 'no metadata', metadata: null, want: undefined },
  { name: 'empty metadata', metadata: '', want: undefined },
  { name: 'text', metadata: 'offset of another program', want: 'strange' },
  { name: 'JSON of another program', metadata: '{"leader":3}', want: 'strange' },
  { name: 'a later version', metadata: '{"v":2,"c":0,"g":0}', want: 'strange' },
  { name: 'an offset below zero', metadata: '{"v":1,"c":-1,"g":0}', want: 'strange' },
])('$name is told from a note', ({ metadata, want }) => {
  expect(readNote(metadata)).toBe(want);
});
