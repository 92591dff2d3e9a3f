import { drawTable } from '../../shared/terminal/table.ts';
import type { Command } from '../command.ts';

/** `tallymark formats`: the log formats, layouts and rule sets that `replay` knows. */
export const formatsCommand: Command = {
  description:
    'Lists the log formats, the layouts (URL shapes of registries) and the rule sets (what counts as a download). ' +
    'All formats but json are detected, and so are layouts.',
  options: [],
  examples: ['tallymark formats', 'tallymark formats test /var/log/nginx/access.log'],
  async run({ terminal, flags }) {
    const { formats } = await import('../../shared/formats/registry.ts');
    const { layouts } = await import('../../shared/layouts/registry.ts');
    const { ruleSets } = await import('../../shared/rules/rule-sets.ts');
    if (flags.json === true) {
      const listed = {
        formats: formats.map(({ name, description, sample, fields }) => ({
          name,
          description,
          sample,
          fields,
        })),
        layouts: layouts.map(({ name, description, sample }) => ({ name, description, sample })),
        rules: ruleSets,
      };
      terminal.out(`${JSON.stringify(listed, null, 2)}\n`);
      return 0;
    }
    const described = (
      title: string,
      rows: readonly { readonly name: string; readonly description: string }[],
    ) =>
      drawTable(
        [{ title }, { title: '' }],
        rows.map(({ name, description }) => [name, description]),
        1000,
      );
    const rules = ruleSets.map((rules) => ({ name: rules.name, description: describeRules(rules) }));
    terminal.out(
      `${described('format', formats)}\n${described('layout', layouts)}\n${described('rules', rules)}`,
    );
    terminal.out('\nHow a file is read, line by line:\n  tallymark formats test FILE\n');
    return 0;
  },
};

type RuleSet = typeof import('../../shared/rules/rule-sets.ts')['ruleSets'][number];

/** `GET, 200 and 206 from byte 0; any artifact; any client`. */
function describeRules(rules: RuleSet): string {
  const partial = { always: ', 206', never: '', 'from-start': ', 206 from byte 0' }[rules.partial];
  const statuses = `200${partial}${rules.notModified ? ', 304' : ''}`;
  const methods = rules.methods === 'any' ? 'any method' : rules.methods.join(' ');
  const files = typeof rules.files === 'string' ? rules.files.replaceAll('-', ' ') : rules.files.join(' ');
  const clients = {
    any: 'any client',
    'not-ignored': "all but PyPI's ignore list",
    'cargo-or-none': 'cargo or no user agent',
  };
  const since = rules.since === undefined ? '' : ` (since ${rules.since})`;
  return `${methods}; ${statuses}; ${files}; ${clients[rules.clients]}${since}`;
}
