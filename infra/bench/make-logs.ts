import { closeSync, openSync, writeSync } from 'node:fs';

/** What a benchmark log holds; the same options make the same bytes. */
export interface LogOptions {
  readonly shape: keyof typeof shapes;
  readonly lines: number;
  readonly days: number;
  readonly projects: number;
  /** In the order of time, or every line on any of the days. */
  readonly order: 'time' | 'random';
}

const firstDay = Date.UTC(2026, 8, 1);
const chunkBytes = 1 << 22;

/** Writes a log of made-up downloads to `path`; answers its size in bytes. */
export function makeLog(path: string, options: LogOptions): number {
  const random = generator(options.lines + options.days);
  const world = makeWorld(options, random);
  const file = openSync(path, 'w');
  const chunk = Buffer.allocUnsafe(chunkBytes + 8192);
  let length = 0;
  let written = 0;
  const header = shapes[options.shape].header;
  if (header) length += chunk.write(header, length, 'latin1');
  for (let line = 0; line < options.lines; line++) {
    const share = options.order === 'time' ? line / options.lines : random();
    const seconds = Math.floor(share * options.days * 86_400);
    length += chunk.write(shapes[options.shape].line(world, seconds, random), length, 'latin1');
    if (length >= chunkBytes) {
      written += writeSync(file, chunk, 0, length);
      length = 0;
    }
  }
  written += writeSync(file, chunk, 0, length);
  closeSync(file);
  return written;
}

interface World {
  readonly wheels: readonly string[];
  readonly crates: readonly string[];
  readonly pipAgents: readonly string[];
  readonly cargoAgents: readonly string[];
  readonly addresses: readonly string[];
  /** `[23/Nov/2026:10:05:03 +0000]` and the like, by second, made when first needed. */
  readonly times: Map<number, string>;
}

/** Fifty thousand projects with some files each, a few thousand user agents, two hundred thousand clients. */
function makeWorld({ projects }: LogOptions, random: () => number): World {
  const names = Array.from({ length: projects }, (_, index) => `project-${index.toString(36)}`);
  const hex = (length: number): string =>
    Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('');
  const version = (): string =>
    `${Math.floor(random() * 5)}.${Math.floor(random() * 9)}.${Math.floor(random() * 4)}`;
  const files = names.flatMap((name) => Array.from({ length: 4 }, () => ({ name, version: version() })));
  return {
    wheels: files.map(
      ({ name, version }) =>
        `/packages/${hex(2)}/${hex(2)}/${hex(60)}/${name.replace('-', '_')}-${version}-py3-none-any.whl`,
    ),
    crates: files.map(({ name, version }) => `/crates/${name}/${name}-${version}.crate`),
    pipAgents: Array.from({ length: 3000 }, () => pipAgent(random)),
    cargoAgents: Array.from({ length: 60 }, (_, index) => `cargo/1.${20 + index}.0`),
    addresses: Array.from({ length: 200_000 }, () =>
      [0, 0, 0, 0].map(() => 1 + Math.floor(random() * 222)).join('.'),
    ),
    times: new Map(),
  };
}

function pipAgent(random: () => number): string {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const python = `3.${8 + Math.floor(random() * 6)}.${Math.floor(random() * 20)}`;
  const agent = {
    ci: pick([null, true]),
    cpu: pick(['x86_64', 'aarch64']),
    distro: {
      id: pick(['jammy', 'bookworm']),
      libc: { lib: 'glibc', version: '2.35' },
      name: 'Ubuntu',
      version: '22.04',
    },
    implementation: { name: 'CPython', version: python },
    installer: { name: pick(['pip', 'uv', 'poetry']), version: `2${Math.floor(random() * 6)}.1` },
    openssl_version: '3.0.2',
    python,
    setuptools_version: '68.0.0',
    system: { name: pick(['Linux', 'Darwin']), release: `6.${Math.floor(random() * 12)}.0` },
  };
  const text = `pip/${agent.installer.version} ${JSON.stringify(agent)}`.replaceAll('"', '\\x22');
  // One flat string: V8 would walk the pieces that replaceAll leaves again for every line.
  return Buffer.from(text, 'latin1').toString('latin1');
}

/** Zipf's law: the nth most popular is asked for 1/n as often as the first. */
function popular<T>(values: readonly T[], random: () => number): T {
  return values[Math.floor(values.length ** random()) - 1] as T;
}

/** Clients come again, but not so often. */
function returning<T>(values: readonly T[], random: () => number): T {
  return values[Math.floor(random() ** 2 * values.length)] as T;
}

const shapes = {
  combined: { header: '', line: combinedLine },
  cloudfront: {
    header:
      '#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) ' +
      'cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken ' +
      'x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port ' +
      'time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end\n',
    line: cloudfrontLine,
  },
  fastly: { header: '', line: fastlyLine },
} as const;

/** nginx writes the quotes of a user agent as `\x22`; 750 bytes on average. */
function combinedLine(world: World, seconds: number, random: () => number): string {
  const time = timeOf(world, seconds, (iso) => {
    const month = months[Number(iso.slice(5, 7)) - 1];
    return `[${iso.slice(8, 10)}/${month}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000]`;
  });
  const agent = popular(world.pipAgents, random);
  return `${returning(world.addresses, random)} - - ${time} "GET ${popular(world.wheels, random)} HTTP/1.1" 200 48213 "-" "${agent}"\n`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** crates.io's CloudFront lines: 366 bytes on average. */
function cloudfrontLine(world: World, seconds: number, random: () => number): string {
  const time = timeOf(world, seconds, (iso) => `${iso.slice(0, 10)}\t${iso.slice(11, 19)}`);
  return (
    `${time}\tCMH68-P2\t214182\t${returning(world.addresses, random)}\tGET\td1example.cloudfront.net\t${popular(world.crates, random)}\t200\t-\t` +
    `${popular(world.cargoAgents, random)}%20(ecb9851af%202023-10-18)\t-\t-\tHit\teGC6xGseFkxo1BMAlPTAqh0w9-Bxi9fsSLT2MZWcPcqdjNjngxfOvQ==\t` +
    'static.crates.io\thttps\t97\t0.017\t-\tTLSv1.3\tTLS_AES_128_GCM_SHA256\tHit\tHTTP/2.0\t-\t-\t54298\t0.017\tHit\tapplication/gzip\t213479\t-\t-\n'
  );
}

/** crates.io's Fastly lines: 590 bytes on average. */
function fastlyLine(world: World, seconds: number, random: () => number): string {
  const time = timeOf(world, seconds, (iso) => iso.slice(0, 19));
  const crate = popular(world.crates, random);
  return (
    `<134>${time}Z cache-iad-kiad7000128 s3-request-logs[322614]: {"bytes":11355,"content_type":"application/gzip","date_time":"${time}.460557177Z",` +
    `"dc":"IAD","http":{"host":"static.crates.io","protocol":"HTTP/2","referer":"","useragent":"${popular(world.cargoAgents, random)} (ecb9851af 2023-10-18)"},` +
    `"ip":"${returning(world.addresses, random)}","method":"GET","response":{"age":81234,"cache":"HIT","shield":"","ttl":31455000,"x_served_by":"cache-iad-kiad7000128-IAD"},` +
    `"status":200,"tls":{"cipher":"TLS_AES_256_GCM_SHA384","protocol":"TLSv1.3"},"url":"https://static.crates.io${crate}","version":"1"}\n`
  );
}

function timeOf(world: World, seconds: number, write: (iso: string) => string): string {
  let time = world.times.get(seconds);
  if (time === undefined) {
    time = write(new Date(firstDay + seconds * 1000).toISOString());
    world.times.set(seconds, time);
  }
  return time;
}

/** mulberry32: a small seeded generator. */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
