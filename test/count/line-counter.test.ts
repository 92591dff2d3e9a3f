import { describe, expect, test } from 'vitest';
import type { FileSetup } from '../../shared/count/counted-batch.ts';
import { dropReasons } from '../../shared/count/drop-reason.ts';
import { Counting } from '../../shared/workers/counting.ts';
import { combinedPypi, countText, line, linesMessage, outcomesOf, rowsOf, today } from './count-text.ts';

const crates: Partial<FileSetup> = { registries: [{ name: 'crates', layout: 'crates', rules: 'crates' }] };
const crate = 'GET /crates/serde/serde-1.0.0.crate HTTP/1.1';

describe('every line ends in exactly one outcome', () => {
  const cases: { name: string; text: string; setup?: Partial<FileSetup>; want: string | undefined }[] = [
    { name: 'a download', text: line(), want: 'counted' },
    { name: 'a mirror counts too', text: line({ agent: 'bandersnatch/6.0' }), want: 'counted' },
    { name: 'CRLF', text: line().replace('\n', '\r\n'), want: 'counted' },
    {
      name: 'an absolute URL',
      text: line({ request: 'GET https://files.example/packages/any/d/demo/demo-1.0.tar.gz HTTP/1.1' }),
      want: 'counted',
    },
    {
      name: 'a query',
      text: line({ request: 'GET /packages/any/d/demo/demo-1.0.tar.gz?x=1 HTTP/1.1' }),
      want: 'counted',
    },
    {
      name: 'tomorrow, for clocks ahead',
      text: line({ time: '16/Jun/2026:00:00:00 +0000' }),
      want: 'counted',
    },
    { name: 'a blank line is none', text: '\n', want: undefined },
    { name: 'noise', text: 'noise\n', want: 'malformed_line' },
    { name: 'no month Foo', text: line({ time: '15/Foo/2026:10:05:03 +0000' }), want: 'malformed_time' },
    {
      name: 'a name of 201 letters',
      text: line({
        request: `GET /packages/any/d/${'d'.repeat(201)}/${'d'.repeat(201)}-1.0.tar.gz HTTP/1.1`,
      }),
      want: 'malformed_path',
    },
    { name: 'the day after tomorrow', text: line({ time: '17/Jun/2026:00:00:00 +0000' }), want: 'future' },
    {
      name: 'HEAD',
      text: line({ request: 'HEAD /packages/any/d/demo/demo-1.0.tar.gz HTTP/1.1' }),
      want: 'method',
    },
    { name: 'a TLS hello', text: line({ request: '\\x16\\x03\\x01' }), want: 'method' },
    { name: 'not found', text: line({ status: 404 }), want: 'status' },
    { name: 'not modified', text: line({ status: 304 }), want: 'not_modified' },
    { name: 'a range', text: line({ status: 206 }), want: 'partial' },
    { name: 'a page', text: line({ request: 'GET /about HTTP/1.1' }), want: 'not_artifact' },
    {
      name: 'a signature',
      text: line({ request: 'GET /packages/any/d/demo/demo-1.0.tar.gz.asc HTTP/1.1' }),
      want: 'sidecar',
    },
    { name: 'an index', text: line({ request: 'GET /simple/demo/ HTTP/1.1' }), want: 'index' },
    {
      name: 'a browser, where rules want cargo',
      text: line({ request: crate, agent: 'Mozilla/5.0 (X11)' }),
      setup: crates,
      want: 'client',
    },
    { name: 'cargo', text: line({ request: crate, agent: 'cargo/1.74.0' }), setup: crates, want: 'counted' },
    {
      name: 'no user agent, where rules want cargo or none',
      text: line({ request: crate, agent: '-' }),
      setup: crates,
      want: 'counted',
    },
    { name: 'no registry', text: line(), setup: { registries: [] }, want: 'unknown_layout' },
  ];
  test.each(cases)('$name: $want', ({ text, setup, want }) => {
    expect(outcomesOf(countText(text, setup))).toEqual(want ? { [want]: 1 } : {});
  });

  test('a line over 64 KiB, of which only the place is known', () => {
    const counting = new Counting(() => 0);
    counting.begin({ file: 0, setup: combinedPypi, today, covered: [] });
    counting.count(linesMessage(Buffer.alloc(0), 500, 'too_long'));
    expect(outcomesOf(counting.cut())).toEqual({ too_long: 1 });
  });

  test("a CDN's own copy", () => {
    const shield =
      '{"timestamp":"2026-06-15T10:00:00Z","client_ip":"192.0.2.1","request_method":"GET","url":"/packages/any/d/demo/demo-1.0.tar.gz","response_status":200,"fastly_is_edge":false}\n';
    expect(outcomesOf(countText(shield, { format: 'fastly' }))).toEqual({ internal: 1 });
  });
});

test('a download is one row with each dimension once', () => {
  expect(
    rowsOf(countText(line() + line({ address: '198.51.100.9', time: '15/Jun/2026:23:59:59 -0100' }))),
  ).toMatchObject([
    {
      registry: 'pypi',
      project: 'demo',
      day: today,
      downloads: 1,
      country: { DE: 1 },
      version: { '1.0': 1 },
      file_type: { sdist: 1 },
      installer: { pip: 1 },
      runtime: { 'python/3.12': 1 },
      system: { linux: 1 },
      ci: { unknown: 1 },
    },
    { registry: 'pypi', project: 'demo', day: today + 1, downloads: 1, country: { FR: 1 } },
  ]);
});

test('mirrors and bots have sums of their own and no dimension', () => {
  const [row] = rowsOf(
    countText(line({ agent: 'bandersnatch/6.0' }) + line({ agent: 'Googlebot/2.1' }) + line()),
  );
  expect(row).toMatchObject({
    downloads: 1,
    mirror: 1,
    bot: 1,
    country: { DE: 1 },
    installer: { pip: 1 },
    version: { '1.0': 1 },
  });
});

test('index requests are a sum of the project, apart from downloads', () => {
  const [row] = rowsOf(countText(line({ request: 'GET /simple/Demo/ HTTP/1.1' }).repeat(3)));
  expect(row).toMatchObject({ project: 'demo', downloads: 0, index_requests: 3, country: {} });
});

test('two equal lines are two downloads', () => {
  expect(rowsOf(countText(line().repeat(2)))[0].downloads).toBe(2);
});

test('lines without a readable day are in the books of 1970-01-01, however batches are cut', () => {
  const [first, second] = countText(`noise\n${line()}`).months;
  expect(first).toMatchObject({
    month: 197001,
    rowCount: 0,
    days: [{ day: 0, lines: { malformed_line: 1 } }],
  });
  expect(second).toMatchObject({ month: 202606, rowCount: 1, days: [{ day: today, lines: { counted: 1 } }] });
});

test('a statistics line of PEP 381 stands for many downloads and is one line', () => {
  const batch = countText('demo,demo-1.0.tar.gz,pip/24.0,12\n', {
    format: 'pep381',
    fileName: '2010-05-21',
  });
  expect(outcomesOf(batch)).toEqual({ counted: 1 });
  expect(batch.totals[0].downloads).toEqual({ counted: 12 });
  expect(rowsOf(batch)).toMatchObject([{ project: 'demo', downloads: 12 }]);
});

describe('the last line of a source, without line end', () => {
  test.each([
    { name: 'counts where it parses whole', text: line().trimEnd(), taken: true, want: { counted: 1 } },
    { name: 'is left where it does not', text: line().slice(0, 90), taken: false, want: {} },
  ])('$name', ({ text, taken, want }) => {
    const counting = new Counting(() => 0);
    counting.begin({ file: 0, setup: combinedPypi, today, covered: [] });
    expect(counting.count(linesMessage(Buffer.from(text), 0, 'unterminated')).taken).toBe(taken);
    expect(outcomesOf(counting.cut())).toEqual(want);
  });
});

test('a line is counted before only if a range of its own month covers it', () => {
  const may = line({ time: '31/May/2026:23:00:00 +0000' });
  const text = Buffer.from(may + line() + line());
  const counting = new Counting(() => 0);
  const covered = [{ from: 0, to: 2 * may.length, months: [202606] }];
  counting.begin({ file: 0, setup: combinedPypi, today, covered });
  counting.count(linesMessage(text, 0));
  const batch = counting.cut();
  expect(outcomesOf(batch)).toEqual({ already_counted: 1, counted: 2 });
  expect(batch.months.map(({ month, stretches }) => [month, stretches])).toEqual([
    [202605, [{ stretch: 0, day: today - 15, lines: 1 }]],
    [202606, [{ stretch: 0, day: today, lines: 1 }]],
  ]);
});

describe('of two reasons the one that comes first in the list is given', () => {
  const only = [{ name: 'pypi', layout: 'pypi', rules: 'default', prefix: '/mirror' }];
  const ignored = [{ name: 'pypi', layout: 'pypi', rules: 'pypi-2018', prefix: '/mirror' }];
  const far = '18/Jun/2026:10:05:03 +0000';
  const broken = '/mirror/packages/any/d/%00/%00-1.0.tar.gz';
  test.each([
    {
      first: 'malformed_time',
      later: 'method',
      parts: { time: '15/Foo/2026:10:05:03 +0000', request: 'HEAD /x HTTP/1.1' },
    },
    { first: 'future', later: 'method', parts: { time: far, request: 'HEAD /x HTTP/1.1' } },
    { first: 'method', later: 'status', parts: { request: 'HEAD /mirror/x HTTP/1.1', status: 404 } },
    { first: 'status', later: 'unknown_layout', parts: { request: 'GET /x HTTP/1.1', status: 404 } },
    { first: 'not_modified', later: 'unknown_layout', parts: { request: 'GET /x HTTP/1.1', status: 304 } },
    { first: 'unknown_layout', later: 'not_artifact', parts: { request: 'GET /x HTTP/1.1' } },
    {
      first: 'malformed_path',
      later: 'client',
      parts: { request: `GET ${broken} HTTP/1.1`, agent: 'bandersnatch/6' },
    },
    {
      first: 'not_artifact',
      later: 'client',
      parts: { request: 'GET /mirror/x HTTP/1.1', agent: 'bandersnatch/6' },
    },
  ] as const)('$first before $later', ({ first, later, parts }) => {
    expect(dropReasons.indexOf(first)).toBeLessThan(dropReasons.indexOf(later));
    const registries = later === 'client' ? ignored : only;
    expect(outcomesOf(countText(line(parts), { registries }))).toEqual({ [first]: 1 });
  });
});

test('in a stream of several formats, a line without an address has the country that was logged, the others what is asked for', () => {
  const logged = (country: string) =>
    `download|Mon, 15 Jun 2026 20:54:54 GMT|${country}|/packages/any/d/demo/demo-1.0.tar.gz|TLSv1.2|X|demo|1.0|sdist|pip/24.0\n`;
  const mixed = [logged('US'), line(), logged('JP'), line({ address: '198.51.100.7' })].join('').repeat(20);
  const countriesWith = (setup: Partial<FileSetup>) =>
    rowsOf(countText(mixed, setup)).map(({ country }) => country);
  const auto = { format: 'auto', enveloped: true } as const;
  expect(countriesWith(auto)).toEqual([{ DE: 20, FR: 20, JP: 20, US: 20 }]);
  expect(countriesWith({ ...auto, countryFrom: 'log' })).toEqual([{ ZZ: 40, JP: 20, US: 20 }]);
});
