import { availableParallelism } from 'node:os';
import type { Store as Connection } from '../../shared/clickhouse/connect-store.ts';
import { clientAddressOf, type Settings } from '../../shared/config.ts';
import { dayAt, isoDay } from '../../shared/days.ts';
import { installedCountryDatabase, isStale } from '../../shared/geo/open-country-database.ts';
import { watchCountryDatabase } from '../../shared/geo/watch-country-database.ts';
import { inTime, unlessAborted } from '../../shared/in-time.ts';
import type { Admin } from '../../shared/kafka/connect-kafka.ts';
import { asKafkaError, connectKafka, type KafkaAddress } from '../../shared/kafka/connect-kafka.ts';
import { keepTrying } from '../../shared/kafka/keep-trying.ts';
import { openTopic, type TopicFacts } from '../../shared/kafka/topic.ts';
import { createLog } from '../../shared/logger.ts';
import { createIngestMeter } from '../../shared/metrics/ingest-meter.ts';
import { defaultRulesName } from '../../shared/rules/rule-sets.ts';
import { rememberPartitions } from '../../shared/store/feeding.ts';
import { optimizeMonths } from '../../shared/store/store-facts.ts';
import { storeOver } from '../../shared/store/store-over.ts';
import { CommandError, type ExitCode, type Invocation } from '../command.ts';
import { configuredRegistries } from '../configured-registries.ts';
import { countryDatabasePath } from '../country-database.ts';
import { describeFailure } from '../describe-failure.ts';
import { openStore } from '../open-store.ts';
import { serveMetrics } from '../serve-metrics.ts';
import type { IngestFlags } from './command.ts';
import { drawIngest } from './draw-ingest.ts';
import { ingest } from './ingest.ts';
import { measure } from './measure.ts';
import { Narrator } from './narrator.ts';
import { requireFirst } from './require-partitions.ts';
import { LayoutUndecided, SetupChoice } from './setup-choice.ts';

interface Configured {
  readonly settings: Settings;
  readonly broker: KafkaAddress;
}

/** A month in more parts than this is merged at the end of a run that has one. */
const mostParts = 30;
/** kafkajs waits for answers to all that was asked. */
const closeMs = 2_000;

/** `tallymark ingest`, once its flags are known to be right. */
export async function runIngest(
  invocation: Invocation<IngestFlags>,
  { settings, broker }: Configured,
): Promise<ExitCode> {
  const { flags, terminal, signal } = invocation;
  const setups = new SetupChoice(choiceOptions(flags, settings));
  const admin = connectKafka(broker).admin();
  const inWords = (error: unknown) => wordsFor(error, { invocation, broker });
  const narrator = new Narrator(terminal, createLog(settings.log, terminal.err), inWords);
  const meter = createIngestMeter();
  await using _metrics = await serveMetrics(meter, settings, (text) => terminal.err(`${text}\n`));
  try {
    const facts = await openWhenThere(admin, invocation, { settings, broker });
    for (const finding of facts.findings) terminal.err(`warning: ${finding}\n`);
    await using connection = await openStore(settings, 'write');
    await unlessAborted(requireFirstPartitions(connection, settings.kafka.topic, facts), signal);
    const countries = watchCountryDatabase(countryDatabasePath(settings) ?? installedCountryDatabase());
    warnIfStale(countries.current(), terminal.err);
    const summary = await ingest({
      kafka: broker,
      admin,
      topic: settings.kafka.topic,
      facts,
      group: settings.kafka.group,
      database: connection,
      store: storeOver(connection),
      setups,
      countries,
      workers: flags.workers ?? availableParallelism(),
      batchMs: flags.batchSeconds * 1000,
      once: flags.once === true,
      site: flags.site ?? '',
      signal,
      onEvent: (event) => {
        measure(meter, event);
        narrator.tell(event);
      },
    });
    if (flags.once === true && !signal.aborted) await optimizeMonths(connection, { parts: mostParts });
    narrator.clear();
    terminal.out(flags.json === true ? `${JSON.stringify(summary)}\n` : drawIngest(summary, terminal.width));
    return summary.refused.length > 0 ? 1 : 0;
  } catch (error) {
    if (error instanceof LayoutUndecided) throw new CommandError(2, error.message);
    // Nothing was begun that could be left half done.
    if (flags.once !== true && signal.aborted && error === signal.reason) return 0;
    throw error;
  } finally {
    narrator.clear();
    await inTime(closeMs, admin.disconnect());
  }
}

/** Opens the topic, and makes it where it is missing. Brokers that are away are waited for, but not with `--once`. Throws `KafkaError`. */
async function openWhenThere(
  admin: Admin,
  { flags, terminal, signal }: Invocation<IngestFlags>,
  { settings, broker }: Configured,
): Promise<TopicFacts> {
  const { topic, partitions, replication_factor, raw_retention_hours } = settings.kafka;
  const persist = keepTrying({
    kafka: broker,
    giveUpAfterMs: flags.once === true ? 0 : undefined,
    signal,
    onNotice: (text) => terminal.err(`${text}\n`),
  });
  return await persist(async () => {
    await admin.connect();
    return await openTopic(admin, {
      topic,
      partitions,
      replicationFactor: replication_factor,
      rawRetentionHours: raw_retention_hours,
    });
  });
}

function choiceOptions(flags: IngestFlags & { registry?: string }, settings: Settings) {
  const { layout, rules = defaultRulesName, registry } = flags;
  const registryOf = (name: string) => ({ name: registry ?? name, layout: name, rules });
  const configured = layout === undefined ? configuredRegistries(settings, registry) : undefined;
  if (configured !== undefined && flags.rules !== undefined) {
    throw new CommandError(
      2,
      '--rules, but the configuration lists registries',
      'give each its rules there, or name a --layout',
    );
  }
  return {
    reading: {
      format: flags.format ?? 'auto',
      enveloped: true,
      fileName: '',
      clientAddress: clientAddressOf(settings),
      ...(settings.formats.json && { keys: settings.formats.json }),
      countryFrom: settings.country_from,
    },
    registries: layout === undefined ? configured : [registryOf(layout)],
    registryOf,
  };
}

/** Throws `KafkaError` where the topic had another number of partitions when it was counted first. */
async function requireFirstPartitions(
  connection: Connection,
  topic: string,
  { clusterId, partitions }: TopicFacts,
): Promise<void> {
  const first = await rememberPartitions(connection, clusterId, topic, partitions);
  requireFirst({ topic, partitions, first });
}

function warnIfStale(
  database: ReturnType<ReturnType<typeof watchCountryDatabase>['current']>,
  write: (text: string) => void,
): void {
  const today = isoDay(dayAt(Date.now()));
  if (isStale(database, today))
    write(`The country data is ${database.ageDays(today)} days old; \`tallymark geo update\` replaces it.\n`);
}

/** An error of Kafka's or of the store's in words; of any other its kind and place. */
function wordsFor(
  error: unknown,
  { invocation, broker }: { invocation: Invocation<IngestFlags>; broker: KafkaAddress },
): string {
  const { program } = invocation;
  const isKafkas = error instanceof Error && error.name.startsWith('KafkaJS');
  return describeFailure(isKafkas ? asKafkaError(error, broker) : error, { program, stopped: false }).message;
}
