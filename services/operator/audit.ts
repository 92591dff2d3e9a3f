import type { Command, ExitCode, Invocation } from '../command.ts';
import { configurationOf } from '../configuration.ts';
import { describeStore, openStore } from '../open-store.ts';

/** `tallymark audit`: whether the books balance, and where they do not. */
export const audit: Command = {
  description:
    'Reads all of the books and checks that they balance: every line read is counted or dropped, every batch is there once, no range of ' +
    'a log is counted twice, and what was downloaded by country, version and so on adds up.',
  options: [],
  examples: ['tallymark audit', 'tallymark audit --json'],
  async run(invocation) {
    const { settings } = await configurationOf(invocation);
    const { auditBooks } = await import('../../shared/store/audit-books.ts');
    await using store = await openStore(settings, 'read');
    const found = await auditBooks(store);
    if (invocation.flags.json === true) invocation.terminal.out(`${JSON.stringify(found)}\n`);
    else print(invocation, found, describeStore(settings));
    return (found.ok ? 0 : 1) satisfies ExitCode;
  },
};

type Audit = Awaited<ReturnType<typeof import('../../shared/store/audit-books.ts')['auditBooks']>>;

function print({ terminal }: Invocation, { ok, checks }: Audit, store: string): void {
  for (const check of checks) {
    terminal.out(`  ${check.ok ? '✓' : '✗'} ${check.name}\n`);
    for (const example of check.examples) terminal.out(`      ${example}\n`);
  }
  const advice =
    'Keep the store as it is, and report these lines; `tallymark recount DAY --from PATH…` mends a day from its files.';
  terminal.out(
    ok ? `\nThe books of ${store} balance.\n` : `\nThe books of ${store} do not balance. ${advice}\n`,
  );
}
