import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from '../../shared/clickhouse/connect-store.ts';
import { readStoreKey } from '../../shared/clickhouse/store-key.ts';
import type { Settings } from '../../shared/config.ts';
import { KafkaError } from '../../shared/kafka/kafka-error.ts';
import type { OpenGroup } from '../../shared/kafka/open-group.ts';
import type { TopicFacts } from '../../shared/kafka/topic.ts';
import { clickhouseCounts } from '../../shared/store/clickhouse-counts.ts';
import { readPartitionBooks } from '../../shared/store/partition-books.ts';
import type { Keyed } from '../../shared/store/source-key.ts';
import { formatCounted } from '../../shared/terminal/numbers.ts';
import type { Finding } from './check-machine.ts';
import { compareOffsets, type OffsetsVerdict } from './compare-offsets.ts';

/** A group whose offsets are compared with a store. */
export interface GroupToCompare {
  readonly open: OpenGroup;
  readonly facts: TopicFacts;
  readonly members: number;
}

const name = 'offsets';

/** While ingesters work, offsets and store are read at two moments; what does not fit is looked at again. */
const mostLooks = 4;
const pauseMs = 500;

/** Whether the group's offsets fit the batches in the store. Throws `StoreError`. */
export async function checkOffsets(
  store: Store,
  settings: Settings,
  group: GroupToCompare,
): Promise<Finding> {
  const keyed = await keyOf(store, settings);
  if (keyed === undefined) {
    const detail = 'not compared with the store, whose key is not known here';
    return { name, state: 'warning', detail, advice: 'give --store-key-file' };
  }
  try {
    for (let look = 1; ; look++) {
      const verdicts = await compareAll(store, { keyed, topic: settings.kafka.topic, group });
      const mayPass = group.members > 0 && [...verdicts.values()].includes('behind');
      if (!mayPass || look >= mostLooks) return describe(verdicts, group);
      await sleep(pauseMs);
    }
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    return { name, state: 'bad', detail: error.message };
  }
}

interface Comparing {
  readonly keyed: Keyed;
  readonly topic: string;
  readonly group: GroupToCompare;
}

async function compareAll(store: Store, { keyed, topic, group }: Comparing) {
  const counts = clickhouseCounts(store);
  const cluster = group.facts.clusterId;
  const verdicts = new Map<number, OffsetsVerdict>();
  for (const facts of await group.open.partitions()) {
    const { partition } = facts;
    const books = await readPartitionBooks(counts, keyed, { cluster, topic, partition });
    verdicts.set(partition, compareOffsets(facts, books));
  }
  return verdicts;
}

async function keyOf(store: Store, { clickhouse }: Settings): Promise<Keyed | undefined> {
  if (clickhouse.url === undefined) return (text) => store.hmac('source', text);
  const { store_key_file: path } = clickhouse;
  const hmac = path === undefined ? undefined : await readStoreKey(store, path);
  return hmac && ((text) => hmac('source', text));
}

/** The worst first, with what it means and what to do. */
const meanings: readonly (readonly [OffsetsVerdict, Finding['state'], string, string])[] = [
  [
    'strange_group',
    'bad',
    'something else than Tallymark commits for this group',
    'give ingesters a group of their own with --group, and the same to `tallymark ship`',
  ],
  [
    'other_store',
    'bad',
    'the group has counted into another store, or this one was restored from an older backup',
    'name the store that it belongs to, or a new group with --group, to `tallymark ship` too',
  ],
  [
    'other_group',
    'bad',
    'the group has passed messages that this store has nothing of',
    'name a new group with --group, to `tallymark ship` too; it begins with the first message there is',
  ],
  [
    'truncated',
    'bad',
    'the log ends before what was counted of it: Kafka has lost messages',
    'ship the logs again into a new topic with --topic; no line is counted twice',
  ],
  [
    'gap',
    'warning',
    'messages were removed before they were counted',
    'ship the logs of that time again, with --once and an empty --state folder, and let raw lines stay longer: kafka.raw_retention_hours',
  ],
  [
    'made_again',
    'warning',
    'the topic was made again and is counted from its beginning',
    'nothing: `tallymark ingest` begins with its first message',
  ],
  [
    'behind',
    'warning',
    'the group has no offset that fits what is counted (it is new, Kafka forgot it, or somebody else set it); the store tells where to go on',
    'nothing: `tallymark ingest` goes on after the last batch',
  ],
  [
    'pending',
    'warning',
    'a batch was begun and is not finished',
    '`tallymark ingest` finishes it; until then its lines are counted in part',
  ],
];

function describe(
  verdicts: ReadonlyMap<number, OffsetsVerdict>,
  { members }: Pick<GroupToCompare, 'members'>,
): Finding {
  const found = meanings.filter(([verdict]) => [...verdicts.values()].includes(verdict));
  const isAtWork = members > 0 && found.length === 1 && found[0]![0] === 'pending';
  const [worst] = found;
  if (worst === undefined || isAtWork) {
    const underWay = isAtWork ? '; batches are under way' : '';
    return { name, state: 'good', detail: `agree with the store in ${words(verdicts.size)}${underWay}` };
  }
  const detail = found.map(([verdict, , text]) => {
    const where = [...verdicts].filter(([, one]) => one === verdict).map(([partition]) => partition);
    return `${where.length === verdicts.size ? 'all partitions' : `partition ${where.join(', ')}`}: ${text}`;
  });
  return { name, state: worst[1], detail: detail.join('; '), advice: worst[3] };
}

function words(partitions: number): string {
  return formatCounted(partitions, 'partition');
}
