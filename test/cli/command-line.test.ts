import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { commands } from '../../services/commands.ts';
import { built, runCli } from './run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'tallymark-cli-'));
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

beforeAll(() => built());

interface Case {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly exit: number;
  readonly stdout?: RegExp;
  readonly stderr?: RegExp;
}

const nothing = /^$/;

const cases: readonly Case[] = [
  { name: 'help', args: ['--help'], exit: 0, stdout: /Usage: tallymark <command>/, stderr: nothing },
  { name: 'version', args: ['--version'], exit: 0, stdout: /^\d+\.\d+\.\d+\n$/, stderr: nothing },
  {
    name: 'help of a command by its word',
    args: ['help', 'config'],
    exit: 0,
    stdout: /Usage: tallymark config/,
  },
  { name: 'no command', args: [], exit: 2, stdout: nothing, stderr: /no command\n {2}tallymark --help/ },
  { name: 'an unknown command', args: ['confg'], exit: 2, stdout: nothing, stderr: /did you mean config\?/ },
  {
    name: 'an unknown flag',
    args: ['config', '--jsn'],
    exit: 2,
    stdout: nothing,
    stderr: /did you mean --json\?/,
  },
  { name: 'a flag without its value', args: ['config', '--data'], exit: 2, stderr: /argument missing/ },
  { name: 'a flag before the command', args: ['--json', 'config'], exit: 2, stderr: /flags come after/ },
  { name: 'an operand too many', args: ['config', 'x'], exit: 2, stderr: /too many arguments/ },
  ...['257', '999999999', '-1', 'x', '1.5'].map((workers) => ({
    name: `${workers} threads`,
    args: ['replay', 'access.log', `--workers=${workers}`],
    exit: 2,
    stdout: nothing,
    stderr: /--workers is '.*'\n {2}allowed: 0 to 256/,
  })),
  {
    name: 'two stores',
    args: ['config', '--data', 'a', '--clickhouse', 'http://b'],
    exit: 2,
    stderr: /two stores/,
  },
  {
    name: 'a missing configuration',
    args: ['config', '--config', '/nowhere.yaml'],
    exit: 2,
    stderr: /nowhere.yaml.*ENOENT/,
  },
  {
    name: 'a configuration that is not YAML',
    args: ['config', '--config', file('broken.yaml', 'a: [')],
    exit: 2,
    stderr: /broken.yaml, line 1: not YAML/,
  },
  {
    name: 'a setting that is none',
    args: ['config', '--config', file('unknown.yaml', 'contry_from: log\n')],
    exit: 2,
    stderr: /unknown.yaml: contry_from is no setting; allowed: .*country_from/,
  },
  {
    name: 'a value that is not allowed',
    args: ['config', '--config', file('value.yaml', 'country_from: map\n')],
    exit: 2,
    stderr: /value.yaml: country_from: allowed: database, log/,
  },
  {
    name: 'a value of a variable that is not allowed',
    args: ['config'],
    env: { TALLYMARK_COUNTRY_FROM: 'map' },
    exit: 2,
    stderr: /TALLYMARK_COUNTRY_FROM: allowed: database, log/,
  },
  {
    name: 'a registry of an unknown layout',
    args: ['config', '--config', file('layout.yaml', 'registries: [{ name: a, layout: pipy }]\n')],
    exit: 2,
    stderr: /registries\.0\.layout: allowed: .*pypi/,
  },
];

describe('command line', () => {
  for (const { name, args, env, exit, stdout, stderr } of cases) {
    test(`${name} exits ${exit}`, async () => {
      const ran = await runCli(args, { env: env ?? {} });
      expect(ran.stdout).toMatch(stdout ?? /(?:)/);
      expect(ran.stderr).toMatch(stderr ?? /(?:)/);
      expect(ran.exit).toBe(exit);
    });
  }

  test('--help lists every command with its summary', async () => {
    const { stdout } = await runCli(['--help']);
    for (const { name, summary } of commands)
      expect(stdout.replace(/\s+/g, ' ')).toContain(`${name} ${summary}`.replace(/\s+/g, ' '));
  });

  test.each(commands.map(({ name }) => name))(
    '%s --help has an example and loads nothing heavy',
    async (name) => {
      const ran = await runCli([...name.split(' '), '--help'], { env: { NODE_DEBUG: 'esm' } });
      expect(ran.exit).toBe(0);
      expect(ran.stdout).toMatch(new RegExp(`Usage: tallymark ${name}`));
      expect(ran.stdout).toMatch(/Examples?:\n {2}\$ .*tallymark/);
      const loaded = ran.stderr.match(/node_modules\/(@[\w.-]+\/)?[\w.-]+/g) ?? [];
      expect([...new Set(loaded)].filter((module) => module !== 'node_modules/commander')).toEqual([]);
    },
  );
});
