import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type Random, seededRandom, shuffle, weightedDraw } from './demo-random.ts';
import { type DemoProject, demoClients, demoCountries, demoProjects } from './demo-registry.ts';

export interface DemoLogsOptions {
  /** Gets one `access.log-YYYY-MM-DD.gz` a day. */
  readonly folder: string;
  /** `YYYY-MM-DD`. */
  readonly lastDay: string;
  readonly days: number;
  /** The same seed, days and country data make the same logs. */
  readonly seed: number;
  /** ISO code of an IPv4 address; tells which made-up addresses lie in which country. */
  readonly countryOf: (address: string) => string;
}

export interface DemoLogs {
  readonly files: readonly string[];
  readonly lines: number;
}

/** Writes nginx logs of a made-up Python registry: weekly rhythm, growth, releases, installers, countries, and the noise a log has. */
export async function writeDemoLogs(options: DemoLogsOptions): Promise<DemoLogs> {
  await mkdir(options.folder, { recursive: true });
  const random = seededRandom(options.seed);
  const draws: Draws = {
    random,
    address: weightedDraw(makeAddresses(options.countryOf, random), random),
    client: weightedDraw(
      demoClients.map(([agent, weight]) => [escapeQuotes(agent), weight] as const),
      random,
    ),
  };
  const last = Date.parse(`${options.lastDay}T00:00:00Z`);
  const files: string[] = [];
  let lines = 0;
  for (let day = 0; day < options.days; day++) {
    const start = new Date(last - (options.days - 1 - day) * 86_400_000);
    const requests = dayOfRequests({ day, days: options.days, weekday: start.getUTCDay() }, draws);
    const text = requests.map((request, i) =>
      logLine(request, { start, second: (i * 86_400) / requests.length, draws }),
    );
    const file = join(options.folder, `access.log-${start.toISOString().slice(0, 10)}.gz`);
    // Level 1: the logs are read once and thrown away.
    await writeFile(file, await promisify(gzip)(text.join(''), { level: 1 }));
    files.push(file);
    lines += requests.length;
  }
  return { files, lines };
}

interface Draws {
  readonly random: Random;
  readonly address: () => string;
  readonly client: () => string;
}

/** `GET /packages/… 200`: the part of a line that says what was asked and answered. */
type Request = readonly [target: string, status: number, bytes: number];

interface When {
  readonly day: number;
  readonly days: number;
  readonly weekday: number;
}

/** Addresses by country with their weights, found by asking for the country of random ones. */
function makeAddresses(countryOf: (address: string) => string, random: Random): [string, number][] {
  const wanted = new Map(
    Object.entries(demoCountries).map(([country, share]) => [country, { share, found: [] as string[] }]),
  );
  const each = 40;
  let missing = wanted.size * each;
  for (let tries = 0; missing > 0 && tries < 400_000; tries++) {
    const address = [1 + random() * 222, random() * 256, random() * 256, 1 + random() * 254]
      .map(Math.floor)
      .join('.');
    const country = wanted.get(countryOf(address));
    if (country === undefined || country.found.length === each) continue;
    country.found.push(address);
    missing -= 1;
  }
  const nobodys = Array.from({ length: 20 }, (_, i) => [`203.0.113.${i + 1}`, 0.1] as [string, number]);
  const found = [...wanted.values()].flatMap(({ share, found }) =>
    found.map((address) => [address, share / found.length] as [string, number]),
  );
  return [...found, ...nobodys];
}

/** nginx writes a quotation mark inside a quoted field as `\x22`. */
function escapeQuotes(agent: string): string {
  return agent.replaceAll('"', '\\x22');
}

/** One day's requests, in any order. */
function dayOfRequests(when: When, { random }: Draws): Request[] {
  const requests: Request[] = [];
  for (const project of demoProjects) {
    const count = Math.round(expectedDownloads(project, when) * (0.9 + 0.2 * random()));
    for (let i = 0; i < count; i++) {
      const file = drawFile(project, when.day, random);
      const path = packagePath(file);
      const size = 20_000 + Math.floor(random() * 900_000);
      requests.push([`GET ${path}`, 200, size]);
      if (random() < 0.2) requests.push([`GET /simple/${project.name}/`, 200, 2_000]);
      if (random() < 0.08 && file.endsWith('.whl')) requests.push([`GET ${path}.metadata`, 200, 3_000]);
      if (random() < 0.02) requests.push([`GET ${path}`, 304, 0]);
      if (random() < 0.01) requests.push([`HEAD ${path}`, 200, 0]);
    }
  }
  for (let i = 0; i < 40; i++) requests.push(noise[Math.floor(random() * noise.length)]);
  shuffle(requests, random);
  return requests;
}

/** What any host on the internet is asked. */
const noise: readonly Request[] = [
  ['GET /robots.txt', 404, 153],
  ['GET /wp-login.php', 404, 153],
  ['GET /.env', 404, 153],
  ['POST /pypi', 405, 157],
  ['GET /favicon.ico', 200, 1_150],
  ['\\x16\\x03\\x01', 400, 157],
];

function expectedDownloads(project: DemoProject, { day, days, weekday }: When): number {
  const born = Math.min(...Object.values(project.releases));
  if (day < born) return 0;
  const trend = project.start * project.growth ** (day / (days - 1));
  const rhythm = weekday === 0 || weekday === 6 ? project.weekend : 1;
  const sinceRelease = Math.min(
    ...Object.values(project.releases).map((release) => (release <= day ? day - release : 99)),
  );
  const curiosity = 1 + 0.25 * Math.exp(-sinceRelease / 3);
  return trend * rhythm * curiosity * (day === project.peak ? 3 : 1);
}

/** A file of one of the versions that are out: each new one wins the users of the one before within some weeks. */
function drawFile(project: DemoProject, day: number, random: Random): string {
  const released = Object.entries(project.releases).filter(([, release]) => release <= day);
  let version = released[0][0];
  for (const [newer, release] of released.slice(1)) {
    if (random() < 0.85 * (1 - Math.exp(-(day - release + 1) / 10))) version = newer;
  }
  const name = project.name.replaceAll('-', '_');
  if (project.files === 'source' || random() < 0.06) return `${name}-${version}.tar.gz`;
  if (project.files === 'wheel') return `${name}-${version}-py3-none-any.whl`;
  const platform =
    random() < 0.8 ? 'manylinux_2_28_x86_64' : random() < 0.5 ? 'win_amd64' : 'macosx_11_0_arm64';
  return `${name}-${version}-cp3${10 + Math.floor(random() * 4)}-${platform}.whl`.replace(
    /-(cp\d+)-/,
    '-$1-$1-',
  );
}

const paths = new Map<string, string>();

/** `/packages/ab/cd/<60 hex>/<file>`, as PyPI spreads its files. */
function packagePath(file: string): string {
  const known = paths.get(file);
  if (known !== undefined) return known;
  const digest = createHash('sha256').update(file).digest('hex');
  const path = `/packages/${digest.slice(0, 2)}/${digest.slice(2, 4)}/${digest.slice(4)}/${file}`;
  paths.set(file, path);
  return path;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `192.0.2.1 - - [22/Nov/2026:13:05:59 +0000] "GET /packages/… HTTP/1.1" 200 52310 "-" "pip/25.2 …"`. */
function logLine(
  [target, status, bytes]: Request,
  at: { start: Date; second: number; draws: Draws },
): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const { start, second, draws } = at;
  const day = `${two(start.getUTCDate())}/${months[start.getUTCMonth()]}/${start.getUTCFullYear()}`;
  const time = `${two(second / 3600)}:${two((second % 3600) / 60)}:${two(second % 60)}`;
  const request = target.startsWith('\\x') ? target : `${target} HTTP/1.1`;
  return `${draws.address()} - - [${day}:${time} +0000] "${request}" ${status} ${bytes} "-" "${draws.client()}"\n`;
}
