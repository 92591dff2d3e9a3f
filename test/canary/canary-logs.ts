/** Logs of canary lines, good and broken. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { caddy, cloudfront, combined, fastly, pypi, unfinished } from './canary-lines.ts';
import { addresses, mark } from './marks.ts';

/** Canary logs on disk. */
export interface CanaryLogs {
  /** Read to their end, with lines of every kind in them. */
  readonly good: readonly string[];
  /** Truncated, corrupt, unknown, of another version, no text. */
  readonly bad: readonly string[];
  /** Bytes whose unkeyed digest would tell who has seen them: lines, beginnings, whole files. */
  readonly pieces: readonly Buffer[];
}

const [v4, other] = addresses.v4;
const [v6] = addresses.v6;

/** Writes the logs into a folder; `repeat` makes them longer. */
export function writeCanaryLogs(folder: string, repeat = 1): CanaryLogs {
  const pieces: Buffer[] = [];
  const write = (name: string, lines: readonly (string | Buffer)[], pack = (bytes: Buffer) => bytes) => {
    const bytes = Buffer.concat(lines.flatMap((line) => [Buffer.from(line as string), Buffer.from('\n')]));
    pieces.push(bytes, bytes.subarray(0, 1024), ...piecesOf(lines));
    writeFileSync(join(folder, name), pack(bytes));
    return join(folder, name);
  };
  const repeated = Array.from({ length: repeat }, (_, second) => combined(second)).flat();
  const good = [
    write('combined.log', repeated),
    write('cloudfront.gz', cloudfront(), (bytes) => gzipSync(bytes)),
    write('caddy.log', caddy()),
    write('fastly.log', fastly()),
    write('pypi.log', pypi()),
  ];
  // Cut in the middle of a line, as a log is that is being written.
  writeFileSync(good[0]!, unfinished, { flag: 'a' });
  const bad = [
    write('truncated.gz', combined(3), (bytes) => gzipSync(bytes).subarray(0, -40)),
    write('corrupt.gz', combined(4), flipped),
    write('unknown.log', [`${mark};${v4};${v6}`, `${mark};${other};${mark}`]),
    write('version.log', [`#Version: 9.${mark}`, '#Fields: date time c-ip', `2026-09-07\t00:00:00\t${v4}`]),
    write('binary.log', [Buffer.concat([Buffer.from([0, 1, 2, 255, 0]), Buffer.from(`${mark}${v4}`)])]),
  ];
  return { good, bad, pieces };
}

function piecesOf(lines: readonly (string | Buffer)[]): Buffer[] {
  const chosen = [...lines.slice(0, 3), ...lines.slice(-2)].map((line) => Buffer.from(line as string));
  return chosen.flatMap((line) => [line, Buffer.concat([line, Buffer.from('\n')])]);
}

function flipped(bytes: Buffer): Buffer {
  const packed = gzipSync(bytes);
  for (let at = packed.length >> 1; at < (packed.length >> 1) + 8; at++) packed[at]! ^= 0x55;
  return packed;
}

/** The fixtures of all formats with the mark and the addresses put into their fields; gives their paths. */
export function writeMarkedFixtures(folder: string): string[] {
  const fixtures = fileURLToPath(new URL('../fixtures/formats/', import.meta.url));
  const logs = readdirSync(fixtures, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.log'),
  );
  return logs.map((name) => {
    // The name of a log may be all that knows its day.
    const path = join(folder, name.replaceAll('/', '.'));
    writeFileSync(path, markedFixture(readFileSync(join(fixtures, name), 'latin1')), 'latin1');
    return path;
  });
}

function markedFixture(text: string): string {
  return text
    .replace(/\b(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d+/g, v4)
    .replace(/\b2001:db8::[0-9a-f]+/g, v6)
    .replace(/\bexample\.(?:org|net|com)\b/g, `${mark}.example.org`)
    .replace(/\b(pip|bundler|cargo|curl|Wget|HTTP client)\/[\d.]+/g, `$1/${mark}`)
    .replace(/\b(?:TLS_AES_128_GCM_SHA256|ECDHE-RSA-AES128-GCM-SHA256)\b/g, mark);
}
