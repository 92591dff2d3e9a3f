import type { Message } from 'kafkajs';
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
): Promise<void> {
  const producer = connectKafka({ brokers }).producer({ allowAutoTopicCreation: false, idempotent: true });
  await producer.connect();
  try {
    await producer.send({
      topic,
      messages: messages.map((message) => (typeof message === 'string' ? { value: message } : message)),
    });
  } finally {
    await producer.disconnect();
  }
}
