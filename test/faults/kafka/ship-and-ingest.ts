import type { RunningBrokers } from '../../../infra/kafka/start-brokers.ts';
import { type Ended, startCli } from '../start-cli.ts';

/** What `ship` and `ingest` of a test have in common. */
export interface Feed {
  readonly running: Pick<RunningBrokers, 'brokers'>;
  readonly topic: string;
  readonly group: string;
  /** The embedded store; also where `ship` keeps its state. */
  readonly data: string;
  /** Of the topic, where it is made. */
  readonly partitions?: number;
  /** More flags of `ingest`: another store. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** `ship` of some paths, as these tests run it. */
export function shipArguments({ running, topic, group, data }: Feed, paths: readonly string[]): string[] {
  const to = ['--brokers', running.brokers.join(','), '--topic', topic, '--group', group];
  return ['ship', ...paths, ...to, '--data', data, '--site', 'test', '--json'];
}

/** `ingest`, as these tests run it; a batch is cut every second, so that there are many. */
export function ingestArguments({ running, topic, group, data, flags = [] }: Feed): string[] {
  const from = ['--brokers', running.brokers.join(','), '--topic', topic, '--group', group];
  const how = ['--layout', 'pypi', '--workers', '1', '--batch-seconds', '1', '--json'];
  const store = flags.includes('--clickhouse') ? [] : ['--data', data];
  return ['ingest', ...from, ...store, ...how, ...flags];
}

/** Settings that have no flag. */
export function feedEnv({ partitions = 3, env }: Feed): Record<string, string> {
  return { TALLYMARK_KAFKA_PARTITIONS: String(partitions), ...env };
}

/** Ships what is there to its end; throws where that fails. */
export async function shipOnce(feed: Feed, paths: readonly string[]): Promise<{ lines: number }> {
  const { stdout } = await toItsEnd([...shipArguments(feed, paths), '--once'], feed);
  return JSON.parse(stdout);
}

/** What `ingest --once --json` says. */
export interface Ingested {
  readonly lines: number;
  readonly counted: number;
  readonly already_counted: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly messages: number;
  readonly refused: readonly string[];
  readonly stderr: string;
}

/** Counts what is there to its end; throws where that fails. */
export async function ingestOnce(feed: Feed): Promise<Ingested> {
  const { stdout, stderr } = await toItsEnd([...ingestArguments(feed), '--once'], feed);
  return { ...JSON.parse(stdout), stderr };
}

/** Longest time that catching up may take, sessions that have to pass included. */
const patienceMs = 150_000;

async function toItsEnd(args: readonly string[], feed: Feed): Promise<Ended> {
  await using cli = startCli(args, { env: feedEnv(feed) });
  const tooLong = setTimeout(() => cli.kill('SIGKILL'), patienceMs);
  const ended = await cli.ended;
  clearTimeout(tooLong);
  if (ended.exit !== 0)
    throw new Error(`${args[0]} ended with ${ended.exit ?? ended.signal}: ${ended.stderr}`);
  return ended;
}
