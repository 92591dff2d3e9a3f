import { describe, expect, test } from 'vitest';
import { LayoutUndecided, SetupChoice } from '../../services/ingester/setup-choice.ts';
import { chunkHeaders } from '../../shared/kafka/chunk.ts';

const reading = { format: 'auto', enveloped: true, fileName: '', countryFrom: 'database' } as const;
const registryOf = (layout: string) => ({ name: layout, layout, rules: 'default' });
const detecting = () => new SetupChoice({ reading, registries: undefined, registryOf });

describe('how the lines of a topic are read', () => {
  test('is what is configured, whatever comes', () => {
    const choice = new SetupChoice({ reading, registries: [registryOf('debian')], registryOf });
    choice.learn(messagesOf(pypi));
    choice.useLayout('crates');
    expect(choice.current().registries).toEqual([registryOf('debian')]);
    expect(choice.layout, 'nothing is kept beside the offsets').toBeUndefined();
  });

  test('is found by the first paths of artifacts, and stays', () => {
    const choice = detecting();
    choice.learn(messagesOf(nothing));
    expect(choice.current().registries).toEqual([]);
    const before = choice.current();
    choice.learn(messagesOf(nothing, pypi));
    expect(choice.current()).not.toBe(before);
    expect(choice.current().registries).toEqual([registryOf('pypi')]);
    choice.learn(messagesOf(crates, crates, crates));
    expect(choice.layout).toBe('pypi');
  });

  test('is as before, where the group has read the topic before', () => {
    const choice = detecting();
    choice.useLayout('crates');
    choice.learn(messagesOf(pypi));
    expect(choice.current().registries).toEqual([registryOf('crates')]);
  });

  test('is asked for, where several layouts fit in part', () => {
    const choice = detecting();
    const mixed = messagesOf(pypi, crates, pypi, crates);
    expect(() => choice.learn(mixed)).toThrow(LayoutUndecided);
    expect(() => choice.learn(mixed)).toThrow(/pypi 50 %|crates 50 %/);
  });

  test('is found in several lines to a message, in envelopes, and beside messages without a value', () => {
    const choice = detecting();
    choice.learn([
      { offset: 0, value: undefined, headers: undefined, atMs: 0 },
      { offset: 1, value: Buffer.from(`${nothing}\n${pypi}\n`), headers: undefined, atMs: 0 },
    ]);
    expect(choice.layout).toBe('pypi');
    const other = detecting();
    other.learn(messagesOf(JSON.stringify({ message: crates })));
    expect(other.layout).toBe('crates');
  });

  test.each(['auto', 'cloudfront'])(
    'is found in chunks from the middle of a log with directives, read as %s',
    (format) => {
      const choice = new SetupChoice({ reading: { ...reading, format }, registries: undefined, registryOf });
      choice.learn([chunkOf(tabbed, '')]);
      expect(choice.layout, 'nobody reads these lines without directives').toBeUndefined();
      choice.learn([chunkOf(tabbed, fields)]);
      expect(choice.layout).toBe('crates');
    },
  );

  test('is found in lines of another shipper, one to a message, below directives in messages before', () => {
    const choice = detecting();
    choice.learn(messagesOf(...fields.trimEnd().split('\n'), tabbed));
    expect(choice.layout).toBe('crates');
  });
});

const pypi = lineOf('/packages/any/n/numpy/numpy-1.0.tar.gz');
const crates = lineOf('/crates/serde/serde-1.0.0.crate');
const nothing = lineOf('/robots.txt');

const fields = '#Version: 1.0\n#Fields: date time c-ip cs-method cs-uri-stem sc-status cs(User-Agent)\n';
const tabbed = '2026-11-20\t09:00:00\t192.0.2.1\tGET\t/crates/serde/serde-1.0.0.crate\t200\tcargo%201.74.0';

function chunkOf(line: string, directives: string) {
  const identity = { firstLine: 'f'.repeat(64), startLength: 1024, start: '5'.repeat(64) };
  const source = { identity, starts: new Map() };
  const chunk = { source, position: 9000, lines: 1, site: '', directives: Buffer.from(directives) };
  return { offset: 0, value: Buffer.from(`${line}\n`), headers: chunkHeaders(chunk), atMs: 0 };
}

function lineOf(path: string): string {
  return `192.0.2.1 - - [20/Nov/2026:09:00:00 +0000] "GET ${path} HTTP/1.1" 200 1 "-" "pip/24.0"`;
}

function messagesOf(...lines: string[]) {
  return lines.map((line, offset) => ({ offset, value: Buffer.from(line), headers: undefined, atMs: 0 }));
}
