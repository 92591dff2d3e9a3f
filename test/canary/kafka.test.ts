import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningBrokers, startBrokers } from '../../infra/kafka/start-brokers.ts';
import { built } from '../cli/run-cli.ts';
import { startTestServer } from '../clickhouse/http-server.ts';
import { expireMembers } from '../faults/kafka/expire-members.ts';
import { feedEnv, ingestArguments, shipArguments } from '../faults/kafka/ship-and-ingest.ts';
import type { RunningCli } from '../faults/start-cli.ts';
import { brokerTitle, whyNoBrokers } from '../kafka/brokers.ts';
import { combined, legit } from './canary-lines.ts';
import { writeCanaryLogs } from './canary-logs.ts';
import { type Collector, collectIn, endedWithTest } from './collector.ts';
import { breakMessages, commitStrangely, sendMessages, sendStrangers } from './kafka-messages.ts';
import { addresses, mark, needlesOfLines, needlesOfMarks } from './marks.ts';
import { readOffsets, segmentsOf } from './read-kafka.ts';
import { readTables } from './read-tables.ts';
import { filesUnder, findMarks, type Surface } from './scan.ts';

const patience = { timeout: 40_000, interval: 100 };
const secret = 'zq9geheim4711';
const needles = [...needlesOfMarks(), { name: 'password', bytes: Buffer.from(secret), isShort: false }];
const project = { name: 'project', bytes: Buffer.from(legit.project), isShort: false };
const scratch = mkdtempSync(join(tmpdir(), 'tallymark-canary-kafka-'));

/** A file of state holds plain digests of lines: it is where the lines are. */
const isState = ({ name }: Surface) => /^file data\/(ship|other)\//.test(name);

describe.skipIf(whyNoBrokers !== undefined)(
  brokerTitle('canaries through Kafka'),
  { timeout: 180_000 },
  () => {
    let running: RunningBrokers;
    const source = join(scratch, 'logs');
    mkdirSync(source);
    const logs = writeCanaryLogs(source);
    const lineNeedles = needlesOfLines(logs.pieces);
    // Directives are kept as they stand.
    const paths = [...logs.good, ...logs.bad].filter((path) => !path.endsWith('version.log'));

    beforeAll(async () => {
      [running] = await Promise.all([startBrokers({ heapMb: 384 }), built()]);
    }, 180_000);
    afterAll(async () => {
      await running?.stop();
      rmSync(scratch, { recursive: true });
    });

    function feedOf(name: string) {
      const collector = endedWithTest(collectIn(join(scratch, name)));
      const data = join(collector.folder, 'data');
      const feed = { running, topic: name, group: name, data, partitions: 2 };
      const env = { ...feedEnv(feed), TALLYMARK_LOG: 'json' };
      const kafka = ['--brokers', running.brokers.join(), '--topic', name, '--group', name, '--data', data];
      return { collector, data, feed, env, kafka };
    }

    /** Nothing is kept by anybody; numbers and notes name no project either. */
    async function expectNothing({ collector, data, feed }: ReturnType<typeof feedOf>): Promise<Surface[]> {
      const offsets = [...(await readOffsets(running, feed)), ...segmentsOf(running, '__consumer_offsets')];
      expect(offsets.length).toBeGreaterThan(1);
      const files = filesUnder(collector.folder);
      const kept = [...collector.surfaces, ...files, ...offsets, ...(await readTables(data))];
      expect(findMarks(kept, needles)).toEqual([]);
      const numbers = kept.filter((surface) => isState(surface) || /^the (answer|offset)/.test(surface.name));
      expect(findMarks([...numbers, ...offsets], [project])).toEqual([]);
      return kept;
    }

    test('shipped and counted, looked at, and replayed', async () => {
      const all = feedOf('once');
      const { collector, data, feed, env, kafka } = all;
      const ship = await collector.run([...shipArguments(feed, paths), '--once'], { env });
      expect(ship, ship.stderr).toMatchObject({ exit: 1, stdout: expect.stringContaining('truncated.gz') });
      expect(filesUnder(collector.folder).filter(isState)).toHaveLength(1);
      await sendStrangers(feed);
      const ingest = await collector.run([...ingestArguments(feed), '--once'], { env });
      expect(ingest, ingest.stderr).toMatchObject({
        exit: 0,
        stderr: expect.stringContaining('cannot be true'),
      });
      const again = ['replay', ...logs.good, '--via', 'kafka', '--state', join(data, 'other'), ...kafka];
      expect(await collector.run(again, { env })).toMatchObject({ exit: 0 });
      expect(await collector.run([...ingestArguments(feed), '--once'], { env })).toMatchObject({ exit: 0 });
      await collector.run(['doctor', '--json', ...kafka], { env });
      await collector.run(['audit', '--json', '--data', data], { env });
      const kept = await expectNothing(all);
      const elsewhere = kept.filter((surface) => !isState(surface));
      expect(findMarks(elsewhere, lineNeedles)).toEqual([]);
      const shown = await collector.run(['query', '--exact', '--by', 'project', '--data', data], { env });
      expect(shown.stdout).toContain(legit.project);

      const raw = findMarks(segmentsOf(running, 'once'), needles).join('\n');
      for (const found of ['mark as raw in segment', 'address as raw in segment', 'mark as upper case in'])
        expect(raw).toContain(found);
    });

    const counted = /^tallymark_counted_lines_total (\d+)/m;

    async function metricsOf(process: RunningCli): Promise<{ url: string; counted(): Promise<number> }> {
      await expect.poll(() => process.stderr(), patience).toMatch(/metrics on http/);
      const url = /metrics on (\S+)/.exec(process.stderr())![1]!;
      return { url, counted: async () => Number(counted.exec(await (await fetch(url)).text())?.[1] ?? 0) };
    }

    async function keepMetrics(collector: Collector, urls: readonly string[]): Promise<void> {
      for (const url of urls) expect(await collector.get(url)).toContain('tallymark_lines_total');
    }

    test('followed while the broker is killed, and ended by SIGTERM, then by SIGKILL', async () => {
      const all = feedOf('followed');
      const { collector, feed, env, kafka } = all;
      const folder = join(scratch, 'growing');
      mkdirSync(folder);
      const { good } = writeCanaryLogs(folder, 20);
      const start = async () => {
        const measured = ['--metrics-port', '0'];
        const ship = collector.start([...shipArguments(feed, good), ...measured], { env });
        const ingest = collector.start([...ingestArguments(feed), ...measured], { env });
        return { ship, ingest, numbers: await metricsOf(ingest), shipped: await metricsOf(ship) };
      };
      const first = await start();
      await expect.poll(first.numbers.counted, patience).toBeGreaterThan(0);
      await running.kill(1);
      appendFileSync(good[0]!, `\n${combined(77).join('\n')}\n`, 'latin1');
      for (const one of [first.ship, first.ingest])
        await expect.poll(() => one.stderr(), patience).toMatch(/Trying again/);
      const before = await first.numbers.counted();
      await running.restart(1);
      // The broker would wait for those who were members when it was killed.
      await expireMembers(running.brokers, feed.group);
      await sendStrangers(feed);
      await expect.poll(first.numbers.counted, patience).toBeGreaterThan(before);
      await keepMetrics(collector, [first.numbers.url, first.shipped.url]);
      await collector.run(['doctor', '--json', ...kafka], { env });
      for (const name of ['ship', 'ingest'] as const) {
        first[name].kill('SIGTERM');
        const ended = await first[name].ended;
        expect(ended, ended.stderr).toMatchObject({ exit: 0 });
        collector.keep(`${name} ended by SIGTERM`, ended);
      }
      const second = await start();
      await sendStrangers(feed, 2);
      await expect.poll(second.numbers.counted, patience).toBeGreaterThan(0);
      await sendStrangers(feed, 3);
      for (const name of ['ingest', 'ship'] as const) {
        second[name].kill('SIGKILL');
        collector.keep(`${name} ended by SIGKILL`, await second[name].ended);
      }
      await expectNothing(all);
    });

    test('counted into a store that goes away', async () => {
      const all = feedOf('away');
      const { collector, data, feed, env } = all;
      await sendStrangers(feed);
      await using server = await startTestServer({ folder: join(data, 'chdb') });
      const args = [...ingestArguments(feed), '--metrics-port', '0'];
      const store = ['--clickhouse', server.url, '--store-key-file', join(data, 'store.key')];
      args.splice(args.indexOf('--data'), 2, ...store);
      const ingest = collector.start(args, {
        env: { ...env, TALLYMARK_CLICKHOUSE_CONNECT_TIMEOUT_SECONDS: '1' },
      });
      const numbers = await metricsOf(ingest);
      await expect.poll(numbers.counted, patience).toBeGreaterThan(0);
      await server.kill();
      await sendStrangers(feed, 2);
      await expect.poll(() => ingest.stderr(), patience).toMatch(/Trying again/);
      await keepMetrics(collector, [numbers.url]);
      ingest.kill('SIGTERM');
      ingest.kill('SIGINT');
      collector.keep('ingest without its store', await ingest.ended);
      await expectNothing(all);
    });

    test('in a compression that is broken, behind a login, and in a group of somebody else', async () => {
      const all = feedOf('broken');
      const { collector, feed, env, kafka } = all;
      await sendMessages(feed, [{ value: `${mark} ${addresses.v4[0]} `.repeat(500) }], { gzip: true });
      breakMessages(running.folder, feed.topic);
      const ingest = collector.start(ingestArguments(feed), { env });
      await expect.poll(() => ingest.stderr(), patience).toMatch(/is not read from offset 0 on: .* damaged/);
      ingest.kill('SIGTERM');
      collector.keep('ingest of broken messages', await ingest.ended);
      const login = {
        ...env,
        TALLYMARK_KAFKA_SASL: 'plain',
        TALLYMARK_KAFKA_USER: 'tally',
        TALLYMARK_KAFKA_PASSWORD: secret,
      };
      const commands = [
        [...shipArguments(feed, logs.good), '--once', '--timeout', '1'],
        [...ingestArguments(feed), '--once'],
        ['doctor', '--json', ...kafka],
      ];
      const refusedOnes = await Promise.all(commands.map((args) => collector.run(args, { env: login })));
      for (const ended of refusedOnes) expect(ended).toMatchObject({ exit: 1 });
      await expectNothing(all);
      await commitStrangely(feed, { group: 'strange', metadata: `${mark} ${addresses.v4[0]}` });
      const strange = { ...feed, group: 'strange' };
      const refused = await collector.run([...ingestArguments(strange), '--once'], { env });
      expect(refused).toMatchObject({ exit: 1, stderr: expect.stringContaining('something else') });
      await collector.run(['doctor', '--json', ...kafka, '--group', 'strange'], { env });
      expect(findMarks(collector.surfaces, needles)).toEqual([]);
      expect(findMarks(await readOffsets(running, strange), needles).join('\n')).toContain('mark as raw in');
      expect(findMarks(segmentsOf(running, '__consumer_offsets'), needles)).not.toEqual([]);
    });
  },
);
