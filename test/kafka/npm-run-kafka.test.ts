import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { freePort, isFree } from '../../infra/kafka/free-port.ts';
import { connectKafka } from '../../shared/kafka/connect-kafka.ts';
import { scratchFolder } from '../source/scratch-folder.ts';
import { brokerTitle, whyNoBrokers } from './brokers.ts';

const { folder } = scratchFolder();

/** `npm run kafka -- …` as a shell starts it: with a process group of its own, which Ctrl-C is for. */
function npmRunKafka(args: readonly string[]) {
  const child = spawn('npm', ['run', 'kafka', '--', ...args], {
    cwd: fileURLToPath(new URL('../../', import.meta.url)),
    // The data of a broker is here, by which its processes are known.
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text;
    });
  return { child, said, ended: once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]> };
}

const groupOf = ({ pid }: ChildProcess) => -pid!;
/** Processes of it: in its group, or a broker or its guard, which name the folder. */
function processesOf(child: ChildProcess): string[] {
  const all = execFileSync('ps', ['-A', '-o', 'pgid=,args='], { encoding: 'utf8' }).split('\n');
  return all.filter((line) => Number.parseInt(line, 10) === child.pid || line.includes(folder));
}
const dataFolders = () => readdirSync(folder).filter((name) => name.startsWith('tallymark-kafka-'));

describe.skipIf(whyNoBrokers !== undefined)(brokerTitle('npm run kafka'), { timeout: 120_000 }, () => {
  test('starts a broker, says what to type next, and leaves nothing behind at Ctrl-C', async () => {
    const port = await freePort();
    const { child, said, ended } = npmRunKafka(['--port', String(port)]);
    try {
      await Promise.race([ended, expect.poll(() => said.stdout, { timeout: 100_000 }).toContain('query')]);
      expect(said.stdout).toContain(`Kafka answers at 127.0.0.1:${port} until Ctrl-C. In another terminal:`);
      const brokers = /ingest --once --brokers (\S+)$/m.exec(said.stdout)?.[1] ?? said.stderr;
      const admin = connectKafka({ brokers: brokers.split(',') }).admin();
      await admin.connect();
      expect(await admin.createTopics({ topics: [{ topic: 'lines', numPartitions: 2 }] })).toBe(true);
      await admin.disconnect();
      expect(processesOf(child).join('\n')).toContain('kafka.Kafka');
      expect(dataFolders()).toHaveLength(1);
      process.kill(groupOf(child), 'SIGINT');
      await ended;
      expect(said.stderr).toMatch(/^starting Kafka…\nstopping Kafka…\n/);
      await expect.poll(() => processesOf(child), { timeout: 10_000 }).toEqual([]);
      expect(dataFolders()).toEqual([]);
    } finally {
      if (processesOf(child).length > 0) process.kill(groupOf(child), 'SIGKILL');
    }
  });

  test.each([
    { args: ['--brokers', '3'], exit: 2, says: "error: Unknown option '--brokers'" },
    { args: ['three'], exit: 2, says: "error: Unexpected argument 'three'" },
    { args: ['--nodes', '0'], exit: 2, says: 'error: --nodes 0: a whole number from 1 to 3' },
    { args: ['--nodes', '4'], exit: 2, says: 'error: --nodes 4: a whole number from 1 to 3' },
    { args: ['--nodes', 'two'], exit: 2, says: 'error: --nodes two: a whole number from 1 to 3' },
    { args: ['--port', '0'], exit: 2, says: 'error: --port 0: a whole number from 1 to 65533' },
    { args: ['--help'], exit: 0, says: '' },
  ])('$args ends with $exit', async ({ args, exit, says }) => {
    const { said, ended } = npmRunKafka(args);
    expect(await ended).toEqual([exit, null]);
    expect(said.stderr).toContain(says);
  });

  test('a port that is taken ends it with 1, also that of the second broker', async () => {
    let port = await freePort();
    while (!(await isFree(port - 1))) port = await freePort();
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    for (const args of [
      ['--port', `${port}`],
      ['--port', `${port - 1}`, '--nodes', '2'],
    ]) {
      const { said, ended } = npmRunKafka(args);
      expect(await ended).toEqual([1, null]);
      expect(said.stderr).toBe(`error: port ${port} is in use; end what listens there, or give --port\n`);
    }
    server.close();
  });
});
