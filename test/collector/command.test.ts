import { execFile, execFileSync } from 'node:child_process';
import { appendFileSync, closeSync, mkdtempSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type RunningBrokers, startBrokers } from '../../infra/kafka/start-brokers.ts';
import { built, runCli } from '../cli/run-cli.ts';
import { startCli } from '../faults/start-cli.ts';
import { brokerTitle, whyNoBrokers } from '../kafka/brokers.ts';
import { scratchFolder } from '../source/scratch-folder.ts';
import { textsOf } from './gathering-sink.ts';
import { madeLines } from './made-lines.ts';
import { readTopic } from './read-topic.ts';

const scratch = scratchFolder();
const FROM_PIPE = ['sh', '-c', 'exec "$0" "$@" < pipe'];
const folderFor = (name: string) => mkdtempSync(join(scratch.folder, `${name}-`));

describe('tallymark ship says what is wrong with', () => {
  test.each([
    ['no path', ['ship'], 'no path'],
    ['a site that is no label', ['ship', 'a.log', '--site', 'a b'], '--site'],
    ['standard input that is followed beside files', ['ship', '-', 'a.log'], '--once'],
    ['standard input that is followed beside a list', ['ship', '-', '--files-from', 'a'], '--once'],
    ['a device or a pipe that is followed by its path', ['ship', '/dev/null'], '--once'],
    ['no broker', ['ship', 'a.log'], '--brokers'],
    ['a broker that is none', ['ship', 'a.log', '--brokers', 'kafka'], 'HOST:PORT'],
    [
      'a format, which the ingester decides',
      ['replay', 'a.log', '--via', 'kafka', '--format', 'combined'],
      '--format',
    ],
    ['brokers without --via kafka', ['replay', 'a.log', '--brokers', 'kafka:9092'], '--via kafka'],
  ])('%s', async (_, args, words) => {
    const { exit, stderr, stdout } = await runCli(args, { cwd: folderFor('wrong') });
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(stderr).toContain(words);
  });
});

describe.skipIf(whyNoBrokers !== undefined)(brokerTitle('tallymark ship'), () => {
  let cluster: RunningBrokers;
  beforeAll(async () => {
    await built();
    cluster = await startBrokers();
  }, 240_000);
  afterAll(async () => await cluster?.stop());

  const toKafka = (topic: string) => [
    '--brokers',
    cluster.brokers.join(','),
    '--topic',
    topic,
    '--site',
    'here',
  ];
  const textsIn = async (topic: string) =>
    textsOf((await readTopic(cluster.brokers, topic)).map(({ chunk }) => chunk)).toSorted();

  test('ships once, by its own name and by replay --via kafka, which share what has been shipped', async () => {
    const cwd = folderFor('once');
    writeFileSync(join(cwd, 'a.log'), madeLines(0, 100));
    const once = await runCli(['ship', 'a.log', 'no.log', '--once', '--json', ...toKafka('once')], { cwd });
    expect(once.exit).toBe(1);
    expect(JSON.parse(once.stdout)).toMatchObject({
      lines: 100,
      sources: 1,
      chunks: 1,
      files: [{ error: { code: 'missing' } }, { lines: 100 }],
    });
    appendFileSync(join(cwd, 'a.log'), madeLines(100, 1));
    const replayed = await runCli(['replay', 'a.log', '--via', 'kafka', ...toKafka('once')], { cwd });
    expect(replayed).toMatchObject({ exit: 0, stdout: expect.stringContaining('Shipped 1 line ') });
    expect(await textsIn('once')).toEqual([madeLines(0, 101)]);
  }, 120_000);

  test('follows until it is told to end; a second one with the same state is refused', async () => {
    const cwd = folderFor('follow');
    const path = join(cwd, 'a.log');
    writeFileSync(path, madeLines(0, 10));
    const args = ['ship', 'a.log', ...toKafka('follow')];
    await using running = startCli(args, { cwd });
    await vi.waitFor(async () => expect(await textsIn('follow')).toEqual([madeLines(0, 10)]), {
      timeout: 60_000,
      interval: 200,
    });
    const second = await runCli(args, { cwd });
    expect(second).toMatchObject({ exit: 1, stderr: expect.stringContaining('--state DIR') });
    appendFileSync(path, madeLines(10, 5));
    await vi.waitFor(async () => expect(await textsIn('follow')).toEqual([madeLines(0, 15)]), {
      timeout: 60_000,
      interval: 200,
    });
    running.kill('SIGTERM');
    expect(await running.ended).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('Shipped 15 lines'),
    });
  }, 180_000);

  test('ships a pipe as it is written to; told to end it leaves the rest to the writer, and ends with it', async () => {
    const cwd = folderFor('pipe');
    const pipe = join(cwd, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const fd = openSync(pipe, 'r+');
    const start = () => startCli(['ship', '-', ...toKafka('pipe')], { cwd, under: FROM_PIPE });
    const has = (...texts: string[]) =>
      vi.waitFor(async () => expect(await textsIn('pipe')).toEqual(texts), {
        timeout: 60_000,
        interval: 100,
      });
    await using first = start();
    writeSync(fd, madeLines(0, 20));
    await has(madeLines(0, 20));
    writeSync(fd, madeLines(20, 5));
    await has(madeLines(0, 25));
    first.kill('SIGTERM');
    expect(await first.ended).toMatchObject({ exit: 0, stdout: expect.stringContaining('25 lines') });
    writeSync(fd, madeLines(0, 30, 'b'));
    await using second = start();
    await has(madeLines(0, 25), madeLines(0, 30, 'b'));
    closeSync(fd);
    expect(await second.ended).toMatchObject({ exit: 0, stdout: expect.stringContaining('30 lines') });
  }, 180_000);

  test('loses of a pipe at most the line that it had half read, when it is told to end under load', async () => {
    const cwd = folderFor('busy');
    execFileSync('mkfifo', [join(cwd, 'pipe')]);
    const fd = openSync(join(cwd, 'pipe'), 'r+');
    const part = madeLines(0, 500);
    writeFileSync(join(cwd, 'part'), part);
    const script = 'i=0; while [ ! -e stop ]; do cat part; i=$((i+1)); sleep 0.01; done > pipe; echo $i';
    const writing = promisify(execFile)('sh', ['-c', script], { cwd });
    const linesThere = async () =>
      (await readTopic(cluster.brokers, 'busy').catch(() => [])).reduce(
        (sum, { chunk }) => sum + chunk.lines,
        0,
      );
    let before = 0;
    const runs = [];
    for (const isLast of [false, false, true]) {
      await using running = startCli(['ship', '-', '--json', ...toKafka('busy')], { cwd, under: FROM_PIPE });
      await vi.waitFor(async () => expect(await linesThere()).toBeGreaterThan(before), { timeout: 40_000 });
      if (isLast) {
        writeFileSync(join(cwd, 'stop'), '');
        await writing;
        closeSync(fd);
      } else running.kill('SIGTERM');
      runs.push(await running.ended);
      before = await linesThere();
    }
    expect(runs.map(({ exit }) => exit)).toEqual([0, 0, 0]);
    const bytes = runs.reduce((sum, { stdout }) => sum + JSON.parse(stdout).bytes, 0);
    const lost = Number((await writing).stdout) * part.length - bytes;
    expect(lost).toBeGreaterThanOrEqual(0);
    expect(lost).toBeLessThan(2 * (madeLines(100, 1).length + 1));
  }, 180_000);

  test('loses nothing when it is killed at any time', async () => {
    const cwd = folderFor('killed');
    const path = join(cwd, 'a.log');
    let text = madeLines(0, 60_000);
    writeFileSync(path, text);
    for (const pauseMs of [300, 700, 1200]) {
      await using running = startCli(['ship', 'a.log', ...toKafka('killed')], { cwd });
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      const more = madeLines(100_000 + pauseMs, 200);
      appendFileSync(path, more);
      text += more;
      running.kill('SIGKILL');
    }
    await runCli(['ship', 'a.log', '--once', ...toKafka('killed')], { cwd });
    expect(await textsIn('killed')).toEqual([text]);
  }, 180_000);

  test('ends at once while it waits for brokers that are not there', async () => {
    const cwd = folderFor('away');
    writeFileSync(join(cwd, 'a.log'), madeLines(0, 10));
    await using running = startCli(['ship', 'a.log', '--brokers', '127.0.0.1:1'], { cwd });
    await vi.waitFor(() => expect(running.stderr()).toContain('Trying again'), { timeout: 60_000 });
    running.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ exit: 0 });
  }, 120_000);
});
