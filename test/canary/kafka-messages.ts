/** Messages of others with the mark and the addresses in every part of them, and headers that lie. */

import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { CompressionTypes, type Message } from 'kafkajs';
import type { RunningBrokers } from '../../infra/kafka/start-brokers.ts';
import { connectKafka } from '../../shared/kafka/connect-kafka.ts';
import { openTopic } from '../../shared/kafka/topic.ts';
import { combined } from './canary-lines.ts';
import { addresses, mark } from './marks.ts';
import { pathsOf, sha256 } from './read-kafka.ts';

const [v4] = addresses.v4;
const [v6] = addresses.v6;

/** Lines as stock shippers send them, bare and in envelopes, with headers and keys of their own. */
function strangers(second: number): Message[] {
  const headers = { host: `${mark}.example.org`, client: v4, [mark]: [mark, v6] };
  const bare = combined(second).map(
    (line): Message => ({ key: mark, value: Buffer.from(line as string), headers }),
  );
  const texts = combined(second).filter(
    (line) => typeof line === 'string' && line.length < 9_000,
  ) as string[];
  const enveloped = texts.flatMap((message) => [
    JSON.stringify({ '@timestamp': mark, message, host: { ip: [v4, v6], name: mark }, [mark]: mark }),
    JSON.stringify({ log: `${message}\n`, stream: mark, attrs: { [mark]: v4 } }),
    JSON.stringify({ event: { original: message }, source: { ip: v4 } }).slice(0, -7),
    `<190>Sep  7 00:00:01 ${mark} nginx: ${message}`,
    `<190>Sep  7 00:00:01 ${mark} nginx: {"message":"${mark} ${v4}`,
  ]);
  return [
    ...bare,
    ...enveloped.map((value): Message => ({ value })),
    { value: texts.join('\n'), headers },
    { value: Buffer.concat([Buffer.from(`${texts[0]} ${mark.repeat(90_000)}`), randomBytes(60_000)]) },
    { key: mark, value: null, headers },
    { key: v4, value: '' },
  ];
}

/** Messages that say to be chunks and are none, or none of what they say. */
function liars(second: number): Message[] {
  const lines = (combined(second).filter((line) => typeof line === 'string') as string[]).slice(0, 6);
  const value = `${lines.join('\n')}\n`;
  const [first, start] = [sha256(lines[0]!), sha256(value.slice(0, 1024))];
  const honest = { src: `${first}/${start}.1024`, pos: '0', lines: '6' };
  const lies: Record<string, string>[] = [
    { src: mark },
    { ...honest, src: `${mark}/${v4}` },
    { ...honest, src: `${sha256(mark)}/${sha256(`${mark}.`)}.1024` },
    { ...honest, pos: mark },
    { ...honest, pos: v4 },
    { ...honest, pos: String(2 ** 53) },
    { ...honest, lines: mark },
    { ...honest, lines: '77' },
    { ...honest, site: `${mark} of ${v6}` },
    { ...honest, site: `${mark}\u0000` },
    { ...honest, directives: `#Fields: ${mark} ${mark.repeat(2_000)}` },
    // Its beginning is another's: what else it says holds no more, its site neither.
    { ...honest, src: `${sha256('another')}/${sha256('other')}.1024`, site: mark },
  ];
  return lies.map((headers) => ({ value, headers: { ...headers, [mark]: v4 } }));
}

/** A topic, and where it is. */
export interface CanaryTopic {
  readonly running: Pick<RunningBrokers, 'brokers'>;
  readonly topic: string;
}

/** Sends them uncompressed, so that they can be read on the broker's disk; how many there are. */
export async function sendStrangers(to: CanaryTopic, second = 1): Promise<number> {
  const messages = [...strangers(second), ...liars(second)];
  await sendMessages(to, messages);
  return messages.length;
}

/** Sends some messages, compressed or not, to partitions of a topic that is made where it is missing. */
export async function sendMessages(
  { running: { brokers }, topic }: CanaryTopic,
  messages: readonly Message[],
  { gzip = false, partitions = 2 } = {},
): Promise<void> {
  const kafka = connectKafka({ brokers });
  const [admin, producer] = [
    kafka.admin(),
    kafka.producer({ allowAutoTopicCreation: false, idempotent: true }),
  ];
  await Promise.all([admin.connect(), producer.connect()]);
  try {
    await openTopic(admin, { topic, partitions, replicationFactor: -1, rawRetentionHours: 24 });
    const compression = gzip ? CompressionTypes.GZIP : CompressionTypes.None;
    // One after another where they are big: a request has a greatest size, too.
    for (let at = 0; at < messages.length; at += 40) {
      const some = messages
        .slice(at, at + 40)
        .map((one, index) => ({ partition: index % partitions, ...one }));
      const big = some.filter(({ value }) => (value?.length ?? 0) > 500_000);
      await producer.send({ topic, compression, messages: some.filter((one) => !big.includes(one)) });
      for (const one of big) await producer.send({ topic, compression, messages: [one] });
    }
  } finally {
    await Promise.all([admin.disconnect(), producer.disconnect()]);
  }
}

/** Breaks what is compressed of a topic's messages, on the broker's disk: a broker hands out what it has, and looks at no checksum. */
export function breakMessages(folder: string, topic: string): void {
  for (const path of pathsOf(folder, topic)) {
    const bytes = readFileSync(path);
    if (bytes.length === 0) continue;
    const file = openSync(path, 'r+');
    // Behind the head of the batch and that of gzip.
    writeSync(file, Buffer.alloc(24, 0x55), 0, 24, batchHead + 12);
    closeSync(file);
  }
}

/** Bytes of a record batch before its records. */
const batchHead = 61;

/** Commits an offset of a group with metadata that somebody else made up. */
export async function commitStrangely(
  { running: { brokers }, topic }: CanaryTopic,
  { group, metadata }: { readonly group: string; readonly metadata: string },
): Promise<void> {
  const consumer = connectKafka({ brokers }).consumer({ groupId: group, allowAutoTopicCreation: false });
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    const joined = new Promise((resolve) => void consumer.on(consumer.events.GROUP_JOIN, resolve));
    await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: async () => undefined });
    await joined;
    await consumer.commitOffsets([0, 1].map((partition) => ({ topic, partition, offset: '1', metadata })));
  } finally {
    await consumer.disconnect();
  }
}
