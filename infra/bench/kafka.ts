import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startBrokers } from '../kafka/start-brokers.ts';
import { consumeAlone, produceLines } from './kafka-alone.ts';
import { measureLatency } from './latency.ts';
import { makeLog } from './make-logs.ts';
import { type Measured, measure } from './measure.ts';
import { writeResults } from './write-results.ts';

/**
 * Benchmarks of shipping and ingesting on this machine, a real broker included, as ratios to a replay of the same file and to kafkajs alone in
 * the same run. `npx tsx infra/bench/kafka.ts [--lines 4000000] [--seconds 60]`; needs the built tree. Prints a table and writes it
 * to `results/`; nothing is asserted.
 */
const root = fileURLToPath(new URL('../../', import.meta.url));
const cli = join(root, 'dist/services/cli.js');

const lines = Number(option('--lines') ?? 4_000_000);
const seconds = Number(option('--seconds') ?? 60);
const folder = mkdtempSync(join(tmpdir(), 'tallymark-bench-'));
const rows: string[] = [];

try {
  await main();
} finally {
  rmSync(folder, { recursive: true });
}

async function main(): Promise<void> {
  const log = join(folder, 'access.log');
  makeLog(log, { shape: 'combined', lines, days: 3, projects: 50_000, order: 'time' });
  await using kafka = await startBrokers({ folder: join(folder, 'kafka'), optimised: true });
  const replayed = await counted('replay of the same file', ['replay', log], lines);
  const shipped = await run(
    'ship, one plain file',
    ['ship', log, '--once', ...at(kafka.brokers, 'chunks')],
    lines,
  );
  const chunks = await alone('kafkajs alone, chunks', kafka.brokers, 'chunks', lines);
  const ingested = await counted(
    'ingest, chunks',
    ['ingest', '--once', ...at(kafka.brokers, 'chunks')],
    lines,
  );
  await produceLines({ brokers: kafka.brokers, topic: 'single', file: log, lines });
  const one = await alone('kafkajs alone, one line a message', kafka.brokers, 'single', lines);
  const singles = await counted(
    'ingest, one line a message',
    ['ingest', '--once', ...at(kafka.brokers, 'single')],
    lines,
  );
  const latency = await measureLatency({
    cli,
    brokers: kafka.brokers,
    folder,
    linesPerSecond: 1_000,
    seconds,
  });
  writeResults('kafka', [
    '| what | seconds | lines/s | peak memory |',
    '|---|---|---|---|',
    ...rows,
    '',
    `- ship: ${format(shipped)} lines/s (asked for: 200,000, better 300,000)`,
    `- ingest of chunks to replay: ${(ingested / replayed).toFixed(2)} × (asked for: 0.8 ×); to kafkajs alone: ${(ingested / chunks).toFixed(2)} ×`,
    `- ingest of one-line messages to kafkajs alone: ${(singles / one).toFixed(2)} × (asked for: 0.7 ×)`,
    `- a line written to its count in an answer, at 1,000 lines/s, batches of ${latency.batchSeconds} s: p50 ${latency.p50.toFixed(1)} s, p99 ${latency.p99.toFixed(1)} s, most ${latency.most.toFixed(1)} s (asked for: p99 below ${latency.batchSeconds + 1} s)`,
  ]);
}

/** `--name value` of the command line. */
function option(name: string): string | undefined {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}

function at(brokers: readonly string[], topic: string): string[] {
  return ['--brokers', brokers.join(','), '--topic', topic, '--group', `bench-${topic}`];
}

/** A command with a store of its own; lines/s from the start of the process to its end. */
async function counted(what: string, args: readonly string[], expected: number): Promise<number> {
  const data = join(folder, 'data');
  mkdirSync(data, { recursive: true });
  const measured = await measure(process.execPath, [cli, ...args, '--data', data, '--json']);
  const { counted } = JSON.parse(measured.stdout);
  if (counted !== expected) throw new Error(`${what}: counted ${counted} of ${expected}`);
  rmSync(data, { recursive: true });
  return add(what, measured, expected);
}

async function run(what: string, args: readonly string[], expected: number): Promise<number> {
  const state = join(folder, 'state');
  const measured = await measure(process.execPath, [cli, ...args, '--state', state, '--json']);
  const shipped = JSON.parse(measured.stdout).lines;
  if (shipped !== expected) throw new Error(`${what}: shipped ${shipped} of ${expected}`);
  return add(what, measured, expected);
}

async function alone(
  what: string,
  brokers: readonly string[],
  topic: string,
  expected: number,
): Promise<number> {
  const took = await consumeAlone({ brokers, topic, lines: expected });
  return add(what, { seconds: took, peakBytes: 0, stdout: '' }, expected);
}

function add(what: string, measured: Measured, count: number): number {
  const rate = count / measured.seconds;
  const memory = measured.peakBytes > 0 ? `${Math.round(measured.peakBytes / 2 ** 20)} MiB` : '';
  rows.push(`| ${what} | ${measured.seconds.toFixed(2)} | ${format(rate)} | ${memory} |`);
  console.log(rows.at(-1));
  return rate;
}

function format(rate: number): string {
  return Math.round(rate).toLocaleString('en');
}
