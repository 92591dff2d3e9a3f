import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { ChunkMessage } from '../../shared/kafka/chunk-message.ts';
import { splitChunk } from '../../shared/kafka/chunk-message.ts';
import { deflateBlocks } from '../../shared/kafka/deflater.ts';
import { directivesAfter } from '../../shared/kafka/directives.ts';
import { encodeRecordEnds } from '../../shared/kafka/encode-record.ts';
import { gzipOf } from '../../shared/kafka/gzip-pieces.ts';
import { preparedBatch, withPreparedBatch } from '../../shared/kafka/prepared-batches.ts';

const source = {
  identity: { firstLine: 'a'.repeat(64), startLength: 9, start: 'b'.repeat(64) },
  starts: new Map(),
};
const chunkOf = (value: string): ChunkMessage => ({
  ...{ source, position: 100, lines: value.split('\n').length - 1, site: 's' },
  directives: Buffer.alloc(0),
  value: Buffer.from(value),
});

test('pieces, deflated and stored, are one gzip member of all their bytes', async () => {
  const pieces = [
    Buffer.alloc(0),
    Buffer.from('lines\n'.repeat(9000)),
    randomBytes(200_000),
    Buffer.from('end'),
  ];
  const gzip = gzipOf([
    { bytes: pieces[0]! },
    { bytes: pieces[1]!, deflated: await deflateBlocks(pieces[1]!) },
    { bytes: pieces[2]! },
    { bytes: pieces[3]!, deflated: await deflateBlocks(pieces[3]!) },
  ]);
  expect(gunzipSync(gzip).equals(Buffer.concat(pieces))).toBe(true);
});

test('pieces that are deflated at the same time, and again by the same compressors, stand each by itself', async () => {
  const pieces = Array.from({ length: 40 }, (_, index) =>
    index % 3 === 0 ? randomBytes(index * 10_000) : Buffer.from(`line ${index % 7}\n`.repeat(index * 1000)),
  );
  const deflated = await Promise.all(pieces.map(deflateBlocks));
  const turned = pieces.map((bytes, index) => gunzipSync(gzipOf([{ bytes, deflated: deflated[index]! }])));
  expect(turned.map((bytes, index) => bytes.equals(pieces[index]!))).toEqual(pieces.map(() => true));
});

// kafkajs' own encoder is what brokers and consumers are known to take.
test.each([0, 1, 63, 64, 300, 100_000])('a record of %i bytes is as kafkajs encodes it', (length) => {
  const record = createRequire(import.meta.url)('kafkajs/src/protocol/recordBatch/record/v0/index.js');
  const headers = { src: Buffer.from('x'.repeat(200)), pos: Buffer.from('0') };
  const value = Buffer.alloc(length, 'y');
  const { before, after } = encodeRecordEnds(length, value.length, headers);
  const theirs: Buffer = record({ offsetDelta: length, value, headers }).buffer;
  expect(Buffer.concat([before, value, after]).equals(theirs)).toBe(true);
});

test('a batch is put in the place of the messages that stand for it, again where they are sent again', async () => {
  const chunks = [chunkOf('a\nb\n'), chunkOf('c\n')];
  await withPreparedBatch(chunks, async (values) => {
    expect(values).toHaveLength(2);
    const records = Buffer.concat([Buffer.from([1, 0, 0, 0, 1, 99]), ...values]);
    const first = gunzipSync(preparedBatch(records)!);
    expect(first.includes('a\nb\n') && first.includes('c\n')).toBe(true);
    expect(preparedBatch(records)).toBeDefined();
  });
  await expect(withPreparedBatch(chunks, async () => {})).rejects.toThrow('codec');
  expect(preparedBatch(Buffer.from('192.0.2.1 - - a line of somebody else'))).toBeUndefined();
});

test.each([
  ['in the middle', 'aaaa\nbbbb\ncccc\n', ['aaaa\n', 'bbbb\ncccc\n']],
  ['after a long first line', `${'a'.repeat(50)}\nb\n`, [`${'a'.repeat(50)}\n`, 'b\n']],
  ['without a last line end', 'aa\nbbbb', ['aa\n', 'bbbb']],
  ['not within a line', 'aaaaaa\n', undefined],
  ['not within a line without end', 'aaaaaa', undefined],
])('a chunk is cut at a line end: %s', (_, value, want) => {
  const halves = splitChunk(chunkOf(value));
  expect(halves?.map((half) => Buffer.from(half.value).toString())).toEqual(want);
  expect(halves?.map(({ position }) => position)).toEqual(want && [100, 100 + want[0]!.length]);
});

test.each([
  { name: 'those before', before: '#Fields: a\n', lines: 'x\n', want: '#Fields: a\n' },
  {
    name: 'a newer one',
    before: '#Version: 1.0\n#Fields: a\n',
    lines: 'x\n#Fields: b\ny\n',
    want: '#Version: 1.0\n#Fields: b\n',
  },
  { name: 'no other comment', before: '', lines: '#Date: x\n#192.0.2.1\n', want: '' },
  { name: 'none that is not whole', before: '', lines: 'x\n#Fields: a', want: '' },
  { name: 'none within a line', before: '', lines: 'x #Fields: a\n', want: '' },
])('directives are $name', ({ before, lines, want }) => {
  expect(Buffer.from(directivesAfter(Buffer.from(before), Buffer.from(lines))).toString()).toBe(want);
});
