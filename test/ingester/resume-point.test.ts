import { describe, expect, test } from 'vitest';
import { type Known, type LastBatch, resumePoint } from '../../services/ingester/resume-point.ts';
import type { OffsetNote } from '../../shared/kafka/offset-note.ts';

const pins = { today: 20_784, geo: 'g' };

/** What is committed; without a note as other tools commit. */
function committed(offset: number, note?: Partial<OffsetNote>): Known['committed'] {
  const empty = { counted: 0, generation: 0, layout: undefined, partly: [], intent: undefined };
  return { offset, note: note && { ...empty, ...note } };
}

function intent(to: number): Partial<OffsetNote> {
  return { intent: { to, months: [202_611], pins } };
}

function last(from: number, to: number, more: Partial<LastBatch> = {}): LastBatch {
  const months = [202_610, 202_611];
  const lastMessage = { offset: to - 1, digest: 'd' };
  return {
    name: 'n',
    generation: 0,
    from,
    to,
    months,
    there: months,
    isVoid: false,
    pins,
    layout: undefined,
    lastMessage,
    ...more,
  };
}

const nothing: Known = { committed: undefined, low: 0, high: 100, last: undefined };

describe('a partition goes on', () => {
  test.each<{ name: string; known: Partial<Known>; want: unknown }>([
    {
      name: 'at its first message, where nothing was counted; those before are gone uncounted',
      known: { low: 7 },
      want: { do: 'read', from: 7, generation: 0, gap: { from: 0, to: 7 } },
    },
    {
      name: 'at the committed offset',
      known: { committed: committed(40, { counted: 40 }), last: last(20, 40) },
      want: { do: 'read', from: 40, generation: 0 },
    },
    {
      name: 'at the committed offset too where batches without anything new came after the last one',
      known: { committed: committed(60, { counted: 40 }), last: last(20, 40) },
      want: { do: 'read', from: 60, generation: 0 },
    },
    {
      name: 'with the batch that was intended',
      known: { committed: committed(40, { counted: 40, ...intent(55) }), last: last(20, 40) },
      want: { do: 'finish', pending: { from: 40, to: 55, months: [202_611] } },
    },
    {
      name: 'with a batch whose intent is lost and that is half there',
      known: { last: last(20, 40, { there: [202_610] }) },
      want: {
        do: 'finish',
        pending: { from: 20, to: 40, months: [202_610, 202_611], lastMessage: { offset: 39 } },
      },
    },
    {
      name: 'by burning an intended batch whose messages are gone, then behind the gap',
      known: { low: 50, committed: committed(40, { counted: 40, ...intent(55) }), last: last(20, 40) },
      want: { do: 'burn', pending: { from: 40, to: 55 }, next: { from: 50, gap: { from: 40, to: 50 } } },
    },
    {
      name: 'behind a gap, where messages are gone that nobody had begun',
      known: { low: 50, committed: committed(40, { counted: 40 }), last: last(20, 40) },
      want: { do: 'read', from: 50, generation: 0, gap: { from: 40, to: 50 } },
    },
    {
      name: 'at the end of what is counted, once a message shows that the topic is the same, where offsets are lost',
      known: { last: last(20, 40) },
      want: {
        do: 'compare',
        message: { offset: 39 },
        same: { from: 40, generation: 0 },
        other: { from: 0, generation: 1 },
      },
    },
    {
      name: 'at the end of what is counted, where offsets were set back',
      known: { committed: committed(10), last: last(20, 40) },
      want: { do: 'compare', same: { from: 40 }, other: undefined },
    },
    {
      name: 'at the end of what is counted, where somebody else set offsets forward, or committed them',
      known: { committed: committed(90), last: last(20, 40) },
      want: { do: 'compare', same: { from: 40 }, other: undefined },
    },
    {
      name: 'nowhere where somebody else set offsets and the log ends before what is counted',
      known: { high: 30, committed: committed(20), last: last(20, 40) },
      want: { do: 'refuse', why: 'truncated' },
    },
    {
      name: 'nowhere where somebody else set offsets and a batch was given up whose messages are there, or never were',
      known: { high: 30, committed: committed(20), last: last(20, 40, { isVoid: true }) },
      want: { do: 'refuse', why: 'truncated' },
    },
    {
      name: 'with a batch that is half there, where somebody else set offsets',
      known: { committed: committed(90), last: last(20, 40, { there: [202_610] }) },
      want: { do: 'finish', pending: { from: 20, to: 40 }, isForgotten: false },
    },
    {
      name: 'at the end of what is counted, where an intent that was finished long ago came late over a later offset',
      known: { committed: committed(0, intent(20)), last: last(20, 40) },
      want: { do: 'compare', same: { from: 40 } },
    },
    {
      name: 'at the end of what is counted, where the message that would tell is gone',
      known: { low: 40, last: last(20, 40) },
      want: { do: 'read', from: 40, generation: 0 },
    },
    {
      name: 'at the beginning of a topic that was made again, and is shorter than it was',
      known: { high: 30, last: last(20, 40) },
      want: { do: 'read', from: 0, generation: 1 },
    },
    {
      name: 'at the first message there is of a topic that was made again; those before are gone uncounted',
      known: { low: 3, high: 30, last: last(20, 40) },
      want: { do: 'read', from: 3, generation: 1, gap: { from: 0, to: 3 } },
    },
    {
      name: 'in a topic that was made again',
      known: { committed: committed(5, { counted: 0, generation: 1 }), last: last(20, 40) },
      want: { do: 'read', from: 5, generation: 1 },
    },
    {
      name: 'without offsets of a topic that was deleted since',
      known: {
        committed: committed(90, { counted: 90, generation: 0 }),
        last: last(0, 10, { generation: 1 }),
      },
      want: { do: 'compare', same: { from: 10, generation: 1 }, other: { generation: 2 } },
    },
    {
      name: 'within a batch that was given up in part, for its other months',
      known: { low: 30, last: last(20, 40, { there: [202_610], isVoid: true }) },
      want: { do: 'compare', same: { from: 30, partly: [{ from: 20, to: 40, months: [202_610] }] } },
    },
    {
      name: 'behind the last batch where its messages are gone and the offsets too',
      known: { low: 60, last: last(20, 40) },
      want: { do: 'read', from: 60, gap: { from: 40, to: 60 } },
    },
    {
      name: 'within the last batch where only what came after its last message can be there, in a topic that was made again',
      known: { low: 38, last: last(20, 40, { lastMessage: { offset: 37, digest: 'd' } }) },
      want: { do: 'read', from: 38, generation: 1 },
    },
    {
      name: 'at the beginning of a topic that was made again, where that was seen and nothing of it counted yet',
      known: { last: last(20, 40, { there: [202_610], isVoid: true }) },
      want: { do: 'read', from: 0, generation: 1 },
    },
    {
      name: 'within a batch that was given up in part, where that is committed',
      known: {
        low: 30,
        committed: committed(30, { counted: 20, partly: [{ from: 20, to: 40, months: [202_610] }] }),
        last: last(20, 40, { there: [202_610], isVoid: true }),
      },
      want: { do: 'read', from: 30, partly: [{ from: 20, to: 40, months: [202_610] }] },
    },
  ])('$name', ({ known, want }) => {
    expect(resumePoint({ ...nothing, ...known })).toMatchObject(want as object);
  });
});

describe('a partition is refused', () => {
  test.each<{ name: string; known: Partial<Known>; why: string }>([
    {
      name: 'whose group has offsets of another program',
      known: { committed: { offset: 3, note: 'strange' } },
      why: 'strange_group',
    },
    {
      name: 'whose group has passed messages of which the store knows nothing',
      known: { committed: committed(3) },
      why: 'other_group',
    },
    {
      name: 'whose group has counted into another store',
      known: { committed: committed(40, { counted: 40 }), last: last(0, 10) },
      why: 'other_store',
    },
    {
      name: 'that ends before the committed offset',
      known: { high: 30, committed: committed(40, { counted: 40 }), last: last(20, 40) },
      why: 'truncated',
    },
    {
      name: 'that ends within the batch that was intended',
      known: { high: 50, committed: committed(40, { counted: 40, ...intent(55) }), last: last(20, 40) },
      why: 'truncated',
    },
  ])('$name', ({ known, why }) => {
    expect(resumePoint({ ...nothing, ...known })).toEqual({ do: 'refuse', why });
  });
});
