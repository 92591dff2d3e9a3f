import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunningBrokers } from '../../infra/kafka/start-brokers.ts';
import { connectKafka } from '../../shared/kafka/connect-kafka.ts';
import type { Surface } from './scan.ts';

/** What is committed for a group: the metadata beside each offset that has some. */
export async function readOffsets(
  { brokers }: Pick<RunningBrokers, 'brokers'>,
  { topic, group }: { readonly topic: string; readonly group: string },
): Promise<Surface[]> {
  const admin = connectKafka({ brokers }).admin();
  await admin.connect();
  try {
    const [found] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
    return found!.partitions
      .filter(({ metadata }) => metadata)
      .map(({ partition, metadata }) => ({
        name: `the offset of ${group} in ${topic}/${partition}`,
        bytes: Buffer.from(metadata!),
      }));
  } finally {
    await admin.disconnect();
  }
}

/** The segments of a topic's partitions as they are on the brokers' disks, and the names of its files. */
export function segmentsOf({ folder }: Pick<RunningBrokers, 'folder'>, topic: string): Surface[] {
  return pathsOf(folder, topic).map((path) => ({ name: `segment ${path}`, bytes: readFileSync(path) }));
}

/** Paths of a topic's segments, on all nodes. */
export function pathsOf(folder: string, topic: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.log') && name.split('/').at(-2)?.replace(/-\d+$/, '') === topic)
    .map((name) => join(folder, name));
}

/** SHA-256 of some bytes in hex. */
export function sha256(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
