import type { Settings } from '../shared/config.ts';
import type { Registry } from '../shared/count/counted-batch.ts';
import { defaultRulesName } from '../shared/rules/rule-sets.ts';
import { CommandError } from './command.ts';

/**
 * The registries of the configuration, or the one that `--registry` names; undefined where none are configured, so that the
 * layout is detected. Throws `CommandError` for a name that is not among them.
 */
export function configuredRegistries(
  { registries }: Settings,
  name: string | undefined,
): readonly Registry[] | undefined {
  if (registries.length === 0) return undefined;
  const named = registries.filter((registry) => name === undefined || registry.name === name);
  if (named.length === 0) {
    const names = registries.map((registry) => registry.name).join(', ');
    throw new CommandError(2, `no registry ${name} in the configuration`, `there are: ${names}`);
  }
  return named.map(({ rules, host, prefix, pattern, ...registry }) => ({
    ...registry,
    rules: rules ?? defaultRulesName,
    ...(host !== undefined && { host }),
    ...(prefix !== undefined && { prefix }),
    ...(pattern !== undefined && { pattern }),
  }));
}
