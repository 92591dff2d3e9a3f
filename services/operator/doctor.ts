import type { Settings } from '../../shared/config.ts';
import type { Command } from '../command.ts';
import { configurationOf } from '../configuration.ts';
import { checkCountryData, checkDisk, checkFolder, checkNode, type Finding } from './check-machine.ts';

/** `tallymark doctor`: looks at machine, configuration, country data and store, and says what to do. */
export const doctor: Command = {
  description:
    'Checks that everything is in order: Node, configuration, data folder and disk, country data, the store and its self-test, ' +
    'batches left undone.',
  options: [],
  examples: ['tallymark doctor', 'tallymark doctor --clickhouse https://clickhouse:8443 --json'],
  async run(invocation) {
    const { terminal, flags } = invocation;
    const configuration = await configurationOf(invocation);
    const { settings, file, strangers } = configuration;
    const findings: Finding[] = [
      checkNode(),
      checkConfiguration(file, strangers),
      ...(settings.clickhouse.url === undefined
        ? [await checkFolder(settings.data), await checkDisk(settings.data)]
        : []),
      await checkCountryData(settings),
      ...(await checkStore(settings)),
    ];
    const ok = findings.every(({ state }) => state !== 'bad');
    if (flags.json === true) terminal.out(`${JSON.stringify({ ok, checks: findings })}\n`);
    else for (const finding of findings) terminal.out(describe(finding));
    return ok ? 0 : 1;
  },
};

function checkConfiguration(file: string | undefined, strangers: readonly string[]): Finding {
  const name = 'configuration';
  const detail = file === undefined ? 'no file; defaults, variables and flags' : file;
  if (strangers.length === 0) return { name, state: 'good', detail };
  return {
    name,
    state: 'warning',
    detail: `${strangers.join(', ')} is no setting`,
    advice: 'see `tallymark config`',
  };
}

/** A store that is not there yet is no fault; one that cannot be opened is the only finding of itself. */
async function checkStore(settings: Settings): Promise<Finding[]> {
  const { existsSync } = await import('node:fs');
  const { join } = await import('node:path');
  if (settings.clickhouse.url === undefined && !existsSync(join(settings.data, 'store.json'))) {
    return [
      {
        name: 'store',
        state: 'warning',
        detail: `none in ${settings.data} yet`,
        advice: '`tallymark replay PATH…` makes one',
      },
    ];
  }
  const { examineStore } = await import('./check-store.ts');
  return await examineStore(settings);
}

const signs = { good: '✓', warning: '!', bad: '✗' } as const;

function describe({ name, state, detail, advice }: Finding): string {
  const todo = advice === undefined ? '' : `${' '.repeat(20)}${advice}\n`;
  return `  ${signs[state]} ${name.padEnd(15)} ${detail}\n${todo}`;
}
