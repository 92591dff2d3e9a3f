import type { Command } from '../command.ts';
import { configurationOf } from '../configuration.ts';
import { describeStore, openStore } from '../open-store.ts';

/** `tallymark migrate`: brings the store's tables to this version's. */
export const migrate: Command = {
  description:
    "Brings the store's tables to this version's, each numbered step once. Other commands do it by themselves where they may; " +
    'a server whose users may not change tables needs this, once, with one that may.',
  options: [],
  examples: [
    'tallymark migrate',
    'tallymark migrate --clickhouse https://clickhouse:8443 --store-key-file store.key',
  ],
  async run(invocation) {
    const { settings } = await configurationOf(invocation);
    // Opening to write applies what is missing; nothing is left to do but to say so.
    await using store = await openStore(settings, 'write');
    const rows = await store.query<{ number: number; name: string }>(
      'SELECT number, any(name) AS name FROM migrations GROUP BY number ORDER BY number',
    );
    const names = rows.map(({ name }) => name);
    const { terminal, flags } = invocation;
    if (flags.json === true) terminal.out(`${JSON.stringify({ migrations: names })}\n`);
    else
      terminal.out(
        `The store ${describeStore(settings)} has all ${names.length} migrations, the last is ${names.at(-1)}.\n`,
      );
    return 0;
  },
};
