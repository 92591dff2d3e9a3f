import type { Configuration } from '../../shared/config.ts';
import { drawTable } from '../../shared/terminal/table.ts';
import type { Command } from '../command.ts';
import { configurationOf } from '../configuration.ts';
import { isContent } from '../read-pem.ts';
import { withoutAccount } from '../without-account.ts';

/** `tallymark config`: the effective configuration, the origin of each value, secrets hidden. */
export const config: Command = {
  description:
    'Prints the effective configuration and where each value comes from: tallymark.yaml, overridden by TALLYMARK_* ' +
    'variables, overridden by flags. Secrets are hidden.',
  options: [],
  examples: ['tallymark config', 'TALLYMARK_COUNTRY_FROM=log tallymark config --json'],
  async run(invocation) {
    const configuration = await configurationOf(invocation);
    const { secretKeys, variableOf } = await import('../../shared/config.ts');
    const settings = flatten(configuration.settings).map(([key, value]) => ({
      key,
      value: secretKeys.includes(key) ? '(hidden)' : shown(value),
      origin: describeOrigin(configuration, key, variableOf(listOf(key))),
    }));
    const { terminal, flags } = invocation;
    if (flags.json === true) {
      terminal.out(`${JSON.stringify({ file: configuration.file ?? null, settings }, null, 2)}\n`);
    } else {
      const rows = settings.map(({ key, value, origin }) => [key, String(value), origin]);
      terminal.out(drawTable([{ title: 'setting' }, { title: 'value' }, { title: 'from' }], rows, 1000));
    }
    for (const name of configuration.strangers)
      terminal.err(`note: ${name} is no setting of Tallymark; ignored\n`);
    return 0;
  },
};

type Value = string | number | boolean;

function shown(value: Value): Value {
  if (typeof value !== 'string') return value;
  return isContent(value) ? '(hidden)' : withoutAccount(value, '(hidden)');
}

/** `{ clickhouse: { url } }` → `['clickhouse.url', …]`; lists by their position. */
function flatten(value: unknown, key = ''): [string, Value][] {
  if (typeof value !== 'object' || value === null) return value === undefined ? [] : [[key, value as Value]];
  const join = (part: string) => (key === '' ? part : `${key}.${part}`);
  return Object.entries(value).flatMap(([part, inner]) => flatten(inner, join(part)));
}

function describeOrigin({ origins, file }: Configuration, key: string, variable: string): string {
  switch (origins.get(key) ?? origins.get(listOf(key)) ?? 'default') {
    case 'file':
      return file ?? 'file';
    case 'environment':
      return variable;
    case 'flag':
      return 'flag';
    case 'default':
      return 'default';
  }
}

/** A list has one origin: `kafka.brokers.1` that of `kafka.brokers`, `registries.0.name` that of `registries`. */
function listOf(key: string): string {
  return key.replace(/\.\d+(\..*)?$/, '');
}
