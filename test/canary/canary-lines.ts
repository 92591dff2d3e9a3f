/** Lines with the mark and the addresses in every field, of every kind. Only `legit` may be kept. */

import { addresses, mark } from './marks.ts';

/** The project and version that canary lines download. */
export const legit = { project: 'canary-legit', version: '7.7.77', day: '2026-09-07' } as const;

const [v4, other] = addresses.v4;
const [v6] = addresses.v6;
const path = `/packages/any/c/${legit.project}/${legit.project}-${legit.version}.tar.gz`;
const agent = `pip/24.0 {"ci":null,"cpu":"${mark}","distro":{"name":"${mark}"},"installer":{"name":"pip","version":"${mark}"}}`;

/** The beginning of a combined line. */
export const unfinished = `${v4} - ${mark} [07/Sep/2026:00:00:59 +0000] "GET ${path.slice(0, -9)}`;

function clf(second: number): string {
  return `07/Sep/2026:00:${String(Math.floor(second / 60) % 60).padStart(2, '0')}:${String(second % 60).padStart(2, '0')} +0000`;
}

/** Lines of `combined`. */
export function combined(second: number): (string | Buffer)[] {
  const time = `[${clf(second)}]`;
  const quoted = agent.replaceAll('"', '\\"');
  const ends = `"https://example.org/${mark}?${mark}" "${quoted}"`;
  const line = (address: string, request: string, status = 200) =>
    `${address} - ${mark} ${time} "${request}" ${status} 10 ${ends}`;
  return [
    line(v4, `GET ${path} HTTP/1.1`),
    line(v6, `GET ${path}?token=${mark}&from=${v4} HTTP/1.1`),
    line(other, `GET https://${mark}.example.org${path}#${mark} HTTP/2.0`),
    line(`${mark}.example.net`, `GET ${path} HTTP/1.1`),
    line(v4, `HEAD ${path} HTTP/1.1`),
    line(v4, `GET ${path} HTTP/1.1`, 404),
    line(v6, `GET /account/${mark}.php?${mark} HTTP/1.1`),
    line(v4, `GET /packages/any/c/%zz${mark}/%ff%fe${mark} HTTP/1.1`),
    line(v4, `\\x16\\x03\\x01${mark}`, 400),
    line(v4, mark),
    line(v4, `${mark.toUpperCase()} ${path} ${mark}`),
    `${line(v4, `GET ${path} HTTP/1.1`)} "${mark}=cookie; session=${mark}" ${v6}`,
    `${v4} - ${mark} [31/Feb/2026:00:00:00 +0000] "GET ${path}?${mark} HTTP/1.1" 200 10 ${ends}`,
    `${v4} - - [${mark}] "GET ${path} HTTP/1.1" 200 10 ${ends}`,
    `${v4} - ${mark} ${time} "GET ${path} HTTP/1.1" 200 10 "${mark}" "cut ${mark}`,
    `${mark} ${v4} ${v6}`,
    line(v4, `GET ${path}?${mark.repeat(7_000)} HTTP/1.1`),
    Buffer.concat([
      Buffer.from(`${v4} - ${mark} ${time} "GET ${path} HTTP/1.1" 200 10 "-" "`),
      bad,
      Buffer.from('"'),
    ]),
    Buffer.concat([
      Buffer.from(`${v4} - - ${time} "GET /packages/any/c/`),
      bad,
      Buffer.from(` HTTP/1.1" 200 1 "-" "-"`),
    ]),
    line(v6, `GET ${path} HTTP/1.1`),
  ];
}

/** No UTF-8, around a mark. */
const bad = Buffer.concat([Buffer.from([0xff, 0xc3]), Buffer.from(mark), Buffer.from([0xe2, 0x28, 0xa1])]);

/** Lines of `cloudfront`. */
export function cloudfront(): string[] {
  const escaped = encodeURIComponent(agent).replaceAll('%20', '%2520');
  const line = (address: string, stem: string, status = 200) =>
    [
      '2026-09-07',
      '00:00:01',
      `CMH68-${mark}`,
      '10',
      address,
      'GET',
      `${mark}.cloudfront.net`,
      stem,
      status,
      `https://example.org/${mark}`,
      escaped,
      `q=${mark}`,
      `c=${mark}`,
      'Hit',
      `${mark}==`,
      `${mark}.example.org`,
      'https',
      '97',
      '0.017',
      `${v4},%20${v6}`,
      'TLSv1.3',
      mark,
      'Hit',
      'HTTP/2.0',
      mark,
      mark,
      '54298',
      '0.017',
      mark,
      mark,
      '10',
      '-',
      '-',
    ].join('\t');
  return [
    '#Version: 1.0',
    '#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end',
    line(v4, path),
    line(v6, path),
    line(other, `/${mark}`),
    line(v4, path, 403),
    `2026-09-07\t00:00:02\t${mark}\t${v4}`,
    `#Remark: ${mark}`,
    line(v4, path),
  ];
}

/** Lines of `caddy`. */
export function caddy(): string[] {
  const line = (address: string, uri: string, status = 200) =>
    JSON.stringify({
      level: 'info',
      ts: 1788739201.5,
      logger: 'http.log.access',
      msg: 'handled request',
      request: {
        remote_ip: address,
        remote_port: '41342',
        client_ip: address,
        proto: 'HTTP/2.0',
        method: 'GET',
        host: `${mark}.example.org`,
        uri,
        headers: {
          'User-Agent': [agent],
          Cookie: [mark],
          Authorization: [`Basic ${mark}`],
          Referer: [mark],
          'X-Forwarded-For': [`${v4}, ${v6}`],
          [mark]: [mark],
        },
        tls: { server_name: mark },
      },
      user_id: mark,
      request_id: mark,
      size: 10,
      status,
      resp_headers: { 'X-Request-Id': [mark] },
      [mark]: mark,
    });
  return [
    line(v4, path),
    line(v6, `${path}?${mark}`),
    line(other, `/${mark}?${mark}`),
    line(v4, path, 500),
    line(v4, path).slice(0, -20),
    line(v4, path).replace('"status":200', `"status":${mark}`),
    line(v4, path).replace('"ts":1788739201.5', `"ts":"${mark}"`),
    `{"${mark}":"${v4}"`,
    line(v4, path),
  ];
}

/** Lines of `fastly`. */
export function fastly(): string[] {
  const line = (ip: string, url: string) =>
    `<134>2026-09-07T00:00:03Z ${mark} s3-request-logs[322614]: ${JSON.stringify({
      bytes: 10,
      date_time: '2026-09-07T00:00:03Z',
      http: { protocol: 'HTTP/2', referer: mark, useragent: agent },
      ip,
      method: 'GET',
      status: 200,
      url,
      version: '1',
      request_id: mark,
    })}`;
  const url = `https://${mark}.example.org${path}`;
  return [
    line(v4, url),
    line(v6, `${url}?${mark}`),
    line(other, `https://static.example.org/${mark}`),
    line(v4, url).slice(0, -9),
    line(v4, url),
  ];
}

/** Lines of `pypi`. */
export function pypi(): string[] {
  const line = (file: string) =>
    `download|Mon, 07 Sep 2026 00:00:04 GMT|US|${file}|TLSv1.2|${mark}|${legit.project}|${legit.version}|sdist|${agent}`;
  return [line(path), line(path), line(`/${mark}`), `download|${mark}|US|${path}|${mark}`, line(path)];
}
