import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { detectFormat } from '../../shared/formats/detect-format.ts';
import { openReader } from '../../shared/formats/registry.ts';
import { sharedData } from '../shared-data.ts';
import { columns, readTable } from './read-table.ts';

type Row = Record<(typeof columns)[number], string>;

/** Lines of a file of others, which is detected to be of the format wanted. */
function read(file: string, want: string): Row[] {
  const bytes = readFileSync(sharedData.path(file));
  const log = file.endsWith('.gz') ? gunzipSync(bytes) : bytes;
  const detected = detectFormat(log, 'access');
  expect(detected).toMatchObject({ outcome: 'found', format: { name: want }, enveloped: false });
  return readText(log.toString('latin1'), want);
}

function readText(text: string, want: string): Row[] {
  return readTable(openReader({ format: want, enveloped: false, fileName: 'access' }), text)
    .map((cells) => Object.fromEntries(columns.map((column, i) => [column, cells[i]])) as Row)
    .filter(({ outcome }) => outcome !== 'directive');
}

const count = (rows: Row[]) => rows.filter(({ outcome }) => outcome === 'found').length;

/** What crates.io counts; the real rule set is `crates`. */
function cratesDownloads(rows: Row[]): Row[] {
  return rows.filter((row) => {
    const isCargo = row['user agent'] === '-' || row['user agent'].startsWith('"cargo ');
    return row.method === 'GET' && row.status === '200' && row.path.endsWith('.crate') && isCargo;
  });
}

const distinct = (rows: Row[]) =>
  new Set(rows.map(({ day, path }) => `${day} ${path.replaceAll('%2B', '+')}`)).size;

describe.skipIf(sharedData.missing)(sharedData.title("other projects' lines"), () => {
  test.each([
    ['crates-io/cloudfront/basic.log', 'cloudfront', 20, 19, 18],
    ['crates-io/cloudfront/percent-encoding.log', 'cloudfront', 3, 3, 1],
    ['crates-io/cloudfront/unrelated-traffic.log', 'cloudfront', 5, 2, 1],
    ['crates-io/fastly/basic.log', 'fastly', 23, 23, 22],
    ['crates-io/fastly/percent-encoding.log', 'fastly', 2, 2, 1],
    ['crates-io/fastly/unrelated-traffic.log', 'fastly', 5, 2, 1],
  ])('%s reads as %s: %i lines, %i downloads of %i', (file, format, lines, downloads, keys) => {
    const rows = read(file, format);
    expect(count(rows)).toBe(lines);
    expect(cratesDownloads(rows)).toHaveLength(downloads);
    expect(distinct(cratesDownloads(rows))).toBe(keys);
  });

  test('RubyGems: 11 lines, 10 of them 200 or 304', () => {
    const rows = read('rubygems/fastly-fake.log', 'fastly-clf');
    expect(count(rows)).toBe(11);
    expect(rows.filter(({ status }) => status === '200' || status === '304')).toHaveLength(10);
    expect(rows.every((row) => row.day === '2015-11-30' && row.path.endsWith('.gem'))).toBe(true);
    expect(rows.every((row) => row['user agent'].startsWith('"Ruby, RubyGems/'))).toBe(true);
  });

  test('hex: nine lines, placeholders and all', () => {
    const rows = read('hex/fastly_logs_1.txt', 'fastly-clf');
    expect(count(rows)).toBe(9);
    expect(rows.every((row) => row.day === '2014-02-06' && row.method === 'GET')).toBe(true);
    expect(rows.filter(({ path }) => path.endsWith('.tar'))).toHaveLength(8);
  });

  test("PyPI's events: what linehaul parses is found, what it refuses is malformed", () => {
    const text = readFileSync(sharedData.path('pypi/download-events.yml'), 'utf8');
    const [document] = parseAllDocuments(text, { logLevel: 'silent' });
    const events = document.toJS() as {
      event: string;
      result: null | string | { url: string; country_code: string | null };
    }[];
    const rows = readText(events.map(({ event }) => event).join('\n'), 'pypi');
    expect(rows).toHaveLength(events.length);
    events.forEach(({ event, result }, i) => {
      expect(rows[i].outcome).toBe(typeof result === 'string' ? 'malformed_line' : 'found');
      if (result === null) expect(rows[i]['user agent']).toBe('-');
      if (result === null || typeof result === 'string') return;
      expect(rows[i]).toMatchObject({
        day: '2018-07-20',
        path: result.url,
        country: result.country_code ?? '-',
      });
      expect(JSON.stringify(event.split('|').slice(9).join('|'))).toBe(rows[i]['user agent']);
    });
  });

  test("a maintainer's own host: 10,000 lines as a plain pattern reads them, one of them cut short", () => {
    const rows = read('semicomplete/access.log.gz', 'combined');
    const text = gunzipSync(readFileSync(sharedData.path('semicomplete/access.log.gz'))).toString('latin1');
    const lines = text.trimEnd().split('\n');
    expect(rows).toHaveLength(10_000);
    expect(count(rows)).toBe(9_999);
    lines.forEach((line, i) => {
      const [, day, request, status] = /\[(\d\d)\/May\/2015:.*?\] "(.*?)" (\d{3}) /.exec(line)!;
      const [method, path] = request.split(' ');
      if (!line.endsWith('"')) expect(rows[i].outcome).toBe('malformed_line');
      else
        expect(rows[i]).toMatchObject({ day: `2015-05-${day}`, status, path, method: knownMethod(method) });
    });
  });
});

function knownMethod(method: string): string {
  return ['GET', 'HEAD', 'POST', 'OPTIONS'].includes(method) ? method : 'other';
}
