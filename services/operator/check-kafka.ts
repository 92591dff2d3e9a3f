import type { Settings } from '../../shared/config.ts';
import { KafkaError } from '../../shared/kafka/kafka-error.ts';
import {
  type GroupMembers,
  nextOf,
  type OpenGroup,
  openGroup,
  type PartitionFacts,
} from '../../shared/kafka/open-group.ts';
import type { TopicFacts } from '../../shared/kafka/topic.ts';
import { formatCounted, formatDuration } from '../../shared/terminal/numbers.ts';
import { CommandError } from '../command.ts';
import { kafkaAddressOf } from '../kafka-address.ts';
import type { Finding } from './check-machine.ts';
import type { GroupToCompare } from './check-offsets.ts';

/** What there is to say of Kafka, and the group that can be compared with the store. */
export interface ExaminedKafka extends AsyncDisposable {
  readonly findings: readonly Finding[];
  /** Undefined where there is no topic to read of. */
  readonly group: GroupToCompare | undefined;
}

/** Looks at brokers, topic and group. What keeps it from that is a finding; any other error is thrown. */
export async function examineKafka(settings: Settings): Promise<ExaminedKafka> {
  try {
    const { topic, group, partitions, replication_factor, raw_retention_hours } = settings.kafka;
    const open = await openGroup(await kafkaAddressOf(settings), {
      topic,
      group,
      partitions,
      replicationFactor: replication_factor,
      rawRetentionHours: raw_retention_hours,
    });
    const detail = `${formatCounted(open.brokers, 'broker')} at ${settings.kafka.brokers.join(', ')}`;
    const reached: Finding = { name: 'kafka', state: 'good', detail };
    return await disposeOnError(open, () => examineTopic(open, settings, reached));
  } catch (error) {
    return {
      findings: [badFinding('kafka', error)],
      group: undefined,
      [Symbol.asyncDispose]: async () => {},
    };
  }
}

async function disposeOnError<T>(open: OpenGroup, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    await open[Symbol.asyncDispose]();
    throw error;
  }
}

async function examineTopic(open: OpenGroup, settings: Settings, reached: Finding): Promise<ExaminedKafka> {
  const findings: Finding[] = [reached];
  let group: GroupToCompare | undefined;
  let looking = 'topic';
  try {
    const facts = await open.topic();
    findings.push(...topicFindings(facts.findings, settings, facts.partitions));
    looking = 'group';
    const members = await open.members();
    group = { open, facts, members: members.ingesters };
    findings.push(await checkGroup(open, settings, { ...members, keptMs: facts.keptMs }));
  } catch (error) {
    findings.push(badFinding(looking, error));
  }
  return { findings, group, [Symbol.asyncDispose]: () => open[Symbol.asyncDispose]() };
}

/** A finding for each error that is in words; what is not is thrown. */
function badFinding(name: string, error: unknown): Finding {
  if (error instanceof KafkaError) {
    const state = error.code === 'no_topic' ? 'warning' : 'bad';
    return { name, state, detail: error.message };
  }
  if (!(error instanceof CommandError)) throw error;
  const { message: detail, advice } = error;
  return { name, state: 'bad', detail, ...(advice !== undefined && { advice }) };
}

function topicFindings(wrong: readonly string[], { kafka }: Settings, partitions: number): Finding[] {
  const name = 'topic';
  if (wrong.length > 0) return wrong.map((detail) => ({ name, state: 'warning', detail }));
  const hours = formatCounted(kafka.raw_retention_hours, 'hour');
  return [
    {
      name,
      state: 'good',
      detail: `${kafka.topic}: ${formatCounted(partitions, 'partition')}, raw lines stay for ${hours}`,
    },
  ];
}

/** Lines that wait for longer than this though somebody counts. */
const longWaitSeconds = 600;

async function checkGroup(
  open: OpenGroup,
  { kafka }: Settings,
  { ingesters, strangers, keptMs }: GroupMembers & Pick<TopicFacts, 'keptMs'>,
): Promise<Finding> {
  const name = 'group';
  if (strangers > 0) {
    const detail = `${kafka.group}: ${formatCounted(strangers, 'consumer')} of somebody else; the broker lets no ingester in beside them`;
    const advice = 'give ingesters a group of their own with --group, and the same to `tallymark ship`';
    return { name, state: 'bad', detail, advice };
  }
  const partitions = await open.partitions();
  const lag = partitions.reduce((sum, facts) => sum + Math.max(0, facts.high - nextOf(facts)), 0);
  const who = `${kafka.group}: ${formatCounted(ingesters, 'ingester')}`;
  if (lag === 0) return { name, state: 'good', detail: `${who}, all messages counted` };
  const seconds = await oldestSeconds(open, partitions);
  const detail = `${who}, ${formatCounted(lag, 'message')} to count, the oldest about ${formatDuration(seconds)} old`;
  if (seconds * 1000 > keptMs / 2) {
    const advice = 'start `tallymark ingest`: half of the time that raw lines stay is over, and `ship` waits';
    return { name, state: 'bad', detail, advice };
  }
  if (ingesters === 0) return { name, state: 'warning', detail, advice: 'start `tallymark ingest`' };
  if (seconds <= longWaitSeconds) return { name, state: 'good', detail };
  return { name, state: 'warning', detail, advice: 'start more of `tallymark ingest`, or see why they wait' };
}

const longestSeconds = 10 * 365 * 86_400;

/** About how old the oldest message is that waits, within a tenth: Kafka tells only whether there is an older one. */
async function oldestSeconds(open: OpenGroup, partitions: readonly PartitionFacts[]): Promise<number> {
  const isOlder = (seconds: number) => open.hasOlder(partitions, seconds * 1000);
  let [least, most] = [0, 1];
  while (most < longestSeconds && (await isOlder(most))) [least, most] = [most, most * 2];
  while (most - least > most / 10) {
    const middle = (least + most) / 2;
    if (await isOlder(middle)) least = middle;
    else most = middle;
  }
  return least;
}
