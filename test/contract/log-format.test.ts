import { readdirSync, readFileSync } from 'node:fs';
import { isIPv4, isIPv6 } from 'node:net';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeSpan } from '../../shared/formats/decode-span.ts';
import { enveloped } from '../../shared/formats/envelope.ts';
import { explainLine } from '../../shared/formats/explain-line.ts';
import type { LineReader, LogFormat, ReaderOptions } from '../../shared/formats/log-format.ts';
import { formatByName, formats } from '../../shared/formats/registry.ts';
import { RequestView } from '../../shared/formats/request-view.ts';
import { printTable, readTable } from '../formats/read-table.ts';

const root = fileURLToPath(new URL('../fixtures/formats/', import.meta.url));
const jsonKeys = JSON.parse(readFileSync(`${root}json/keys.json`, 'utf8'));

function optionsFor(format: LogFormat, fileName = 'basic-2010-05-21'): ReaderOptions {
  return format.name === 'json' ? { fileName, keys: jsonKeys } : { fileName };
}

function fixturesOf(format: LogFormat): { name: string; log: string; expected: string }[] {
  return readdirSync(root + format.name)
    .filter((file) => file.endsWith('.log'))
    .map((file) => file.slice(0, -'.log'.length))
    .map((name) => ({
      name,
      log: readFileSync(`${root}${format.name}/${name}.log`, 'utf8'),
      expected: `${root}${format.name}/${name}.expected.txt`,
    }));
}

/** A reader that has seen the directives of the sample, and the sample's last line. */
function sampleOf(format: LogFormat, options = optionsFor(format)) {
  const lines = format.sample.split('\n').map((line) => Buffer.from(line));
  const reader = format.open(options);
  const view = new RequestView();
  for (const line of lines.slice(0, -1)) expect(reader.read(line, 0, line.length, view)).toBe('directive');
  return { reader, view, line: lines.at(-1)! };
}

/** All a view holds, as text, relative to `base`. */
function contentOf(view: RequestView, base: number): string {
  const spans = [view.address, view.userAgent, view.path, view.host, view.country].map((span) =>
    span.start === span.end ? 'none' : `${span.start - base}-${span.end - base} ${span.encoding}`,
  );
  return JSON.stringify([
    spans,
    view.day,
    view.method,
    view.status,
    view.range,
    view.internal,
    view.downloads,
  ]);
}

/** The line between bytes that would be taken for part of it, were they read. */
function surrounded(line: Uint8Array, filler: string): { block: Buffer; start: number; end: number } {
  const before = Buffer.from(filler);
  const block = Buffer.concat([before, line, Buffer.from(`${filler}${filler}`)]);
  return { block, start: before.length, end: before.length + line.length };
}

const fillers = ['"', ' 200 1 "-" "x" "y"', '\t9\t', '"}}', '],"', '|a|', '0', '\\', ',1', ',', ': ', '- '];

describe.each(formats.map((format) => ({ name: format.name, format })))('format $name', ({ format }) => {
  const options = optionsFor(format);

  test('is found by its name', () => {
    expect(formatByName(format.name)).toBe(format);
  });

  test('reads its sample as found', () => {
    const { reader, view, line } = sampleOf(format);
    expect(reader.read(line, 0, line.length, view)).toBe('found');
    expect(view.day).toBeGreaterThan(0);
    expect(decodeSpan(view.bytes, view.path)).toMatch(/\/.*demo/);
    expect(view).toMatchObject({ method: 'GET', status: 200, internal: false });
  });

  test('takes its sample without a line end, where it shows its own', () => {
    const { reader, line } = sampleOf(format);
    const shows = reader.showsItsEnd?.(line, 0, line.length) === true;
    // Their last field has no end of its own.
    expect(shows).toBe(!['cloudfront', 'fastly-clf', 'pypi', 'pep381'].includes(format.name));
  });

  test('tolerates a carriage return', () => {
    const { reader, view, line } = sampleOf(format);
    reader.read(line, 0, line.length, view);
    const plain = contentOf(view, 0);
    const withReturn = Buffer.concat([line, Buffer.from('\r')]);
    expect(reader.read(withReturn, 0, withReturn.length, view)).toBe('found');
    expect(contentOf(view, 0)).toBe(plain);
  });

  test('takes blank lines and comments for no lines', () => {
    const { reader, view } = sampleOf(format);
    for (const text of ['', '\r', '# made by hand']) {
      expect(reader.read(Buffer.from(text), 0, text.length, view)).toBe('directive');
    }
  });

  test.each(fixturesOf(format))('reads $name as expected', async ({ name, log, expected }) => {
    const rows = readTable(format.open(optionsFor(format, name)), log);
    await expect(printTable(rows)).toMatchFileSnapshot(expected);
  });

  test('has fixtures, the first of them basic, and only documentation addresses in them', () => {
    const fixtures = fixturesOf(format);
    expect(fixtures[0].name).toMatch(/^basic/);
    for (const { log, name } of fixtures) {
      for (const address of addressesIn(log)) expect.soft(isDocumentation(address), name).toBe(true);
      expect(addressesOf(format, name, log).filter((address) => !isDocumentation(address))).toEqual([]);
    }
  });

  test('reads a line the same wherever it stands, whatever is around it', () => {
    for (const { name, log } of fixturesOf(format)) {
      const [here, there] = [format.open(optionsFor(format, name)), format.open(optionsFor(format, name))];
      const [view, other] = [new RequestView(), new RequestView()];
      for (const text of log.split('\n')) {
        const line = Buffer.from(text);
        const outcome = here.read(line, 0, line.length, view);
        for (const filler of fillers) {
          const { block, start, end } = surrounded(line, filler);
          expect(there.read(block, start, end, other)).toBe(outcome);
          if (outcome === 'found')
            expect(contentOf(other, startOf(other, block, start))).toBe(contentOf(view, 0));
        }
      }
    }
  });

  test('reads any cut of a line without a throw or a look around it', () => {
    for (const line of linesOf(format)) {
      const { reader, view } = sampleOf(format);
      for (let length = 0; length <= line.length; length++)
        expectSameAround(reader, line.subarray(0, length), view);
    }
  });

  // A prefix that is taken is what its file has so far; the rest comes when the file has grown.
  test.each([
    { of: 'itself', wrap: (line: string) => line, open: format.open },
    {
      of: 'a shipper',
      wrap: (line: string) => JSON.stringify({ message: line }),
      open: enveloped(format).open,
    },
    { of: 'syslog', wrap: syslogged, open: enveloped(format).open },
  ])('takes no part of a line of $of for the whole', ({ wrap, open }) => {
    for (const clientAddress of ['first', { xForwardedFor: 1 }] as const) {
      const reader = open({ ...options, clientAddress });
      const view = new RequestView();
      const lines = [sampleOf(format).line, ...linesOf(format)].map((line) =>
        Buffer.from(wrap(String(line))),
      );
      for (const text of format.sample.split('\n').slice(0, -1))
        reader.read(Buffer.from(text), 0, text.length, view);
      for (const line of lines) {
        if (reader.read(line, 0, line.length, view) !== 'found') continue;
        const content = contentOf(view, 0);
        for (let length = 0; length < line.length; length++) {
          const cut = Buffer.from(line.subarray(0, length));
          if (reader.read(cut, 0, length, view) !== 'found') continue;
          if (reader.showsItsEnd?.(cut, 0, length) !== true) continue;
          expect(contentOf(view, 0), cut.toString()).toBe(content);
        }
      }
    }
  });

  test('never throws and stays inside the line, whatever the bytes', () => {
    const lines = linesOf(format);
    const mutation = fc.record({
      line: fc.nat(lines.length - 1),
      edits: fc.array(
        fc.record({ at: fc.nat(2000), byte: fc.integer({ min: 0, max: 255 }), insert: fc.boolean() }),
        {
          maxLength: 8,
        },
      ),
    });
    const { reader, view } = sampleOf(format);
    const check = (line: Uint8Array) => {
      expectSameAround(reader, line, view);
      if (reader.read(line, 0, line.length, view) !== 'found') return;
      expect(view.day).toSatisfy((day: number) => day >= 1 && day <= 65535);
      expect(view.status).toSatisfy((status: number) => status >= 0 && status <= 999);
      for (const span of [view.address, view.userAgent, view.path, view.host, view.country]) {
        decodeSpan(view.bytes, span);
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), check), { numRuns: 300 });
    fc.assert(
      fc.property(mutation, ({ line, edits }) => check(mutated(lines[line], edits))),
      { numRuns: 1500 },
    );
  });

  test('does not carry anything from one line to the next', () => {
    for (const first of linesOf(format)) {
      for (const second of linesOf(format).slice(0, 12)) {
        const fresh = sampleOf(format);
        const outcome = fresh.reader.read(second, 0, second.length, fresh.view);
        const used = sampleOf(format);
        used.reader.read(first, 0, first.length, used.view);
        expect(used.reader.read(second, 0, second.length, used.view)).toBe(outcome);
        if (outcome === 'found') expect(contentOf(used.view, 0)).toBe(contentOf(fresh.view, 0));
      }
    }
  });

  test('reads a plain Uint8Array as it reads a Buffer', () => {
    const { reader, view, line } = sampleOf(format);
    reader.read(line, 0, line.length, view);
    const content = contentOf(view, 0);
    expect(reader.read(Uint8Array.from(line), 0, line.length, view)).toBe('found');
    expect(contentOf(view, 0)).toBe(content);
  });

  // pep381 is a file of its own name, no message of a shipper.
  test.skipIf(format.name === 'pep381')('reads the same in every envelope', () => {
    const { reader, view, line } = sampleOf(format);
    reader.read(line, 0, line.length, view);
    const want = [view.day, view.method, view.status, decodeSpan(view.bytes, view.path)];
    for (const wrapped of envelopesOf(line.toString())) {
      const wrapping = enveloped(format).open(options);
      for (const text of format.sample.split('\n').slice(0, -1))
        wrapping.read(Buffer.from(text), 0, text.length, view);
      const bytes = Buffer.from(wrapped);
      const { block, start, end } = surrounded(bytes, '"');
      expect(wrapping.read(block, start, end, view), wrapped).toBe('found');
      expect([view.day, view.method, view.status, decodeSpan(view.bytes, view.path)]).toEqual(want);
    }
  });

  test('says which fields it kept, and never a value', () => {
    const { reader, view, line } = sampleOf(format);
    reader.read(line, 0, line.length, view);
    const explained = explainLine(format, view);
    const kept = explained.filter((field) => field.kept).map((field) => field.use);
    expect(kept).toEqual(expect.arrayContaining(['path', 'time']));
    expect(explained.find((field) => field.use === 'stepped-over')?.kept ?? false).toBe(false);
    expect(JSON.stringify(explained)).not.toMatch(/192\.0\.2\.1|2001:db8/);
  });

  test('never takes a balancer for the client', () => {
    for (const clientAddress of [{ xForwardedFor: 9 }, { field: 'no such field' }] as const) {
      const { reader, view, line } = sampleOf(format, { ...options, clientAddress });
      expect(reader.read(line, 0, line.length, view)).toBe('found');
      expect(view.address.end - view.address.start).toBe(0);
    }
  });
});

function syslogged(line: string): string {
  return `<134>2024-01-16T23:56:42Z cache-1 logs[7]: ${line}`;
}

/** Lines of the fixtures that a fresh reader understands: without directives, and each kind once. */
function linesOf(format: LogFormat): Buffer[] {
  const lines = fixturesOf(format).flatMap(({ log }) =>
    log.split('\n').filter((line) => line && !line.startsWith('#')),
  );
  return [sampleOf(format).line, ...lines.slice(0, 24).map((line) => Buffer.from(line))];
}

function mutated(line: Uint8Array, edits: { at: number; byte: number; insert: boolean }[]): Uint8Array {
  const bytes = [...line];
  for (const { at, byte, insert } of edits) bytes.splice(at % (bytes.length + 1), insert ? 0 : 1, byte);
  return Uint8Array.from(bytes);
}

/** Reads a line alone and between other bytes, which must not make a difference; spans stay inside it. */
function expectSameAround(reader: LineReader, line: Uint8Array, view: RequestView): void {
  const alone = Buffer.from(line);
  const outcome = reader.read(alone, 0, alone.length, view);
  const content = contentOf(view, 0);
  expectInside(view, 0, alone.length);
  for (const filler of fillers) {
    const { block, start, end } = surrounded(line, filler);
    const isSame = reader.read(block, start, end, view) === outcome;
    expectInside(view, start, end);
    if (!isSame || (outcome === 'found' && contentOf(view, start) !== content)) {
      throw new Error(`bytes around the line are read: ${filler}`);
    }
  }
}

function expectInside(view: RequestView, start: number, end: number): void {
  for (const span of [view.address, view.userAgent, view.path, view.host, view.country]) {
    if (span.start === span.end) continue;
    if (span.start < start || span.end > end || span.start > span.end)
      throw new Error('a span leaves its line');
  }
}

/** Where the line begins in the bytes the view is about: a scratch buffer's own, or the block's. */
function startOf(view: RequestView, block: Uint8Array, start: number): number {
  return view.bytes === block ? start : 0;
}

function envelopesOf(line: string): string[] {
  return [
    line,
    JSON.stringify({ '@timestamp': '2024-01-01T00:00:00Z', message: line, host: { name: 'a' } }),
    JSON.stringify({ log: `${line}\n`, stream: 'stdout', time: '2024-01-01T00:00:00Z' }),
    JSON.stringify({ level: 'info', msg: line }),
    JSON.stringify({ event: { original: line, module: 'nginx' } }),
    JSON.stringify({ 'event.original': line }),
    `<190>Oct 11 22:14:15 mirror1 nginx: ${line}`,
    `<190>Oct  1 22:14:15 nginx: ${line}`,
    `Oct 11 22:14:15 mirror1 nginx[42]: ${line}`,
    `2024-01-16T23:53:20.123456+00:00 mirror1 nginx: ${line}`,
    `<190>1 2024-01-16T23:53:20Z mirror1 nginx 42 access - ${line}`,
    `<190>1 2024-01-16T23:53:20Z mirror1 nginx 42 access [a@1 b="c\\]\\"]"][d@2] \ufeff${line}`,
    JSON.stringify({ message: `<190>Oct 11 22:14:15 mirror1 nginx: ${line}` }),
  ];
}

/** What looks like an address in a text. */
function addressesIn(text: string): string[] {
  const v4 = [...text.matchAll(/(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/g)].map(([match]) => match);
  const v6 = [...text.matchAll(/(?<![\w:.])[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])/gi)].map(
    ([match]) => match,
  );
  return [...v4.filter(isIPv4), ...v6.filter(isIPv6)];
}

/** The addresses a format finds in a log, without port; host names are left out. */
function addressesOf(format: LogFormat, name: string, log: string): string[] {
  const view = new RequestView();
  const reader = format.open(optionsFor(format, name));
  return log
    .split('\n')
    .map((text) => Buffer.from(text))
    .filter(
      (line) => reader.read(line, 0, line.length, view) === 'found' && view.address.end > view.address.start,
    )
    .map((line) => {
      reader.read(line, 0, line.length, view);
      return decodeSpan(view.bytes, view.address) ?? '';
    })
    .map((address) => address.replace(/^([\d.]+):\d+$/, '$1'))
    .filter((address) => !address.endsWith('.example.net'));
}

/** RFC 5737 and RFC 3849. */
function isDocumentation(address: string): boolean {
  return /^(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$/.test(address) || /^2001:db8:/i.test(address);
}
