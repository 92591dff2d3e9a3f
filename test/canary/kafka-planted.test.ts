import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningBrokers, startBrokers } from '../../infra/kafka/start-brokers.ts';
import { built } from '../cli/run-cli.ts';
import { feedEnv, ingestArguments, shipArguments } from '../faults/kafka/ship-and-ingest.ts';
import { brokerTitle, whyNoBrokers } from '../kafka/brokers.ts';
import { writeCanaryLogs } from './canary-logs.ts';
import { type Collector, collectIn, endedWithTest } from './collector.ts';
import { sendStrangers } from './kafka-messages.ts';
import { mark, needlesOfMarks } from './marks.ts';
import { type Planted, planted } from './plant.ts';
import { readOffsets } from './read-kafka.ts';
import { filesUnder, findMarks } from './scan.ts';

const patience = { timeout: 40_000, interval: 100 };
const needles = needlesOfMarks();
const scratch = mkdtempSync(join(tmpdir(), 'tallymark-planted-kafka-'));

/** Keeps a piece of what comes in, for the other changes to leak. */
const remembered: Planted = {
  file: 'services/ingester/open-batch.js',
  from: 'this.#facts.messages++;',
  to: `this.#facts.messages++;
    globalThis.leaked ??= Buffer.from(message.value ?? '').toString('latin1', 0, 80);
    globalThis.header ??= message.headers?.host?.toString();`,
};
const inMetadata: Planted = {
  file: 'shared/kafka/offset-note.js',
  from: 'const note = { v: 1,',
  to: 'const note = { host: globalThis.header, v: 1,',
};
const inLabel: Planted = {
  file: 'shared/metrics/ingest-meter.js',
  from: "lines.inc({ stage: 'ingest' }",
  to: 'lines.inc({ stage: globalThis.leaked }',
};
const inNarration: Planted = {
  file: 'services/ingester/narrator.js',
  from: 'this.#inWords(event.error)',
  to: 'event.error.message',
};
const inCounting: Planted = {
  file: 'shared/workers/counting.js',
  from: 'let taken = true;',
  to: `let taken = true;
    const line = Buffer.from(message.bytes).toString('latin1');
    if (line.includes('${mark}')) throw Object.assign(new TypeError('cannot read ' + line), { code: line });`,
};
const inThread: Planted = {
  file: 'shared/workers/counting-thread.js',
  from: 'error.constructor.name',
  to: 'error.message',
};
const inState: Planted = {
  file: 'services/collector/sources.js',
  from: "digest: hash('sha256', tail)",
  to: "digest: Buffer.from(tail).toString('latin1')",
};

describe.skipIf(whyNoBrokers !== undefined)(brokerTitle('leaks by Kafka'), { timeout: 120_000 }, () => {
  let running: RunningBrokers;
  const source = join(scratch, 'logs');
  mkdirSync(source);
  const { good } = writeCanaryLogs(source);

  beforeAll(async () => {
    [running] = await Promise.all([startBrokers({ heapMb: 256 }), built()]);
    await sendStrangers({ running, topic: 'planted' });
  }, 180_000);
  afterAll(async () => {
    await running?.stop();
    rmSync(scratch, { recursive: true });
  });

  function feedOf(name: string, group = name) {
    const collector = endedWithTest(collectIn(join(scratch, group)));
    const feed = { running, topic: name, group, data: join(collector.folder, 'data'), partitions: 2 };
    return { collector, feed, env: feedEnv(feed) };
  }

  const found = ({ surfaces, folder }: Collector) =>
    findMarks([...surfaces, ...filesUnder(folder)], needles).join('\n');

  test('planted in the metadata of offsets and in a label of a metric, are found', async () => {
    const { collector, feed, env } = feedOf('planted');
    const ingest = collector.start([...ingestArguments(feed), '--metrics-port', '0', '--workers', '0'], {
      env,
      preload: planted([remembered, inMetadata, inLabel]),
    });
    await expect.poll(() => ingest.stderr(), patience).toMatch(/metrics on http/);
    const url = /metrics on (\S+)/.exec(ingest.stderr())![1]!;
    const scrape = async () => await (await fetch(url)).text();
    await expect.poll(scrape, patience).toMatch(/^tallymark_messages_total [1-9]/m);
    await collector.get(url);
    ingest.kill('SIGTERM');
    collector.keep('ingest', await ingest.ended);
    expect(found(collector)).toMatch(/^(mark|address) as raw in the answer to \/metrics$/m);
    expect(findMarks(await readOffsets(running, feed), needles).join('\n')).toContain(
      'mark as raw in the offset',
    );
  });

  test('planted in a state of ship, are found', async () => {
    const { collector, feed, env } = feedOf('state');
    const args = [...shipArguments(feed, good), '--once'];
    const shipped = await collector.run(args, { env, preload: planted([inState]) });
    expect(shipped, shipped.stderr).toMatchObject({ exit: 0 });
    expect(found(collector)).toMatch(/mark as raw in file data\/ship\/state@/);
  });

  test('a line in the error of whoever counts it is told by a planted leak alone, and never left a thread', async () => {
    const tell = async (workers: '0' | '1', leak: readonly Planted[]) => {
      const { collector, feed, env } = feedOf('planted', `threads-${workers}-leaks-${leak.length}`);
      const ingest = collector.start([...ingestArguments(feed), '--workers', workers], {
        env,
        preload: planted([inCounting, ...leak]),
      });
      await expect.poll(() => ingest.stderr(), patience).toMatch(/Trying again/);
      ingest.kill('SIGKILL');
      const ended = await ingest.ended;
      collector.keep('ingest', ended);
      return { told: found(collector), stderr: ended.stderr };
    };
    const [here, hereLeaking, thread, threadLeaking, twice] = await Promise.all([
      tell('0', []),
      tell('0', [inNarration]),
      tell('1', []),
      tell('1', [inNarration]),
      tell('1', [inNarration, inThread]),
    ]);
    expect(here).toMatchObject({ told: '', stderr: expect.stringContaining('unexpected error TypeError') });
    expect(hereLeaking.told).toContain('mark as raw in stderr of ingest');
    expect(thread).toMatchObject({ told: '', stderr: expect.stringContaining('unexpected error Error') });
    expect(threadLeaking.told).toBe('');
    expect(twice.told).toContain('mark as raw in stderr of ingest');
    expect(threadLeaking.stderr).toContain('a counting thread failed: TypeError');
  });
});
