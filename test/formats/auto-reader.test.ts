import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeSpan } from '../../shared/formats/decode-span.ts';
import type { LineReader, ReaderOptions } from '../../shared/formats/log-format.ts';
import { formatByName, formats, openReader } from '../../shared/formats/registry.ts';
import { RequestView } from '../../shared/formats/request-view.ts';
import { readTable } from './read-table.ts';

const root = fileURLToPath(new URL('../fixtures/formats/', import.meta.url));
const among = formats.filter(({ name }) => name !== 'pep381' && name !== 'json');
const [version1, version2] = ['#Version: 1.0', '#Version: 2.0'];
const [, fieldsLine, tabbed] = formatByName('cloudfront')!.sample.split('\n');
const sampleOf = (name: string) => formatByName(name)!.sample.split('\n').at(-1)!;

function openAuto(options: Partial<ReaderOptions> = {}): LineReader {
  return openReader({ format: 'auto', enveloped: true, fileName: 'topic', ...options });
}

function openOwn(format: string): LineReader {
  return openReader({ format, enveloped: true, fileName: 'access' });
}

function read(reader: LineReader, lines: readonly string[]): string[][] {
  return readTable(reader, `${lines.join('\n')}\n`);
}

function outcomesOf(reader: LineReader, lines: readonly string[]): string[] {
  return read(reader, lines).map(([outcome]) => outcome);
}

/** All logs of the fixtures that begin with a version that is known. */
const fixtures = among.flatMap(({ name }) =>
  readdirSync(root + name)
    .filter((file) => file.endsWith('.log') && `${name}/${file}` !== 'cloudfront/unknown-version.log')
    .map((file) => ({ format: name, file, log: readFileSync(`${root}${name}/${file}`, 'utf8') })),
);

const wrappings = [
  { of: 'alone', wrap: (line: string) => line },
  { of: 'in JSON', wrap: (line: string) => JSON.stringify({ message: line }) },
  { of: 'behind syslog', wrap: (line: string) => `Oct 11 22:14:15 cdn a[7]: ${line}` },
  {
    of: 'behind syslog in JSON',

    wrap: (line: string) => JSON.stringify({ log: `<134>Oct 11 22:14:15 cdn a[7]: ${line}\n` }),
  },
];

const stories = fixtures.flatMap((fixture) =>
  wrappings.map(({ of, wrap }) => {
    const lines = fixture.log.replace(/\n$/, '').split('\n').map(wrap);
    return { ...fixture, of, lines, own: () => openOwn(fixture.format) };
  }),
);

test.each(stories)('reads $format/$file $of as its own reader does', ({ lines, own }) => {
  expect(read(openAuto(), lines)).toEqual(read(own(), lines));
});

/** Lines of both, each in its own order; `turns` says whose is next. */
function woven<T>(some: readonly T[], others: readonly T[], turns: readonly boolean[]): T[] {
  const queue = [...some];
  const all = others.flatMap((one, at) =>
    turns[at % turns.length] && queue.length > 0 ? [queue.shift()!, one] : [one],
  );
  return [...all, ...queue];
}

test('reads lines of all formats, shuffled together, as their own readers do', () => {
  const answered = stories.map(({ format, lines, own }) => {
    const rows = read(own(), lines);
    return { format, lines: lines.map((line, at) => ({ line, row: rows[at] })) };
  });
  // A declaration holds for the lines under it, so those stay in order, and only one such log is among the others.
  const declared = answered.filter(({ format }) => format === 'cloudfront');
  const others = answered.filter(({ format }) => format !== 'cloudfront').flatMap(({ lines }) => lines);
  const choice = fc.record({
    log: fc.nat(declared.length - 1),
    order: fc.shuffledSubarray([...others.keys()], { minLength: others.length >> 1 }),
    turns: fc.array(fc.boolean(), { minLength: 1, maxLength: 50 }),
  });
  const check = ({ log, order, turns }: { log: number; order: number[]; turns: boolean[] }) => {
    const shuffled = order.map((at) => others[at]);
    const all = woven(declared[log].lines, shuffled, turns);
    expect(
      read(
        openAuto(),
        all.map(({ line }) => line),
      ),
    ).toEqual(all.map(({ row }) => row));
  };
  fc.assert(fc.property(choice, check), { numRuns: 60 });
});

describe('any lines', () => {
  const known = stories.flatMap(({ lines }) => lines);
  const line = fc.oneof(
    fc
      .constantFrom(...known, version1, version2, fieldsLine, tabbed, '', '\r')
      .map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc
      .record({ text: fc.constantFrom(...known), at: fc.nat(400), byte: fc.nat(255) })
      .map(({ text, at, byte }) => {
        const bytes = Buffer.from(text);
        if (bytes.length > 0) bytes[at % bytes.length] = byte;
        return bytes;
      }),
  );

  test('never make it throw, end inside themselves, and are never of an unknown version', () => {
    const reader = openAuto();
    const view = new RequestView();
    fc.assert(
      fc.property(line, (bytes) => {
        const outcome = reader.read(bytes, 0, bytes.length, view);
        expect(['found', 'directive', 'malformed_line', 'malformed_time']).toContain(outcome);
        reader.showsItsEnd!(bytes, 0, bytes.length);
        if (outcome !== 'found') return;
        for (const span of [view.address, view.userAgent, view.path, view.host, view.country])
          decodeSpan(view.bytes, span);
        expect(view.day).toBeGreaterThan(0);
      }),
      { numRuns: 3000 },
    );
  });

  test('have the same outcomes whenever they come in the same order', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        const text = lines.map((bytes) => bytes.toString('latin1')).join('\n');
        expect(readTable(openAuto(), text)).toEqual(readTable(openAuto(), text));
      }),
      { numRuns: 200 },
    );
  });
});

const enveloping = (text: string) => JSON.stringify({ message: text });

test.each([
  {
    name: 'lines under an unknown version are malformed until a header that is known',
    lines: [
      version1,
      fieldsLine,
      tabbed,
      version2,
      fieldsLine,
      tabbed,
      '',
      version1,
      tabbed,
      fieldsLine,
      tabbed,
    ],
    want: 'd d f d d m d d m d f',
  },
  {
    name: 'an unknown version in an envelope is one too',
    lines: [version2, fieldsLine, tabbed, version1, fieldsLine, tabbed].map(enveloping),
    want: 'd d m d d f',
  },
  {
    name: 'an unknown version is no other format’s matter',
    lines: [sampleOf('combined'), version2, sampleOf('combined'), sampleOf('caddy'), tabbed],
    want: 'f d f f m',
  },
  {
    name: 'another format between them changes nothing for lines under a declaration',
    lines: [version1, fieldsLine, sampleOf('caddy'), tabbed, '# made by hand', sampleOf('pypi'), tabbed],
    want: 'd d f f d f f',
  },
  {
    name: 'tab separated lines without a declaration are nobody’s',
    lines: [tabbed, sampleOf('combined'), tabbed],
    want: 'm f m',
  },
  {
    name: 'a line of JSON is nobody’s without keys',
    lines: [sampleOf('json'), sampleOf('pep381')],
    want: 'm m',
  },
])('$name', ({ lines, want }) => {
  expect(
    outcomesOf(openAuto(), lines)
      .map((outcome) => (outcome === 'malformed_line' ? 'm' : outcome[0]))
      .join(' '),
  ).toBe(want);
});

test('a line without a readable time is malformed_time, whatever was read before', () => {
  const broken = sampleOf('combined').replace('17/May', '37/May');
  for (const { name } of among)
    expect(outcomesOf(openAuto(), [sampleOf(name), broken]).at(-1)).toBe('malformed_time');
});

test('json is among the formats where its keys are known', () => {
  const keys = JSON.parse(readFileSync(`${root}json/keys.json`, 'utf8'));
  const log = readFileSync(`${root}json/basic.log`, 'utf8');
  const own = openReader({ format: 'json', enveloped: false, fileName: 'a', keys });
  expect(readTable(openAuto({ keys }), log)).toEqual(readTable(own, log));
  expect(outcomesOf(openAuto({ keys: { path: 'req.url' } }), log.trimEnd().split('\n'))).not.toContain(
    'found',
  );
});

test('says on each line whether its format has no address', () => {
  const keys = { time: 'ts', path: 'url', country: 'cc' };
  const reader = openAuto({ keys });
  const view = new RequestView();
  const lines = [
    { line: sampleOf('pypi'), want: true },
    { line: sampleOf('combined'), want: false },
    { line: enveloping(sampleOf('pypi')), want: true },
    { line: '{"ts":"2024-01-16T23:56:42Z","url":"/a","cc":"DE"}', want: true },
    { line: sampleOf('caddy'), want: false },
  ];
  for (const { line, want } of [...lines, ...lines.toReversed()]) {
    const bytes = Buffer.from(line);
    expect(reader.read(bytes, 0, bytes.length, view)).toBe('found');
    expect(view.countryOnly).toBe(want);
  }
});

test('shows its end where the format does that reads the line, and learns nothing of a declaration cut short', () => {
  for (const { name } of among.filter(({ name }) => name !== 'cloudfront')) {
    const line = Buffer.from(sampleOf(name));
    const own = openOwn(name);
    expect(openAuto().showsItsEnd!(line, 0, line.length), name).toBe(own.showsItsEnd!(line, 0, line.length));
  }
  const reader = openAuto();
  expect(outcomesOf(reader, [version1, fieldsLine, tabbed])).toEqual(['directive', 'directive', 'found']);
  const cut = Buffer.from('#Fields: date');
  expect(reader.showsItsEnd!(cut, 0, cut.length)).toBe(false);
  const behindSyslog = Buffer.from('Oct 11 22:14:15 cdn a[7]: #Fields: date');
  expect(reader.showsItsEnd!(behindSyslog, 0, behindSyslog.length)).toBe(false);
  expect(outcomesOf(reader, [tabbed])).toEqual(['found']);
});
