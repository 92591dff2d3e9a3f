import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import type { WireSecurity } from './server-properties.ts';

/** Where one node lives and how it is started. */
export interface NodePlan {
  readonly id: number;
  readonly folder: string;
  readonly jars: string;
  /** Options of the Java machine. */
  readonly java: readonly string[];
  /** Port of the plain listener that tells whether it is up. */
  readonly internalPort: number;
  /** Removed by whoever ends the node when this process has died; undefined where the data is to stay. */
  readonly temporary: string | undefined;
}

/** A broker's process. */
export interface BrokerProcess {
  readonly pid: number;
  readonly exited: Promise<unknown>;
  isRunning(): boolean;
  /** Sends a signal and waits for the end where it ends a process. */
  signal(signal: NodeJS.Signals): Promise<void>;
}

const javaOptions = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-Dlog4j2.level=warn'];

/** A fresh id for a cluster, as Kafka writes it. */
export function newClusterId(): string {
  // Kafka takes no id that begins with a dash.
  return `T${randomBytes(16).toString('base64url').slice(1)}`;
}

/** Makes the node's folder one of the cluster, unless it is one already. Users are for SCRAM. */
export async function formatNode(
  { id, folder, jars }: NodePlan,
  cluster: string,
  users: WireSecurity['users'],
): Promise<void> {
  if (existsSync(join(folder, 'data/meta.properties'))) return;
  const scram = users.flatMap(({ name, password }) =>
    ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((kind) => [
      '--add-scram',
      `${kind}=[name=${name},password=${password}]`,
    ]),
  );
  const format = ['format', '-t', cluster, '-c', join(folder, 'server.properties'), ...scram];
  try {
    await promisify(execFile)('java', [
      '-XX:TieredStopAtLevel=1',
      ...javaOptions,
      '-cp',
      `${jars}/*`,
      'kafka.tools.StorageTool',
      ...format,
    ]);
  } catch (cause) {
    throw new Error(`Kafka could not format node ${id}: ${(cause as { stderr?: string }).stderr ?? ''}`, {
      cause,
    });
  }
}

/** Starts a node whose server.properties are in its folder; what it says goes to `broker.log` there. */
export function startNode({ folder, jars, java, temporary }: NodePlan): BrokerProcess {
  mkdirSync(folder, { recursive: true });
  const log = openSync(join(folder, 'broker.log'), 'a');
  const program = ['-cp', `${jars}/*`, 'kafka.Kafka', join(folder, 'server.properties')];
  // A group of its own: Ctrl-C is for whoever started it, who then stops the nodes in order.
  const child = spawn('java', [...java, ...javaOptions, ...program], {
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  const exited = once(child, 'exit');
  exited.catch(() => {});
  const isRunning = () => child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  const guard = guardOf(child, temporary);
  child.once('exit', () => guard?.kill('SIGKILL'));
  return {
    pid: child.pid ?? 0,
    exited,
    isRunning,
    signal: async (signal) => {
      if (!isRunning()) return;
      child.kill(signal);
      if (!['SIGSTOP', 'SIGCONT'].includes(signal)) await exited;
    },
  };
}

/** A shell that waits for the end of this process, however it ends, and then ends the node: its standard input closes with us. */
function guardOf({ pid }: ChildProcess, temporary: string | undefined): ChildProcess | undefined {
  if (pid === undefined) return undefined;
  const script = 'read _; kill -9 "$1"; if [ -n "$2" ]; then sleep 1; rm -rf "$2"; fi';
  const guard = spawn('sh', ['-c', script, 'guard', String(pid), temporary ?? ''], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.unref();
  return guard;
}

/** Waits until the node answers and knows at least `brokers` live ones, itself among them. Throws with the end of its log otherwise. */
export async function untilReady(
  { id, internalPort, folder }: NodePlan,
  node: BrokerProcess,
  { brokers, patienceMs }: { readonly brokers: number; readonly patienceMs: number },
): Promise<void> {
  const deadline = Date.now() + patienceMs;
  const kafka = new Kafka({
    brokers: [`127.0.0.1:${internalPort}`],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1000,
    retry: { retries: 0 },
  });
  while (node.isRunning() && Date.now() < deadline) {
    const live = await liveBrokers(kafka);
    if (live.length >= brokers && live.includes(id)) return;
    await sleep(100);
  }
  const why = node.isRunning() ? `does not answer after ${patienceMs / 1000} s` : 'ended';
  throw new Error(`Kafka node ${id} ${why}: ${lastWords(join(folder, 'broker.log'))}`);
}

async function liveBrokers(kafka: Kafka): Promise<number[]> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).brokers.map(({ nodeId }) => nodeId);
  } catch {
    return [];
  } finally {
    await admin.disconnect();
  }
}

function lastWords(log: string): string {
  const text = existsSync(log) ? readFileSync(log, 'utf8') : '';
  if (text.includes('UnsupportedClassVersionError')) return 'Kafka 4 needs Java 17 or later';
  const lines = text.trimEnd().split('\n');
  const errors = lines.filter((line) => /^\S.*(ERROR|FATAL|Error|Exception)/.test(line));
  return (errors.length > 0 ? errors : lines).slice(-6).join('\n');
}

/** Writes a node's files into its folder. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 });
}
