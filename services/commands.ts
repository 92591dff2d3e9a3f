import type { CommandEntry } from './command.ts';

/** The commands that work, in the order of `tallymark --help`. */
export const commands: readonly CommandEntry[] = [
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
