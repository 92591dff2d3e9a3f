import { appendFileSync, mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kafka } from 'kafkajs';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { freePort } from '../../infra/kafka/free-port.ts';
import { type RunningBrokers, startBrokers } from '../../infra/kafka/start-brokers.ts';
import { ship } from '../../services/collector/command.ts';
import type { Command } from '../../services/command.ts';
import { ingestCommand } from '../../services/ingester/command.ts';
import type { Finding } from '../../services/operator/check-machine.ts';
import { doctor } from '../../services/operator/doctor.ts';
import { type Store as Connection, connectStore } from '../../shared/clickhouse/connect-store.ts';
import { asKafkaError, connectKafka } from '../../shared/kafka/connect-kafka.ts';
import { writeNote } from '../../shared/kafka/offset-note.ts';
import { openTopic } from '../../shared/kafka/topic.ts';
import { noteGap, noteSites } from '../../shared/store/feeding.ts';
import { labelsOf, valuesOf } from '../metrics/read-metrics.ts';
import { brokerTitle, whyNoBrokers } from './brokers.ts';

const line = (project: string, day = 21) =>
  `192.0.2.7 - - [${day}/Nov/2025:13:05:59 +0000] "GET /packages/any/a/${project}/${project}-1.0.tar.gz HTTP/1.1" 200 5 "-" "pip/25.2"`;

describe.skipIf(whyNoBrokers !== undefined)(brokerTitle('watching an ingest'), () => {
  let folder: string;
  let data: string;
  let running: RunningBrokers;
  let kafka: Kafka;
  let store: Connection;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tallymark-watching-'));
    data = join(folder, 'data');
    running = await startBrokers();
    kafka = connectKafka({ brokers: running.brokers });
    // Held open: a process opens a folder of chDB once, and commands come in through its socket.
    store = await connectStore({ data });
  }, 180_000);
  afterAll(async () => {
    await store?.[Symbol.asyncDispose]();
    await running?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  const started: AbortController[] = [];
  afterEach(() => {
    for (const stopping of started.splice(0)) stopping.abort(new Error('the test is over'));
  });

  /** Runs a command in this process, as `cli.ts` does. */
  function run<Flags>(
    command: Command<Flags>,
    flags: Flags & { readonly brokers?: string },
    operands: readonly string[] = [],
  ) {
    const stopping = new AbortController();
    started.push(stopping);
    const output = { out: '', err: '' };
    const exit = command.run({
      operands,
      flags: { data, json: true, brokers: running.brokers.join(','), ...flags },
      env: {},
      terminal: {
        out: (text) => {
          output.out += text;
        },
        err: (text) => {
          output.err += text;
        },
        width: 80,
        errMoves: false,
      },
      signal: stopping.signal,
      program: 'tallymark',
      version: '0',
      commands: [],
    });
    exit.catch(() => undefined);
    return { output, exit, stop: () => stopping.abort(new Error('stopped')) };
  }

  async function produce(topic: string, lines: readonly string[]): Promise<void> {
    const admin = kafka.admin();
    const producer = kafka.producer({ allowAutoTopicCreation: false, idempotent: true });
    await Promise.all([admin.connect(), producer.connect()]);
    await openTopic(admin, { topic, partitions: 2, replicationFactor: -1, rawRetentionHours: 24 });
    await producer.send({ topic, messages: lines.map((value, index) => ({ value, partition: index % 2 })) });
    await Promise.all([admin.disconnect(), producer.disconnect()]);
  }

  async function countAll(topic: string, group = topic): Promise<void> {
    const { exit, output } = run(ingestCommand, { ...ingestFlags, topic, group, once: true });
    expect(await exit, output.err).toBe(0);
  }

  const ingestFlags = { batchSeconds: 1, workers: 0, layout: 'pypi' };

  /** What doctor finds, by name. */
  async function examine(
    topic: string,
    { group = topic, brokers }: { group?: string; brokers?: string } = {},
  ) {
    const { exit, output } = run(doctor, { topic, group, ...(brokers !== undefined && { brokers }) });
    const code = await exit;
    const { ok, checks } = JSON.parse(output.out) as { ok: boolean; checks: Finding[] };
    return { code, ok, of: (name: string) => checks.filter((check) => check.name === name) };
  }

  test('metrics tell what an ingest does while it does it', async () => {
    const topic = 'measured';
    const lines = Array.from({ length: 40 }, (_, index) => line(`project${index}`));
    await produce(topic, [...lines, 'no line of a log 192.0.2.9', line('late').replace(' 200 ', ' 404 ')]);
    const ingest = run(ingestCommand, { ...ingestFlags, topic, group: topic, metricsPort: 0 });
    const url = await vi.waitUntil(() => /metrics on (\S+)/.exec(ingest.output.err)?.[1], {
      timeout: 20_000,
    });
    const scrape = async () => await (await fetch(url)).text();
    const wanted = {
      'tallymark_lines_total{stage="ingest"}': 42,
      tallymark_counted_lines_total: 40,
      'tallymark_dropped_lines_total{reason="malformed_line"}': 1,
      'tallymark_dropped_lines_total{reason="status"}': 1,
      tallymark_messages_total: 42,
      tallymark_assigned_partitions: 2,
      tallymark_lag_messages: 0,
      tallymark_oldest_uncounted_seconds: 0,
      tallymark_refused_partitions: 0,
    };
    await vi.waitFor(async () => expect(valuesOf(await scrape())).toMatchObject(wanted), {
      timeout: 60_000,
      interval: 200,
    });
    const text = await scrape();
    expect(valuesOf(text).tallymark_insert_seconds_count).toBeGreaterThan(0);
    // Looked at every five seconds, so that no scrape is older than ten.
    expect(valuesOf(text).tallymark_progress_age_seconds).toBeLessThan(10);
    const known = ['stage', 'reason', 'le'];
    expect(labelsOf(text).filter(({ label }) => !known.includes(label))).toEqual([]);
    for (const secret of ['192.0.2', topic, 'project', '127.0.0.1']) expect(text).not.toContain(secret);
    const { ok, of } = await examine(topic);
    expect(ok).toBe(true);
    expect(of('group')).toMatchObject([
      { state: 'good', detail: 'measured: 1 ingester, all messages counted' },
    ]);
    expect(of('offsets')).toMatchObject([{ state: 'good' }]);
    ingest.stop();
    expect(await ingest.exit, ingest.output.err).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  }, 150_000);

  test('metrics tell what is shipped', async () => {
    const log = join(folder, 'access.log');
    writeFileSync(log, `${line('shipped1')}\n${line('shipped2')}\n`);
    const state = join(folder, 'ship');
    const shipping = run(ship, { topic: 'shipped', state, metricsPort: 0 }, [log]);
    const url = await vi.waitUntil(() => /metrics on (\S+)/.exec(shipping.output.err)?.[1], {
      timeout: 20_000,
    });
    const wait = { timeout: 20_000, interval: 100 };
    const shipped = async () => valuesOf(await (await fetch(url)).text());
    await vi.waitFor(
      async () => expect(await shipped()).toMatchObject({ 'tallymark_lines_total{stage="ship"}': 2 }),
      wait,
    );
    appendFileSync(log, `${line('shipped3')}\n`);
    await vi.waitFor(
      async () =>
        expect(await shipped()).toMatchObject({
          'tallymark_lines_total{stage="ship"}': 3,
          'tallymark_batches_total{stage="ship"}': 2,
          'tallymark_bytes_total{stage="ship"}': statSync(log).size,
          tallymark_waiting: 0,
        }),
      wait,
    );
    expect((await shipped()).tallymark_idle_seconds).toBeLessThan(20);
    shipping.stop();
    expect(await shipping.exit, shipping.output.err).toBe(0);
  }, 60_000);

  test('a port for metrics that is taken ends it, in words', async () => {
    const first = run(ingestCommand, { ...ingestFlags, topic: 'measured', group: 'other', metricsPort: 0 });
    const url = await vi.waitUntil(() => /metrics on (\S+)/.exec(first.output.err)?.[1], { timeout: 20_000 });
    const metricsPort = Number(new URL(url).port);
    const second = run(ingestCommand, { ...ingestFlags, topic: 'measured', group: 'other', metricsPort });
    await expect(second.exit).rejects.toMatchObject({
      exitCode: 1,
      message: `port ${metricsPort} of 127.0.0.1 is taken`,
      advice: 'give another with --metrics-port; 0 takes any free one',
    });
    first.stop();
    await first.exit;
  }, 60_000);

  test('doctor says that no broker is there', async () => {
    const brokers = `127.0.0.1:${await freePort()}`;
    const { code, ok, of } = await examine('any', { brokers });
    expect({ code, ok }).toEqual({ code: 1, ok: false });
    expect(of('kafka')).toEqual([
      {
        name: 'kafka',
        state: 'bad',
        detail: `Kafka at ${brokers} is not there: nobody listens (ECONNREFUSED). Check --brokers and that the broker runs.`,
      },
    ]);
    expect(of('store')).toMatchObject([{ state: 'good' }]);
    expect(of('offsets')).toEqual([]);
  }, 60_000);

  test('doctor says that the topic is missing, and makes none', async () => {
    const { code, of } = await examine('missing');
    expect(code).toBe(0);
    expect(of('topic')).toMatchObject([
      { state: 'warning', detail: expect.stringContaining('no topic missing') },
    ]);
    expect((await examine('missing')).of('topic')).toHaveLength(1);
  }, 60_000);

  test('doctor has nothing to say of Kafka where all is counted', async () => {
    await produce(
      'healthy',
      Array.from({ length: 20 }, (_, index) => line(`healthy${index}`)),
    );
    const before = await examine('healthy');
    expect(before.of('group')).toMatchObject([
      {
        state: 'warning',
        detail: expect.stringMatching(/^healthy: 0 ingesters, 20 messages to count, the oldest about/),
      },
    ]);
    await countAll('healthy');
    const { code, ok, of } = await examine('healthy');
    expect({ code, ok }).toEqual({ code: 0, ok: true });
    expect(of('kafka')).toMatchObject([{ state: 'good', detail: `1 broker at ${running.brokers[0]}` }]);
    expect(of('topic')).toEqual([
      { name: 'topic', state: 'good', detail: 'healthy: 2 partitions, raw lines stay for 24 hours' },
    ]);
    expect(of('group')).toMatchObject([
      { state: 'good', detail: 'healthy: 0 ingesters, all messages counted' },
    ]);
    expect(of('offsets')).toEqual([
      { name: 'offsets', state: 'good', detail: 'agree with the store in 2 partitions' },
    ]);
    expect(of('gaps')).toEqual([{ name: 'gaps', state: 'good', detail: 'none' }]);
    // The addresses of the documentation are nobody's.
    expect(of('unknown country')).toMatchObject([
      { state: 'warning', detail: '100.0 % of the downloads of the newest 30 days' },
    ]);
    expect(of('malformed')).toMatchObject([{ state: 'good' }]);
  }, 90_000);

  test('doctor warns of a topic with the settings of somebody else', async () => {
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: 'foreign', numPartitions: 1 }] });
    await admin.disconnect();
    const { code, of } = await examine('foreign');
    expect(code).toBe(0);
    expect(of('topic').map(({ state }) => state)).toEqual(['warning', 'warning', 'warning']);
    expect(of('topic')[0]!.detail).toContain('set retention.ms=86400000');
  }, 60_000);

  test('doctor tells a batch that was begun, and a group of another store', async () => {
    await produce(
      'begun',
      Array.from({ length: 10 }, (_, index) => line(`begun${index}`)),
    );
    await countAll('begun');
    await produce('begun', [line('begun10')]);
    const note = { counted: 5, generation: 0, layout: undefined, partly: [] };
    const pins = { today: 20_000, geo: 'g' };
    await commitAs('begun', writeNote({ ...note, intent: { to: 6, months: [202511], pins } }));
    expect((await examine('begun')).of('offsets')).toEqual([
      {
        name: 'offsets',
        state: 'warning',
        detail: 'partition 0: a batch was begun and is not finished',
        advice: '`tallymark ingest` finishes it; until then its lines are counted in part',
      },
    ]);
    await commitAs('begun', writeNote({ ...note, counted: 6, intent: undefined }));
    const other = await examine('begun');
    expect(other.code).toBe(1);
    expect(other.of('offsets')).toMatchObject([
      {
        state: 'bad',
        detail: expect.stringMatching(/^partition 0: the group has counted into another store/),
      },
    ]);
    await commitAs('begun', 'of somebody else');
    expect((await examine('begun')).of('offsets')).toMatchObject([
      { state: 'bad', detail: expect.stringContaining('something else than Tallymark') },
    ]);
  }, 90_000);

  /** Commits, as a member of the group, the offset of the message in partition 0 that it has not passed yet. */
  async function commitAs(topic: string, metadata: string): Promise<void> {
    const consumer = kafka.consumer({ groupId: topic, allowAutoTopicCreation: false });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      void consumer
        .run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          eachBatch: async ({ batch, commitOffsetsIfNecessary }) => {
            if (batch.partition !== 0) return;
            const partitions = [{ partition: 0, offset: batch.firstOffset()!, metadata }];
            await commitOffsetsIfNecessary({ topics: [{ topic, partitions }] } as never).then(
              resolve,
              reject,
            );
          },
        })
        .catch(reject);
    });
    await consumer.disconnect();
  }

  test('doctor tells which site is silent, and since when', async () => {
    const now = Date.now();
    await noteSites(
      store,
      [
        { site: 'fra1', atMs: now - 60_000, lines: 10 },
        { site: 'nyc2', atMs: Date.UTC(2026, 0, 2, 3, 4, 5), lines: 7 },
      ],
      'watching',
    );
    const { code, of } = await examine('healthy');
    expect(code).toBe(0);
    expect(of('sites')).toEqual([
      {
        name: 'sites',
        state: 'warning',
        detail: expect.stringMatching(
          /^by what is counted: nyc2 silent since 2026-01-02 03:04 UTC; fra1 1 min \d\d s ago$/,
        ),
        advice: expect.stringMatching(
          /whether the group counts .* whether `tallymark ship` runs there and has lines$/,
        ),
      },
    ]);
  }, 60_000);

  test('doctor tells what Kafka dropped before it was counted', async () => {
    await noteGap(store, { topic: 'healthy', partition: 1, from: 10, to: 25 });
    const { code, of } = await examine('healthy');
    expect(code).toBe(0);
    expect(of('gaps')).toMatchObject([
      {
        state: 'warning',
        detail: expect.stringMatching(
          /^15 messages of healthy\/1 were removed uncounted \(offsets 10 to 24, found 20/,
        ),
      },
    ]);
  }, 60_000);

  test('doctor does not wait long for a broker that has stopped in its tracks', async () => {
    const since = performance.now();
    await running.kill(1, 'SIGSTOP');
    try {
      const { code, of } = await examine('healthy');
      expect(code).toBe(1);
      expect(of('kafka')).toMatchObject([
        {
          state: 'bad',
          detail: expect.stringContaining(`Kafka at ${running.brokers[0]} does not answer in time`),
        },
      ]);
      expect(performance.now() - since).toBeLessThan(25_000);
    } finally {
      await running.kill(1, 'SIGCONT');
    }
  }, 60_000);
});

// After half a minute kafkajs says so of a broker that was stopped (SIGSTOP), as a plain error.
test('a broker that took the connection and says nothing is away, so that whoever counts waits for it', () => {
  const error = asKafkaError(new Error('Broker not connected'), { brokers: ['kafka-1:9092'] });
  expect(error).toMatchObject({
    code: 'unreachable',
    message: 'Kafka at kafka-1:9092 does not answer in time. Check --brokers and that the broker runs.',
  });
});
