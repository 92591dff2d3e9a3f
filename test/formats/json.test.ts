import { expect, test } from 'vitest';
import type { FieldUse } from '../../shared/formats/log-format.ts';
import { openReader } from '../../shared/formats/registry.ts';
import { printTable, readTable } from './read-table.ts';

const open = (keys?: Partial<Record<FieldUse, string>>) =>
  openReader({ format: 'json', enveloped: false, fileName: 'a', ...(keys && { keys }) });

test.each([
  ['no keys', undefined, 'time and path'],
  ['no path', { time: 't' }, 'time and path'],
  ['no time', { path: 'p' }, 'time and path'],
  ['a field without meaning here', { time: 't', path: 'p', downloads: 'n' }, 'downloads'],
] as const)('%s is refused when the reader is opened, not line by line', (_, keys, message) => {
  expect(() => open(keys)).toThrow(message);
});

test('an unknown format is refused', () => {
  expect(() => openReader({ format: 'elf', enveloped: false, fileName: 'a' })).toThrow('unknown log format');
});

test('without keys for method and status every line is a GET with 200', () => {
  const rows = readTable(
    open({ time: 't', path: 'p' }),
    '{"t":"2024-01-16","p":"/a","method":"POST","status":500}',
  );
  expect(rows[0].slice(0, 5)).toEqual(['found', '2024-01-16', 'GET', '200', '/a']);
});

test('keys may have dots, letters beyond ASCII, and one may be below another', () => {
  const rows = readTable(
    open({ time: 'größe.zeit', path: 'a.b.c', host: 'a.b', userAgent: 'ua' }),
    '{"größe":{"zeit":"2024-01-16"},"a":{"b":{"c":"/x"}},"ua":"é"}',
  );
  expect(printTable(rows)).toContain('2024-01-16  GET     200     /x    -     -        é');
});
