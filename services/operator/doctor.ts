import type { Settings } from '../../shared/config.ts';
import type { Command } from '../command.ts';
import { configurationOf } from '../configuration.ts';
import type { ExaminedKafka } from './check-kafka.ts';
import { checkCountryData, checkDisk, checkFolder, checkNode, type Finding } from './check-machine.ts';

/** The values of `doctor`'s flags. */
interface DoctorFlags {
  readonly brokers?: string;
  readonly topic?: string;
  readonly group?: string;
}

/** `tallymark doctor`: looks at machine, configuration, country data and store, and says what to do. */
export const doctor: Command<DoctorFlags> = {
  description:
    'Checks that everything is in order: Node, configuration, data folder and disk, country data, the store and its self-test, ' +
    'batches left undone, sites that are silent, malformed lines, gaps. With Kafka configured: brokers, the settings of the topic, ' +
    'who counts and how far behind, and whether offsets and store agree.',
  options: [
    { flags: '--brokers <host:port,...>', description: 'where Kafka is' },
    { flags: '--topic <name>', description: 'the topic of raw lines (default: access-logs)' },
    { flags: '--group <name>', description: 'the group that counts (default: tallymark)' },
  ],
  examples: [
    'tallymark doctor',
    'tallymark doctor --clickhouse https://clickhouse:8443 --json',
    'tallymark doctor --brokers kafka-1:9092',
  ],
  async run(invocation) {
    const { terminal, flags } = invocation;
    const { settings, file, strangers } = await configurationOf(invocation, {
      'kafka.brokers': flags.brokers,
      'kafka.topic': flags.topic,
      'kafka.group': flags.group,
    });
    await using kafka = await lookAtKafka(settings);
    const findings: Finding[] = [
      checkNode(),
      checkConfiguration(file, strangers),
      ...(settings.clickhouse.url === undefined
        ? [await checkFolder(settings.data), await checkDisk(settings.data)]
        : []),
      await checkCountryData(settings),
      ...(kafka?.findings ?? []),
      ...(await checkStore(settings, kafka?.group)),
    ];
    const ok = findings.every(({ state }) => state !== 'bad');
    if (flags.json === true) terminal.out(`${JSON.stringify({ ok, checks: findings })}\n`);
    else for (const finding of findings) terminal.out(describe(finding));
    return ok ? 0 : 1;
  },
};

function checkConfiguration(file: string | undefined, strangers: readonly string[]): Finding {
  const name = 'configuration';
  const detail = file === undefined ? 'no file; defaults, variables and flags' : file;
  if (strangers.length === 0) return { name, state: 'good', detail };
  return {
    name,
    state: 'warning',
    detail: `${strangers.join(', ')} is no setting`,
    advice: 'see `tallymark config`',
  };
}

/** Nothing where no broker is configured. */
async function lookAtKafka(settings: Settings): Promise<ExaminedKafka | undefined> {
  if (settings.kafka.brokers.length === 0) return undefined;
  const { examineKafka } = await import('./check-kafka.ts');
  return await examineKafka(settings);
}

/** A store that is not there yet is no fault; one that cannot be opened is the only finding of itself. */
async function checkStore(settings: Settings, group: ExaminedKafka['group']): Promise<Finding[]> {
  const { existsSync } = await import('node:fs');
  const { join } = await import('node:path');
  if (settings.clickhouse.url === undefined && !existsSync(join(settings.data, 'store.json'))) {
    return [
      {
        name: 'store',
        state: 'warning',
        detail: `none in ${settings.data} yet`,
        advice: '`tallymark replay PATH…` makes one',
      },
    ];
  }
  const { examineStore } = await import('./check-store.ts');
  return await examineStore(settings, group);
}

const signs = { good: '✓', warning: '!', bad: '✗' } as const;

function describe({ name, state, detail, advice }: Finding): string {
  const todo = advice === undefined ? '' : `${' '.repeat(20)}${advice}\n`;
  return `  ${signs[state]} ${name.padEnd(15)} ${detail}\n${todo}`;
}
