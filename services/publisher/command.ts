import type { Database } from '../../shared/clickhouse/database.ts';
import type { ReleaseSummary } from '../../shared/store/released/release-through.ts';
import { type Command, CommandError } from '../command.ts';
import { configurationOf } from '../configuration.ts';
import { countryDatabasePath } from '../country-database.ts';
import { openStore } from '../open-store.ts';

/** The values of `release`'s flags. */
interface ReleaseFlags {
  /** `YYYY-MM-DD`; yesterday where it is not given. */
  readonly through?: string;
  readonly profile: string;
}

/** `tallymark release`: draws and publishes what is due of who downloaded, each cell once. */
export const release: Command<ReleaseFlags> = {
  description:
    'Draws and publishes the days and months that are due: country, installer, runtime, system and ci of each project. ' +
    'What is published is never drawn again, and lines that come later stay unattributed. This version publishes with the ' +
    'profile exact only: as counted, nothing is blurred, so choose it for a private mirror.',
  options: [
    {
      flags: '--through <day>',
      description: 'last UTC day to publish (default: yesterday, or the last counted day)',
      is: 'day',
    },
    {
      flags: '--profile <name>',
      description: 'how much is blurred; only exact is available',
      choices: async () => (await import('../../shared/privacy/profile.ts')).profileNames,
      default: 'standard',
    },
  ],
  examples: ['tallymark release --profile exact', 'tallymark release --through 2026-01-31 --profile exact'],
  async run(invocation) {
    const { flags, terminal, signal } = invocation;
    const { profileNamed, profileNames, ProfileUnavailable } = await import(
      '../../shared/privacy/profile.ts'
    );
    const { settings } = await configurationOf(invocation);
    const profile = await orUsageError(ProfileUnavailable, () =>
      profileNamed(profileNames.find((name) => name === flags.profile) ?? 'standard'),
    );
    // Nothing is released into a store that is not there, so this one is not made.
    await using database = await openStore(settings, 'read');
    const { dayAt, parseDay } = await import('../../shared/days.ts');
    const { releaseThrough } = await import('../../shared/store/released/release-through.ts');
    const { currentVocabularies } = await import('./current-vocabularies.ts');
    const { countryDataOf } = await import('./country-data.ts');
    const today = dayAt(Date.now());
    const common = {
      database,
      through: flags.through === undefined ? today - 1 : (parseDay(flags.through) ?? today - 1),
      today,
      profile,
      vocabularies: currentVocabularies,
      countryData: countryDataOf(countryDatabasePath(settings)),
      signal,
    };
    const summaries: ReleaseSummary[] = [];
    for (const registry of await registriesToRelease(database, flags.registry)) {
      const run = () => releaseThrough({ ...common, registry });
      summaries.push(await orUsageError(ProfileUnavailable, run));
    }
    const { summaryJson, summaryText } = await import('./summary-text.ts');
    terminal.out(
      flags.json === true
        ? `${JSON.stringify(summaryJson(profile.name, summaries))}\n`
        : summaryText(profile.name, summaries),
    );
    return 0;
  },
};

/** The registry asked for, else all that have counts. */
async function registriesToRelease(database: Database, name: string | undefined): Promise<readonly string[]> {
  const { readRegistries } = await import('../../shared/store/released/read-registry-days.ts');
  const names = (await readRegistries(database)).map(({ registry }) => registry);
  if (names.length === 0)
    throw new CommandError(1, 'nothing is counted yet', '`tallymark replay PATH…` counts logs');
  if (name === undefined) return names;
  if (names.includes(name)) return [name];
  throw new CommandError(2, `there is no registry '${name}' in the store`, `there are: ${names.join(', ')}`);
}

/** Turns an error that only other flags can put right into exit 2. */
async function orUsageError<T>(
  kind: abstract new (...args: never[]) => Error,
  run: () => T | Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof kind) throw new CommandError(2, error.message, undefined, { cause: error });
    throw error;
  }
}
