import { dayAt, isoDay } from '../../shared/days.ts';
import type { Command } from '../command.ts';
import { configurationOf } from '../configuration.ts';
import { fetchedCountryDatabase } from '../country-database.ts';

/** The values of `geo update`'s flags. */
interface UpdateFlags {
  readonly from?: string;
}

/** `tallymark geo update`: newer country data; what runs takes it up by itself. */
export const geoUpdate: Command<UpdateFlags> = {
  description:
    'Takes a newer country database into the data folder, checked and in one step; running processes take it up. A corrupt or older ' +
    "one is refused and the old one stays. Without --from, the installed npm package's (after npm update).",
  options: [
    {
      flags: '--from <url>',
      description: 'address or path of a MaxMind or DB-IP country file, .mmdb or .gz',
    },
  ],
  examples: [
    'tallymark geo update',
    'tallymark geo update --from https://download.db-ip.com/free/dbip-country-lite-2026-11.mmdb.gz',
  ],
  async run(invocation) {
    const { flags, signal, terminal } = invocation;
    const { settings } = await configurationOf(invocation);
    const { openDataFolder } = await import('../../shared/clickhouse/data-folder.ts');
    const { isStale } = await import('../../shared/geo/open-country-database.ts');
    const { updateCountryDatabase } = await import('../../shared/geo/update-country-database.ts');
    // So that the folder is known as ours when a store is made in it.
    await openDataFolder(settings.data);
    const { outcome, path, database } = await updateCountryDatabase({
      path: fetchedCountryDatabase(settings),
      ...(flags.from !== undefined && { from: flags.from }),
      signal,
    });
    const { buildDate, description, attribution } = database;
    const today = isoDay(dayAt(Date.now()));
    const ageDays = database.ageDays(today);
    if (isStale(database, today))
      terminal.err(`note: this data is ${ageDays} days old; give newer with --from\n`);
    if (flags.json === true) {
      const answer = {
        outcome,
        path,
        build: buildDate,
        age_days: ageDays,
        description,
        attribution: attribution ?? null,
      };
      terminal.out(`${JSON.stringify(answer)}\n`);
      return 0;
    }
    terminal.out(
      `${outcomes[outcome]}: ${description}, built ${buildDate} (${ageDays} days ago)\n  ${path}\n`,
    );
    if (attribution !== undefined) terminal.out(`  ${attribution.text}, ${attribution.url}\n`);
    if (settings.geo_db !== undefined)
      terminal.err(`note: the configuration names another file, ${settings.geo_db}, which is used\n`);
    return 0;
  },
};

const outcomes = {
  updated: 'Country data updated',
  same: 'Country data is up to date',
  older: 'What is there is newer, and stays',
} as const;
