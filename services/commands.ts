import type { CommandEntry } from './command.ts';

/** The commands that work, in the order of `tallymark --help`. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'demo',
    summary: "make up a registry's logs, count them, show and serve the numbers",
    group: 'Start',
    load: async () => (await import('./operator/demo.ts')).demo,
  },
  {
    name: 'up',
    summary: 'watch log folders, count what comes, release and serve: all in one',
    group: 'Start',
    load: async () => (await import('./operator/up.ts')).up,
  },
  {
    name: 'replay',
    summary: 'count archived logs, each line once',
    group: 'Count',
    load: async () => (await import('./replay/command.ts')).replayCommand,
  },
  {
    name: 'ingest',
    summary: 'count the lines of a Kafka topic, each once',
    group: 'Count',
    load: async () => (await import('./ingester/command.ts')).ingestCommand,
  },
  {
    name: 'recount',
    summary: 'count days again by other rules, and enter the difference',
    group: 'Count',
    load: async () => (await import('./replay/recount-command.ts')).recount,
  },
  {
    name: 'ship',
    summary: 'take growing or archived logs to Kafka',
    group: 'Count',
    load: async () => (await import('./collector/command.ts')).ship,
  },
  {
    name: 'query',
    summary: 'show downloads as bars, JSON or CSV',
    group: 'Ask',
    load: async () => (await import('./operator/query.ts')).query,
  },
  {
    name: 'audit',
    summary: 'check that the books balance',
    group: 'Look after',
    load: async () => (await import('./operator/audit.ts')).audit,
  },
  {
    name: 'doctor',
    summary: 'check machine, configuration, country data and store',
    group: 'Look after',
    load: async () => (await import('./operator/doctor.ts')).doctor,
  },
  {
    name: 'release',
    summary: 'publish countries and clients of the days that are due, each once',
    group: 'Publish',
    load: async () => (await import('./publisher/command.ts')).release,
  },
  {
    name: 'serve',
    summary: 'serve API and pages',
    group: 'Publish',
    load: async () => (await import('./api/command.ts')).serve,
  },
  {
    name: 'formats',
    summary: 'list log formats, registry layouts and rule sets',
    group: 'Look after',
    load: async () => (await import('./operator/formats.ts')).formatsCommand,
  },
  {
    name: 'formats test',
    summary: 'show how the lines of a file are read, and what is kept of them',
    group: 'Look after',
    load: async () => (await import('./replay/formats-test.ts')).formatsTest,
  },
  {
    name: 'geo update',
    summary: 'take newer country data',
    group: 'Look after',
    load: async () => (await import('./operator/geo-update.ts')).geoUpdate,
  },
  {
    name: 'migrate',
    summary: "bring the store's tables to this version's",
    group: 'Look after',
    load: async () => (await import('./operator/migrate.ts')).migrate,
  },
  {
    name: 'config',
    summary: 'print the effective configuration and where each value comes from',
    group: 'Look after',
    load: async () => (await import('./operator/config.ts')).config,
  },
  {
    name: 'complete',
    summary: 'print shell completion for bash, zsh or fish',
    group: 'Look after',
    load: async () => (await import('./operator/complete.ts')).complete,
  },
];
