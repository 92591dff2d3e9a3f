import kafkajs, { type Admin } from 'kafkajs';
import { KafkaError } from './kafka-error.ts';
import { causesOf } from './keep-trying.ts';

/** The topic of raw lines as the configuration has it. */
export interface TopicWanted {
  readonly topic: string;
  /** Where we make it; one that is there keeps its own. */
  readonly partitions: number;
  /** Copies of each partition; -1 is the broker's default. Where we make it. */
  readonly replicationFactor: number;
  /** How long raw lines may stay in Kafka. */
  readonly rawRetentionHours: number;
}

/** The topic of raw lines as it is. */
export interface TopicFacts {
  readonly partitions: number;
  readonly clusterId: string;
  /** How long raw lines may stay, in ms: as configured, or what the topic has where that is shorter. */
  readonly keptMs: number;
  /** By this call. */
  readonly created: boolean;
  /** Settings that are not those asked for, in words with what to do; empty where all is well. */
  readonly findings: readonly string[];
}

const HOUR_MS = 3_600_000;

/**
 * Retention ends only closed segments, and on the clock of the broker: with Kafka's defaults (segments of a week, times of the client) a line
 * with an address in it would stay for weeks, or for ever (privacy.md).
 */
const SEGMENT_MS = HOUR_MS;

/**
 * Opens the topic, and makes it where it is missing; two at once is fine. Throws `KafkaError` where it is compacted, and what kafkajs throws.
 */
export async function openTopic(admin: Admin, wanted: TopicWanted): Promise<TopicFacts> {
  const isThere = (await countPartitions(admin, wanted.topic)) !== undefined;
  const created = !isThere && (await makeTopic(admin, wanted));
  return { ...(await describeWhenThere(admin, wanted)), created };
}

/** False where somebody else has made it meanwhile. */
async function makeTopic(admin: Admin, wanted: TopicWanted): Promise<boolean> {
  return await admin.createTopics({
    waitForLeaders: false,
    topics: [
      {
        topic: wanted.topic,
        numPartitions: wanted.partitions,
        replicationFactor: wanted.replicationFactor,
        configEntries: [
          { name: 'retention.ms', value: String(wanted.rawRetentionHours * HOUR_MS) },
          { name: 'segment.ms', value: String(SEGMENT_MS) },
          { name: 'message.timestamp.type', value: 'LogAppendTime' },
          { name: 'cleanup.policy', value: 'delete' },
        ],
      },
    ],
  });
}

/** What the topic is, and what about it is not as wanted. Throws `KafkaError` where it is missing or compacted, and what kafkajs throws. */
export async function describeTopic(admin: Admin, wanted: TopicWanted): Promise<TopicFacts> {
  const partitions = await countPartitions(admin, wanted.topic);
  if (partitions === undefined)
    throw new KafkaError(
      'no_topic',
      `There is no topic ${wanted.topic}. Check kafka.topic, or let \`tallymark ship\` make it.`,
    );
  const { clusterId } = await admin.describeCluster();
  const settings = await settingsOf(admin, wanted.topic);
  if (settings?.get('cleanup.policy')?.includes('compact'))
    throw new KafkaError(
      'topic_settings',
      `The topic ${wanted.topic} is compacted: Kafka would drop lines that are not counted yet. Set its cleanup.policy to delete, or name another by kafka.topic.`,
    );
  const [keptMs, findings] = [keptMsOf(settings, wanted), findingsOf(settings, wanted)];
  return { partitions, clusterId, keptMs, created: false, findings };
}

/** How long a new topic may take until all brokers know it. */
const APPEARANCE_MS = 15_000;

/** One broker knows of a topic before another does, and each question may go to another. */
async function describeWhenThere(admin: Admin, wanted: TopicWanted): Promise<TopicFacts> {
  const deadline = Date.now() + APPEARANCE_MS;
  for (;;) {
    try {
      return await describeTopic(admin, wanted);
    } catch (error) {
      if (!isUntold(error)) throw error;
      // Not `no_topic`, which nobody waits for.
      if (Date.now() > deadline)
        throw new KafkaError(
          'unreachable',
          `A partition of the topic ${wanted.topic}, or of another one, has no leader. Check that all brokers run.`,
          { cause: error },
        );
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const notYetThere = /^(UNKNOWN_TOPIC_OR_PARTITION|LEADER_NOT_AVAILABLE)$/;

/**
 * Whether brokers have answered and told nothing: kafkajs swallows what they answer of a topic that is deleted between its two looks, and of all
 * topics where a partition of one has no leader, and stumbles over the rest.
 */
function isUntold(error: unknown): boolean {
  if (error instanceof KafkaError) return error.code === 'no_topic';
  return error instanceof TypeError || causesOf(error).some(({ type }) => notYetThere.test(type ?? ''));
}

/**
 * How many partitions a topic has, asked anew; undefined where that cannot be told: it is missing, not yet ready, or one of them has no leader.
 * Throws what kafkajs throws.
 */
export async function countPartitions(admin: Admin, topic: string): Promise<number | undefined> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics[0]?.partitions.length;
  } catch (error) {
    if (!isUntold(error)) throw error;
    // Throws where no broker can be asked.
    if (error instanceof TypeError) await admin.listTopics().catch(unlessUntold);
    return undefined;
  }
}

function unlessUntold(error: unknown): void {
  if (!isUntold(error)) throw error;
}

/** By name; undefined where this user may not read them. */
async function settingsOf(admin: Admin, topic: string): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
    });
    const entries = resources[0].configEntries;
    return new Map(entries.map(({ configName, configValue }) => [configName, configValue]));
  } catch (error) {
    const types = [error, (error as Error).cause].map((one) => String((one as { type?: unknown })?.type));
    if (types.includes('TOPIC_AUTHORIZATION_FAILED')) return undefined;
    throw error;
  }
}

function keptMsOf(
  settings: ReadonlyMap<string, string> | undefined,
  { rawRetentionHours }: TopicWanted,
): number {
  const wantedMs = rawRetentionHours * HOUR_MS;
  const retentionMs = Number(settings?.get('retention.ms') ?? -1);
  return retentionMs < 0 ? wantedMs : Math.min(retentionMs, wantedMs);
}

function findingsOf(
  settings: ReadonlyMap<string, string> | undefined,
  { topic, rawRetentionHours }: TopicWanted,
): string[] {
  if (settings === undefined)
    return [
      `the settings of the topic ${topic} cannot be read; grant this user DESCRIBE_CONFIGS to have them checked`,
    ];
  const wantedMs = rawRetentionHours * HOUR_MS;
  const retentionMs = Number(settings.get('retention.ms'));
  const segmentMs = Number(settings.get('segment.ms'));
  const findings: string[] = [];
  const find = (what: string, name: string, value: string | number) =>
    findings.push(`topic ${topic}: ${what}; set ${name}=${value}`);
  if (retentionMs < 0 || retentionMs > wantedMs) {
    const time = retentionMs < 0 ? 'for ever' : `for ${hours(retentionMs)}`;
    find(
      `raw lines stay ${time}, longer than kafka.raw_retention_hours (${rawRetentionHours})`,
      'retention.ms',
      wantedMs,
    );
  } else if (retentionMs < wantedMs)
    find(
      `raw lines are gone after ${hours(retentionMs)}, sooner than kafka.raw_retention_hours (${rawRetentionHours}), counted or not`,
      'retention.ms',
      wantedMs,
    );
  if (segmentMs > SEGMENT_MS)
    find(
      `segments are closed after ${hours(segmentMs)}, and only closed ones are ever removed`,
      'segment.ms',
      SEGMENT_MS,
    );
  if (settings.get('message.timestamp.type') !== 'LogAppendTime')
    find(
      'the age of a line is what its sender says, so retention can be off by any time',
      'message.timestamp.type',
      'LogAppendTime',
    );
  if (Number(settings.get('retention.bytes')) >= 0)
    find('lines are removed by size before they may be counted', 'retention.bytes', -1);
  return findings;
}

function hours(ms: number): string {
  return `${Number((ms / HOUR_MS).toPrecision(3))} h`;
}
