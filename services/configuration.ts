import type { Configuration } from '../shared/config.ts';
import { CommandError, type Invocation } from './command.ts';

/** The effective configuration of an invocation; flags of a command's own are given by their key. Throws `ConfigError`. */
export async function configurationOf(
  { flags, env }: Invocation,
  own: Readonly<Record<string, string | undefined>> = {},
): Promise<Configuration> {
  if (flags.data !== undefined && flags.clickhouse !== undefined) {
    throw new CommandError(2, '--data and --clickhouse name two stores', 'give one of them');
  }
  const { readConfiguration } = await import('../shared/config.ts');
  return await readConfiguration({
    file: flags.config,
    env,
    flags: {
      data: flags.data,
      'clickhouse.url': flags.clickhouse,
      'clickhouse.store_key_file': flags.storeKeyFile,
      ...own,
    },
  });
}
