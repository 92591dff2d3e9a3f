import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestOfMessage, type FullBatch, OpenBatch } from '../../services/ingester/open-batch.ts';
import { SourceBook } from '../../services/ingester/source-book.ts';
import type { FileSetup } from '../../shared/count/counted-batch.ts';
import { type ChunkSource, chunkHeaders } from '../../shared/kafka/chunk.ts';
import type { TopicMessage } from '../../shared/kafka/message.ts';
import { createBlockPool } from '../../shared/source/block-pool.ts';
import { identify } from '../../shared/source/identify.ts';
import type { SourceIdentity } from '../../shared/source/source.ts';
import { readRows } from '../../shared/store/counts-row.ts';
import type { Store } from '../../shared/store/store.ts';
import { counterHere } from '../../shared/workers/counter.ts';

const pypi = { name: 'pypi', layout: 'pypi', rules: 'default' };
const setup: FileSetup = {
  format: 'auto',
  enveloped: true,
  fileName: '',
  registries: [pypi],
  countryFrom: 'database',
};
const partition: SourceIdentity = { firstLine: 'p'.repeat(64), startLength: 0, start: '' };

describe('a batch', () => {
  test('counts each line of a chunk, and covers its bytes', async () => {
    const log = logOf(5);
    const full = await tally([chunkOf(log, 0, 5)]);
    expect(downloadsIn(full)).toEqual(new Map(log.projects.map((project) => [project, 1])));
    expect(full.lines).toEqual({ counted: 5 });
    expect(full.stretches).toMatchObject([{ from: 0, to: log.bytes.length }]);
  });

  test.each([
    {
      name: 'the same lines once more',
      chunks: [
        [0, 5],
        [0, 5],
      ],
    },
    {
      name: 'lines that begin in the middle of others',
      chunks: [
        [0, 3],
        [2, 5],
      ],
    },
    {
      name: 'lines around others',
      chunks: [
        [2, 3],
        [0, 5],
      ],
    },
    {
      name: 'lines in another order',
      chunks: [
        [3, 5],
        [0, 3],
      ],
    },
  ] as { name: string; chunks: [number, number][] }[])('counts $name once', async ({ chunks }) => {
    const log = logOf(5);
    const full = await tally(chunks.map(([from, to]) => chunkOf(log, from, to)));
    expect([...downloadsIn(full).values()]).toEqual([1, 1, 1, 1, 1]);
    const again = chunks.reduce((sum, [from, to]) => sum + to - from, 0) - 5;
    expect(full.lines).toEqual({ counted: 5, ...(again > 0 && { already_counted: again }) });
    expect(full.stretches.at(-1)?.to).toBe(log.bytes.length);
  });

  test('makes one range of chunks that follow each other, whatever comes between', async () => {
    const [a, b] = [logOf(6, 'a'), logOf(6, 'b')];
    const full = await tally([
      chunkOf(a, 0, 2),
      chunkOf(b, 0, 3),
      strangerOf(logOf(1, 's')),
      chunkOf(a, 2, 6),
      chunkOf(b, 3, 6),
    ]);
    expect(full.stretches.map(({ from, to }) => [from, to]).sort()).toEqual(
      [
        [2, 3],
        [0, a.bytes.length],
        [0, b.bytes.length],
      ].sort(),
    );
  });

  test('counts lines of other shippers by their offset, several to a message too', async () => {
    const full = await tally([
      strangerOf(logOf(1, 'a')),
      strangerOf(logOf(3, 'b')),
      strangerOf(logOf(1, 'c')),
    ]);
    expect([...downloadsIn(full).values()]).toEqual([1, 1, 1, 1, 1]);
    expect(full.stretches).toMatchObject([{ from: 0, to: 3 }]);
  });

  test.each<{ name: string; headers: Record<string, string> }>([
    { name: 'a position that is none', headers: { pos: 'x' } },
    { name: 'more lines than there are', headers: { lines: '7' } },
    { name: 'a source that is none', headers: { src: 'access.log' } },
    { name: 'the beginning of another source', headers: { src: nameOfSource(logOf(5, 'other')) } },
  ])('counts the lines of a message with $name by its offset, and tells', async ({ headers }) => {
    const chunk = chunkOf(logOf(5), 0, 5);
    const texts = Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]);
    const full = await tally([{ ...chunk, headers: { ...chunk.headers, ...Object.fromEntries(texts) } }]);
    expect(full.facts.lies).toBe(1);
    expect(full.lines).toEqual({ counted: 5 });
    expect(full.stretches).toMatchObject([{ from: 0, to: 1 }]);
  });

  test('takes a chunk that goes on otherwise than what was counted for another log', async () => {
    const log = logOf(20);
    const other = { ...log, bytes: Buffer.from(log.bytes) };
    // Behind the first KiB, by which the two would be told apart.
    other.bytes.write('X', other.ends[16] - 4);
    const full = await tally([chunkOf(log, 0, 15), chunkOf(log, 15, 17), chunkOf(other, 14, 20)]);
    expect(full.facts.lies).toBe(1);
    expect(full.lines).toEqual({ counted: 23 });
  });

  test('leaves a last line that may be cut off, and counts it when it has grown', async () => {
    const log = logOf(3);
    const whole = chunkOf(log, 0, 3);
    const cut = { ...whole, value: log.bytes.subarray(0, log.bytes.length - 9) };
    const full = await tally([cut, chunkOf(log, 2, 3)]);
    expect(full.lines).toEqual({ counted: 3 });
    expect(full.stretches).toMatchObject([{ from: 0, to: log.bytes.length }]);
  });

  test.each([
    { name: 'its line end', rest: '\n', before: 19 },
    { name: 'a line end of two bytes', rest: '\r\n', before: 19 },
    { name: 'more fields', rest: ' 0.003 "-"\n', before: 20 },
  ])(
    'counts a last line once that was whole as far as it was there, and has $name since',
    async ({ rest, before }) => {
      // Its first KiB, by which it is known, is whole.
      const log = logOf(20);
      const end = log.ends[15] - 1;
      const bytes = Buffer.concat([
        log.bytes.subarray(0, end),
        Buffer.from(rest),
        log.bytes.subarray(end + 1),
      ]);
      const grown = rest.length - 1;
      const whole = { ...log, bytes, ends: log.ends.map((at, line) => at + (line < 15 ? 0 : grown)) };
      const cut = { ...chunkOf(log, 0, 16), value: bytes.subarray(0, end) };
      const last = { ...chunkOf(log, 15, 16), value: bytes.subarray(log.ends[14], end) };
      const full = await tally([cut, chunkOf(whole, 15, 18), last, chunkOf(whole, 0, 20)]);
      expect(new Set(downloadsIn(full).values())).toEqual(new Set([1]));
      expect(full.facts.lies).toBe(0);
      expect(full.lines).toEqual({ counted: 20, already_counted: before });
      expect(full.stretches.at(-1)?.to).toBe(bytes.length);
      expect(overlapsOf(full)).toEqual([]);
    },
  );

  test('counts nothing of the rest of such a line, whether it has its end yet or not', async () => {
    const log = logOf(20);
    const first = { ...chunkOf(log, 19, 20), value: log.bytes.subarray(log.ends[18], log.ends[19] - 1) };
    const more = Buffer.concat([first.value, Buffer.from(' 0.0')]);
    const whole = Buffer.concat([more, Buffer.from('03\n')]);
    const full = await tally([
      chunkOf(log, 0, 19),
      first,
      { ...first, value: more },
      { ...first, value: whole },
    ]);
    expect(new Set(downloadsIn(full).values())).toEqual(new Set([1]));
    expect(full).toMatchObject({ facts: { lies: 0 }, lines: { counted: 20, already_counted: 2 } });
    expect(full.stretches.at(-1)?.to).toBe(log.ends[18] + first.value.length);
  });

  test('says which sites its lines are from, and when their last ones came', async () => {
    const full = await tally([chunkOf(logOf(2), 0, 2, 'mirror-1'), chunkOf(logOf(3, 'b'), 0, 3, 'mirror-2')]);
    expect(full.facts.sites).toEqual(
      new Map([
        ['mirror-1', { lines: 2, atMs: 1_000 }],
        ['mirror-2', { lines: 3, atMs: 1_001 }],
      ]),
    );
  });

  test('passes messages without a value', async () => {
    const full = await tally([{ value: undefined, headers: undefined }]);
    expect(full).toMatchObject({ months: [], lines: {}, facts: { messages: 1 } });
  });
});

test('however logs are cut, shipped again and mixed, on one thread or several, each line is counted once', async () => {
  const cut = fc.tuple(fc.nat(2), fc.nat(11), fc.nat(11));
  await fc.assert(
    fc.asyncProperty(
      fc.array(cut, { minLength: 1, maxLength: 12 }),
      fc.constantFrom(1, 2, 3),
      async (cuts, threads) => {
        const logs = ['a', 'b', 'c'].map((name) => logOf(12, name));
        const wanted = new Set<string>();
        const messages = cuts.map(([log, one, two]) => {
          const [from, to] = [Math.min(one, two), Math.max(one, two) + 1];
          for (const project of logs[log].projects.slice(from, to)) wanted.add(project);
          return chunkOf(logs[log], from, to);
        });
        const full = await tally(messages, threads);
        expect(downloadsIn(full)).toEqual(new Map([...wanted].sort().map((project) => [project, 1])));
        expect(full.facts.lies).toBe(0);
        expect(overlapsOf(full)).toEqual([]);
      },
    ),
    { numRuns: 60 },
  );
});

interface Log {
  readonly bytes: Buffer;
  readonly projects: readonly string[];
  /** Where each line ends. */
  readonly ends: readonly number[];
}

function logOf(lines: number, name = 'p'): Log {
  const projects = Array.from({ length: lines }, (_, line) => `${name}-${String(line).padStart(2, '0')}`);
  const texts = projects.map((project, line) => {
    const path = `/packages/any/p/${project}/${project}-1.0.tar.gz`;
    const day = String(1 + (line % 28)).padStart(2, '0');
    return `192.0.2.${line} - - [${day}/${line % 2 === 0 ? 'Aug' : 'Sep'}/2026:09:00:00 +0000] "GET ${path} HTTP/1.1" 200 1 "-" "pip/24.0"\n`;
  });
  let end = 0;
  return { bytes: Buffer.from(texts.join('')), projects, ends: texts.map((text) => (end += text.length)) };
}

function sourceOf({ bytes }: Log): ChunkSource {
  return { identity: identify(bytes, true) as SourceIdentity, starts: new Map() };
}

function nameOfSource(log: Log): string {
  const position = { source: sourceOf(log), position: 0, lines: 0, site: '', directives: new Uint8Array(0) };
  return String(chunkHeaders(position).src);
}

/** Lines `[from, to)` of a log. */
function chunkOf(log: Log, from: number, to: number, site = ''): Omit<TopicMessage, 'offset' | 'atMs'> {
  const position = from === 0 ? 0 : log.ends[from - 1];
  const chunk = { source: sourceOf(log), position, lines: to - from, site, directives: new Uint8Array(0) };
  return { value: log.bytes.subarray(position, log.ends[to - 1]), headers: chunkHeaders(chunk) };
}

function strangerOf({ bytes }: Log): Omit<TopicMessage, 'offset' | 'atMs'> {
  return { value: bytes.subarray(0, bytes.length - 1), headers: undefined };
}

async function tally(
  messages: readonly Omit<TopicMessage, 'offset' | 'atMs'>[],
  threads = 1,
): Promise<FullBatch> {
  const keyed = (text: string) => createHash('sha256').update(text).digest('hex');
  const store = { keyed, counts: { coverage: async () => [], markers: async () => [] } } as unknown as Store;
  const clock = { now: () => 0, sleep: async () => undefined };
  const batch = new OpenBatch(0, {
    counters: Array.from({ length: threads }, () => counterHere(() => 0)),
    pool: createBlockPool(),
    keyed,
    sources: new SourceBook(store, { clock, timeoutMs: 0 }),
    partition,
    setup,
    pins: { today: 30_000, geo: '' },
    partly: [],
    signal: new AbortController().signal,
  });
  for (const [offset, message] of messages.entries())
    await batch.add([{ ...message, offset, atMs: 1_000 + offset }], offset + 1);
  return await batch.cut();
}

function downloadsIn({ months }: FullBatch): Map<string, number> {
  const downloads = new Map<string, number>();
  for (const { rows } of months) {
    for (const row of readRows(rows))
      downloads.set(row.project, (downloads.get(row.project) ?? 0) + row.downloads);
  }
  return new Map([...downloads].sort());
}

function overlapsOf({ stretches }: FullBatch): unknown[] {
  return stretches.filter((a, index) =>
    stretches.slice(index + 1).some((b) => a.start === b.start && a.from < b.to && b.from < a.to),
  );
}

test('a message is known again by its bytes and its time', () => {
  const message = { offset: 2, value: Buffer.from('one line'), headers: undefined, atMs: 1_000 };
  const digestOf = (more: Partial<typeof message>) =>
    digestOfMessage((text) => text, { ...message, ...more });
  expect(digestOf({})).toBe(digestOf({ offset: 3 }));
  expect(digestOf({})).not.toBe(digestOf({ atMs: 1_001 }));
  expect(digestOf({})).not.toBe(digestOf({ value: Buffer.from('another') }));
});
