import { expect, test } from 'vitest';
import { decodeSpan } from '../../shared/formats/decode-span.ts';
import type { ClientAddress } from '../../shared/formats/log-format.ts';
import { formatByName } from '../../shared/formats/registry.ts';
import { RequestView } from '../../shared/formats/request-view.ts';

/** The client's address of one line, or '' where it has none. */
function addressIn(name: string, lines: string, clientAddress: ClientAddress): string | undefined {
  const keys = { time: 'ts', path: 'url', address: 'peer', forwarded: 'xff' };
  const reader = formatByName(name)!.open({ fileName: 'access', keys, clientAddress });
  const view = new RequestView();
  for (const text of lines.split('\n')) {
    const line = Buffer.from(text);
    const outcome = reader.read(line, 0, line.length, view);
    if (outcome !== 'directive') expect(outcome).toBe('found');
  }
  return decodeSpan(view.bytes, view.address);
}

const combined = (forwarded: string) =>
  `192.0.2.1 - - [17/May/2015:10:05:03 +0000] "GET /a HTTP/1.1" 200 1 "-" "x" ${forwarded}`;
const main = combined('"203.0.113.9, 203.0.113.5,198.51.100.5"');
const w3c =
  '#Fields: date cs-method cs-uri-stem sc-status c-ip x-forwarded-for\n2024-01-17\tGET\t/a\t200\t192.0.2.1\t203.0.113.9, 203.0.113.5';
const caddy =
  '{"ts":1705449402,"status":200,"request":{"client_ip":"192.0.2.1","remote_ip":"192.0.2.2","method":"GET","uri":"/","headers":{"X-Forwarded-For":["203.0.113.9, 203.0.113.5"],"X-Real-Ip":["203.0.113.7"]}}}';
const mapped = '{"ts":1705449402,"url":"/","peer":"192.0.2.1","xff":"203.0.113.5"}';

test.each<[string, string, ClientAddress, string]>([
  ['combined', main, 'first', '192.0.2.1'],
  ['combined', main, { xForwardedFor: 1 }, '198.51.100.5'],
  ['combined', main, { xForwardedFor: 2 }, '203.0.113.5'],
  ['combined', main, { xForwardedFor: 3 }, '203.0.113.9'],
  ['combined', main, { xForwardedFor: 4 }, ''],
  ['combined', combined('"-"'), { xForwardedFor: 1 }, ''],
  ['combined', combined('""'), { xForwardedFor: 1 }, ''],
  ['combined', combined(''), { xForwardedFor: 1 }, ''],
  ['combined', combined('12 0.1 "2001:db8::5"'), { xForwardedFor: 1 }, '2001:db8::5'],
  ['combined', main, { field: 'x-real-ip' }, ''],
  ['cloudfront', w3c, 'first', '192.0.2.1'],
  ['cloudfront', w3c, { xForwardedFor: 1 }, '203.0.113.5'],
  ['cloudfront', w3c, { xForwardedFor: 2 }, '203.0.113.9'],
  ['cloudfront', w3c, { field: 'x-forwarded-for' }, '203.0.113.9, 203.0.113.5'],
  ['caddy', caddy, 'first', '192.0.2.1'],
  ['caddy', caddy, { xForwardedFor: 1 }, '203.0.113.5'],
  ['caddy', caddy, { field: 'request.remote_ip' }, '192.0.2.2'],
  ['caddy', caddy, { field: 'request.headers.X-Real-Ip' }, '203.0.113.7'],
  ['json', mapped, 'first', '192.0.2.1'],
  ['json', mapped, { xForwardedFor: 1 }, '203.0.113.5'],
])('%s %s with %j is %s', (name, lines, clientAddress, want) => {
  expect(addressIn(name, lines, clientAddress)).toBe(want);
});
