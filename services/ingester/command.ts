import { formatChoices, layoutChoices, ruleChoices } from '../choices.ts';
import { type Command, CommandError, type Invocation } from '../command.ts';
import { configurationOf } from '../configuration.ts';
import { kafkaAddressOf } from '../kafka-address.ts';
import { requireJsonKeys } from '../require-json-keys.ts';
import { type MetricsFlags, metricsOptions, metricsSettings } from '../serve-metrics.ts';

/** The values of `ingest`'s flags. */
export interface IngestFlags extends MetricsFlags {
  readonly brokers?: string;
  readonly topic?: string;
  readonly group?: string;
  readonly once?: boolean;
  readonly batchSeconds: number;
  readonly format?: string;
  readonly layout?: string;
  readonly rules?: string;
  readonly site?: string;
  readonly countryFrom?: 'log' | 'database';
  readonly geoDb?: string;
  readonly workers?: number;
}

/** `tallymark ingest`: Kafka → counts, each line once, with as many others as one likes. */
export const ingestCommand: Command<IngestFlags> = {
  description:
    'Counts the lines of a Kafka topic, each exactly once, until Ctrl-C. Start as many as you like with the same --group: they share the ' +
    'partitions and take over from each other. Lines may come from `tallymark ship` or from any shipper, one a message, enveloped or not. ' +
    'Format and layout are detected. Broker or store away: it waits, and nothing is lost.',
  options: [
    { flags: '--brokers <host:port,...>', description: 'where Kafka is' },
    { flags: '--topic <name>', description: 'the topic of raw lines (default: access-logs)' },
    { flags: '--group <name>', description: 'the group that shares the work (default: tallymark)' },
    { flags: '--once', description: 'end when all that was there at the start is counted' },
    {
      flags: '--batch-seconds <n>',
      description: 'how old a line may get before it is stored; a minute while more waits than is counted',
      is: 'integer',
      default: 10,
    },
    { flags: '--format <name>', description: 'log format of all lines', choices: formatChoices },
    {
      flags: '--layout <name>',
      description: "the registry's URL shape (default: detected once, then kept)",
      choices: layoutChoices,
    },
    {
      flags: '--rules <name>',
      description: 'what counts as a download (default: default)',
      choices: ruleChoices,
    },
    { flags: '--site <label>', description: 'a label of this ingester, shown to replays that it keeps off' },
    {
      flags: '--country-from <where>',
      description: 'the address looked up in a database, or what the CDN logged',
      choices: ['log', 'database'],
    },
    {
      flags: '--geo-db <file>',
      description: 'a MaxMind or DB-IP country file instead of the one that is shipped',
    },
    { flags: '--workers <n>', description: 'counting threads (default: one a core)', is: 'threads' },
    ...metricsOptions,
  ],
  examples: [
    'tallymark ingest --brokers kafka-1:9092,kafka-2:9092',
    'tallymark ingest --brokers localhost:9092 --once --json',
    'tallymark ingest --clickhouse https://clickhouse:8443 --store-key-file store.key',
  ],
  async run(invocation: Invocation<IngestFlags>) {
    const { flags, operands } = invocation;
    if (operands.length > 0) {
      throw new CommandError(2, 'ingest takes no paths', '`tallymark ship PATH…` brings files to Kafka');
    }
    const { settings } = await configurationOf(invocation, {
      'kafka.brokers': flags.brokers,
      'kafka.topic': flags.topic,
      'kafka.group': flags.group,
      country_from: flags.countryFrom,
      geo_db: flags.geoDb,
      ...metricsSettings(flags),
    });
    requireJsonKeys(flags.format, settings);
    const broker = await kafkaAddressOf(settings);
    const { runIngest } = await import('./run-ingest.ts');
    return await runIngest(invocation, { settings, broker });
  },
};
