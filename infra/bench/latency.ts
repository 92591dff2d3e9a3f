import { spawn } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectStore } from '../../shared/clickhouse/connect-store.ts';

/** A steady stream of lines from a file to an answer of the store. */
interface Stream {
  readonly cli: string;
  readonly brokers: readonly string[];
  readonly folder: string;
  readonly linesPerSecond: number;
  readonly seconds: number;
}

/** Seconds from a line's being written to its count's being in an answer. */
export interface Latency {
  readonly batchSeconds: number;
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
}

const batchSeconds = 10;
const writeEveryMs = 50;
const askEveryMs = 100;

/** Writes lines, ships them, ingests them, and asks again and again how many are counted. */
export async function measureLatency({
  cli,
  brokers,
  folder,
  linesPerSecond,
  seconds,
}: Stream): Promise<Latency> {
  const log = join(folder, 'steady.log');
  const data = join(folder, 'steady');
  writeFileSync(log, '');
  await using store = await connectStore({ data });
  const kafka = ['--brokers', brokers.join(','), '--topic', 'steady', '--group', 'bench-steady'];
  const started = [
    spawn(process.execPath, [cli, 'ship', log, ...kafka, '--state', join(folder, 'steady-state')], {
      stdio: 'ignore',
    }),
    spawn(
      process.execPath,
      [cli, 'ingest', ...kafka, '--data', data, '--layout', 'pypi', '--batch-seconds', String(batchSeconds)],
      { stdio: 'ignore' },
    ),
  ];
  try {
    // Until both are at work.
    appendFileSync(log, lineOf(0));
    while ((await countedIn(store)) < 1) await sleep(askEveryMs);
    const written: number[] = [performance.now()];
    const counted: number[] = [performance.now()];
    const until = performance.now() + seconds * 1000;
    const asking = (async () => {
      while (counted.length < written.length || performance.now() < until) {
        const count = await countedIn(store);
        const now = performance.now();
        while (counted.length < count) counted.push(now);
        await sleep(askEveryMs);
      }
    })();
    for (let due = 1; performance.now() < until; await sleep(writeEveryMs)) {
      due += (linesPerSecond * writeEveryMs) / 1000;
      const lines: string[] = [];
      while (written.length + lines.length < due) lines.push(lineOf(written.length + lines.length));
      appendFileSync(log, lines.join(''));
      const now = performance.now();
      for (const _ of lines) written.push(now);
    }
    await asking;
    const took = written.slice(1).map((at, line) => (counted[line + 1] - at) / 1000);
    took.sort((a, b) => a - b);
    const share = (part: number) => took[Math.min(took.length - 1, Math.floor(took.length * part))];
    return { batchSeconds, p50: share(0.5), p99: share(0.99), most: took[took.length - 1] };
  } finally {
    for (const child of started) child.kill('SIGTERM');
    await Promise.all(started.map((child) => new Promise((resolve) => child.once('close', resolve))));
  }
}

async function countedIn(store: Awaited<ReturnType<typeof connectStore>>): Promise<number> {
  const [row] = await store.query<{ lines: number }>(
    "SELECT sum(downloads) AS lines FROM counts WHERE registry != ''",
  );
  return row.lines;
}

function lineOf(line: number): string {
  const file = `steady_${line % 500}-1.${line % 7}.tar.gz`;
  const path = `/packages/any/s/steady-${line % 500}/${file}`;
  return `192.0.2.${line % 250} - - [20/Nov/2026:09:00:00 +0000] "GET ${path} HTTP/1.1" 200 2326 "-" "pip/24.0"\n`;
}
