import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CompressionTypes, type Message } from 'kafkajs';
import type { RunningBrokers } from '../../../infra/kafka/start-brokers.ts';
import { connectKafka } from '../../../shared/kafka/connect-kafka.ts';
import type { MadeLogs } from '../make-logs.ts';

/** Lines that are all downloads, each of a project of its own. */
export interface MadeLines {
  readonly lines: readonly string[];
  /** What is to be found in a store that has counted them. */
  readonly logs: MadeLogs;
}

/** Lines for messages without a file. */
export function makeLines(name: string, count: number): MadeLines {
  const projects = Array.from({ length: count }, (_, line) => `${name}-${line}`);
  return {
    lines: projects.map((project) => {
      const path = `/packages/any/${project[0]}/${project}/${project}-1.0.tar.gz`;
      return `192.0.2.7 - - [07/Sep/2026:09:00:00 +0000] "GET ${path} HTTP/1.1" 200 2326 "-" "pip/24.0"`;
    }),
    logs: expected(projects),
  };
}

/** Logs of which only these lines are left: so many downloads of projects with these names. */
export function expected(projects: readonly string[], otherLines = 0): MadeLogs {
  return {
    paths: [],
    lines: projects.length + otherLines,
    downloads: new Map(projects.map((project) => [project, 1])),
  };
}

/** Sends messages as anybody's shipper does, but each once: kafkajs sends those of all partitions again where one of them refused its own. */
export async function produce(
  { brokers }: Pick<RunningBrokers, 'brokers'>,
  topic: string,
  messages: readonly (string | Message)[],
  compression = CompressionTypes.None,
): Promise<void> {
  const producer = connectKafka({ brokers }).producer({ allowAutoTopicCreation: false, idempotent: true });
  await producer.connect();
  try {
    await producer.send({
      topic,
      compression,
      messages: messages.map((message) => (typeof message === 'string' ? { value: message } : message)),
    });
  } finally {
    await producer.disconnect();
  }
}

/** Where a record batch says how long it is, and in its lowest three bits in which compression: https://kafka.apache.org/documentation/#recordbatch */
const [lengthAt, attributesAt, batchHead] = [8, 22, 12];

/**
 * Says of the batches of a partition that are in one compression, by its number, that they are in another: on the broker's disk, since no broker
 * takes such a batch. It hands out what it has, and kafkajs looks at no checksum.
 */
export function relabelBatches(
  { folder }: Pick<RunningBrokers, 'folder'>,
  { topic, partition }: { readonly topic: string; readonly partition: number },
  { from, to }: { readonly from: number; readonly to: number },
): void {
  const log = logFile(folder, topic, partition);
  const bytes = readFileSync(log);
  const before = Buffer.from(bytes);
  for (const at of batchesOf(bytes)) {
    const attributes = bytes[at + attributesAt]!;
    if ((attributes & 7) === from) bytes[at + attributesAt] = (attributes & ~7) | to;
  }
  if (bytes.equals(before)) throw new Error(`no batch of ${topic}/${partition} is in compression ${from}`);
  writeFileSync(log, bytes, { flag: 'r+' });
}

/** Cuts the last batch of a partition off, on the disk of a broker that is not running: as a disk does that had not written all, or a leader that had not got all. */
export function cutLastBatch(
  { folder }: Pick<RunningBrokers, 'folder'>,
  { topic, partition }: { readonly topic: string; readonly partition: number },
): void {
  const log = logFile(folder, topic, partition);
  truncateSync(log, batchesOf(readFileSync(log)).at(-1));
}

function logFile(folder: string, topic: string, partition: number): string {
  return join(folder, `node-1/data/${topic}-${partition}/00000000000000000000.log`);
}

/** Where the batches of a segment begin. */
function batchesOf(bytes: Buffer): number[] {
  const starts: number[] = [];
  for (let at = 0; at < bytes.length; at += batchHead + bytes.readInt32BE(at + lengthAt)) starts.push(at);
  return starts;
}
