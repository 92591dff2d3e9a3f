import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  countedTo,
  type Known,
  type ResumePoint,
  resumePoint,
} from '../../services/ingester/resume-point.ts';
import { compareOffsets, type OffsetsVerdict } from '../../services/operator/compare-offsets.ts';
import type { OffsetNote } from '../../shared/kafka/offset-note.ts';
import type { PartitionFacts } from '../../shared/kafka/open-group.ts';
import type { PartitionBooks } from '../../shared/store/partition-books.ts';

const none: OffsetNote = {
  counted: 0,
  generation: 0,
  layout: undefined,
  partly: [],
  intent: undefined,
};
const noted = (offset: number, note: Partial<OffsetNote> = {}): PartitionFacts['committed'] => ({
  offset,
  note: { ...none, ...note },
});
const intent = (to: number): OffsetNote['intent'] => ({
  to,
  months: [202611],
  pins: { today: 20_784, geo: 'g' },
});
const books = (counted: number, rest: Partial<PartitionBooks> = {}): PartitionBooks => ({
  generation: 0,
  from: Math.max(0, counted - 40),
  to: counted,
  counted,
  isHalfWay: false,
  ...rest,
});

interface Case {
  readonly name: string;
  readonly low?: number;
  readonly high?: number;
  readonly committed?: PartitionFacts['committed'];
  readonly books?: PartitionBooks;
  readonly want: OffsetsVerdict;
}

const cases: readonly Case[] = [
  { name: 'nothing anywhere', want: 'agree' },
  { name: 'nothing counted, and the first messages removed', low: 10, want: 'gap' },
  { name: 'all counted', committed: noted(100, { counted: 100 }), books: books(100), want: 'agree' },
  {
    name: 'passed lines of which none was to be counted',
    committed: noted(100, { counted: 60 }),
    books: books(60),
    want: 'agree',
  },
  {
    name: 'a first commit at the beginning, without note',
    committed: { offset: 0, note: undefined },
    want: 'agree',
  },
  {
    name: 'offsets that somebody else set forward',
    committed: { offset: 100, note: undefined },
    books: books(60),
    want: 'behind',
  },
  {
    name: 'a batch begun',
    committed: noted(60, { counted: 60, intent: intent(100) }),
    books: books(60),
    want: 'pending',
  },
  {
    name: 'a batch inserted, its offset not yet committed',
    committed: noted(60, { counted: 60, intent: intent(100) }),
    books: books(100),
    want: 'pending',
  },
  {
    name: 'a commit that arrived after the batches behind it',
    committed: noted(40, { counted: 40, intent: intent(60) }),
    books: books(100),
    want: 'behind',
  },
  { name: 'no offsets, and months missing', books: books(100, { isHalfWay: true }), want: 'pending' },
  { name: 'no offsets, all there', books: books(100), want: 'behind' },
  { name: 'older offsets', committed: noted(60, { counted: 60 }), books: books(100), want: 'behind' },
  { name: 'no offsets, another log', high: 50, books: books(100), want: 'made_again' },
  {
    name: 'no offsets, another log whose first messages were removed',
    low: 5,
    high: 50,
    books: books(100),
    want: 'gap',
  },
  {
    name: 'offsets of the topic before',
    committed: noted(90, { counted: 90 }),
    books: books(10, { generation: 1 }),
    high: 5,
    want: 'made_again',
  },
  {
    name: 'a newer topic of which nothing is counted yet',
    committed: noted(7, { generation: 1 }),
    books: books(100),
    high: 10,
    want: 'agree',
  },
  { name: 'messages removed', low: 80, committed: noted(60, { counted: 60 }), books: books(60), want: 'gap' },
  {
    name: 'the log cut off',
    high: 90,
    committed: noted(100, { counted: 100 }),
    books: books(100),
    want: 'truncated',
  },
  {
    name: 'the log cut off in a batch',
    high: 90,
    committed: noted(60, { counted: 60, intent: intent(100) }),
    books: books(60),
    want: 'truncated',
  },
  { name: 'another store', committed: noted(100, { counted: 100 }), want: 'other_store' },
  { name: 'an older backup', committed: noted(100, { counted: 100 }), books: books(60), want: 'other_store' },
  { name: 'a group that was used before', committed: { offset: 50, note: undefined }, want: 'other_group' },
  { name: 'a note of others', committed: { offset: 50, note: 'strange' }, want: 'strange_group' },
];

describe('offsets and store', () => {
  test.each(cases)('$name: $want', ({ low = 0, high = 100, committed, books, want }) => {
    expect(compareOffsets({ partition: 0, low, high, committed }, books)).toBe(want);
  });
});

describe('what doctor says is what an ingester does', () => {
  const offset = fc.nat(6);
  const anyNote = fc
    .record({ counted: offset, generation: fc.nat(1), to: fc.option(offset, { nil: undefined }) })
    .map(({ counted, generation, to }) => ({
      ...none,
      counted,
      generation,
      intent: to === undefined ? undefined : intent(to),
    }));
  const note = fc.oneof(anyNote, fc.constant(undefined), fc.constant('strange' as const));
  const last = fc
    .record({
      from: offset,
      length: fc.integer({ min: 1, max: 3 }),
      generation: fc.nat(1),
      isVoid: fc.boolean(),
      isHalf: fc.boolean(),
    })
    .map(({ from, length, generation, isVoid, isHalf }) => ({
      ...{ name: 'k', generation, from, to: from + length, isVoid },
      months: [202610, 202611],
      there: isHalf ? [202610] : [202610, 202611],
      pins: { today: 20_784, geo: 'g' },
      layout: undefined,
      lastMessage: { offset: from, digest: 'd' },
    }));
  const known: fc.Arbitrary<Known> = fc
    .record({
      committed: fc.option(fc.record({ offset, note }), { nil: undefined }),
      low: offset,
      length: offset,
      last: fc.option(last, { nil: undefined }),
    })
    .map(({ low, length, ...rest }) => ({ low, high: low + length, ...rest }));

  const fits: Readonly<Record<OffsetsVerdict, (point: ResumePoint) => boolean>> = {
    agree: (point) => point.do === 'read' && point.gap === undefined,
    pending: (point) => point.do === 'finish' || point.do === 'burn',
    behind: (point) => point.do === 'compare' || point.do === 'read',
    made_again: (point) => point.do === 'read' && point.gap === undefined,
    gap: (point) => point.do === 'read' && point.gap !== undefined,
    truncated: (point) => point.do === 'refuse' && point.why === 'truncated',
    other_store: (point) => point.do === 'refuse' && point.why === 'other_store',
    other_group: (point) => point.do === 'refuse' && point.why === 'other_group',
    strange_group: (point) => point.do === 'refuse' && point.why === 'strange_group',
  };

  test('whatever is committed, there and counted', () => {
    fc.assert(
      fc.property(known, ({ committed, low, high, last }) => {
        const books = last && {
          generation: last.generation,
          from: last.from,
          to: last.to,
          counted: countedTo(last),
          isHalfWay: !last.isVoid && last.there.length < last.months.length,
        };
        const verdict = compareOffsets({ partition: 0, low, high, committed }, books);
        const point = resumePoint({ committed, low, high, last });
        if (!fits[verdict](point)) throw new Error(`${verdict}, but ${JSON.stringify(point)}`);
      }),
      { numRuns: 20_000 },
    );
  });
});
