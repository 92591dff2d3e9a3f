import { CommanderError, Option, Command as Parser } from 'commander';
import { parseDay } from '../shared/days.ts';
import { didYouMean } from '../shared/terminal/nearest.ts';
import {
  type Command,
  type CommandEntry,
  CommandError,
  type CommandOption,
  type CommonFlags,
  commandGroups,
} from './command.ts';

/** What a command line asks for: a text to print (help, version), or a command to run. */
export type Parsed =
  | { readonly print: string }
  | { readonly command: Command; readonly operands: readonly string[]; readonly flags: CommonFlags };

interface Surroundings {
  readonly commands: readonly CommandEntry[];
  readonly version: string;
  /** Columns for help texts. */
  readonly width: number;
}

/** Flags of every command. */
const commonOptions: readonly CommandOption[] = [
  { flags: '--data <dir>', description: 'the embedded store (default: ./tallymark-data)' },
  { flags: '--clickhouse <url>', description: 'a ClickHouse server instead of --data' },
  { flags: '--store-key-file <file>', description: "the key of a server's store" },
  { flags: '--registry <name>', description: 'which registry, where there are several' },
  { flags: '--config <file>', description: 'configuration (default: ./tallymark.yaml, where there is one)' },
  { flags: '--json', description: 'answer in JSON' },
];

const commonGroup = 'Of every command:';

/** Reads the arguments after `tallymark`. Throws `CommandError` 2, with the nearest name, for what it does not know. */
export async function parseCommandLine(argv: readonly string[], around: Surroundings): Promise<Parsed> {
  const args = argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv;
  if (args[0] === '--version' || args[0] === '-V') return { print: `${around.version}\n` };
  if (args[0] === '--help' || args[0] === '-h') return { print: rootHelp(around) };
  const entry = findEntry(args, around.commands);
  const command = await entry.load();
  const parser = commandParser(entry, command, around);
  try {
    parser.parse(args.slice(entry.name.split(' ').length), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return { print: commandHelp(parser, command) };
    throw usageError(error, entry.name);
  }
  const flags = await checkedFlags(command.options, parser.opts());
  return { command, operands: parser.args, flags };
}

function rootHelp({ commands, width }: Surroundings): string {
  const root = new Parser('tallymark')
    .usage('<command> [options]')
    .description('Counts the downloads of a package registry and forgets who downloaded.')
    .option('--version', 'print the version')
    .helpOption('--help', 'this; `tallymark <command> --help` for one command')
    .helpCommand(false)
    .configureHelp({ helpWidth: width, subcommandTerm: (entry) => entry.name() })
    .configureOutput({ getOutHelpWidth: () => width });
  for (const group of commandGroups) {
    for (const entry of commands.filter((entry) => entry.group === group)) {
      root.addCommand(new Parser(entry.name).summary(entry.summary).helpGroup(`${group}:`));
    }
  }
  return `${root.helpInformation()}\nStart with:\n  $ tallymark demo\n  $ tallymark replay /var/log/nginx/*.gz\n`;
}

/** The longest name that the arguments begin with. */
function findEntry(args: readonly string[], commands: readonly CommandEntry[]): CommandEntry {
  for (const words of [2, 1]) {
    const entry = commands.find(({ name }) => name === args.slice(0, words).join(' '));
    if (entry !== undefined) return entry;
  }
  const name = args[0];
  if (name === undefined) throw new CommandError(2, 'no command', 'tallymark --help lists them');
  if (name.startsWith('-'))
    throw new CommandError(2, 'flags come after the command', 'tallymark --help lists the commands');
  const family = commands.filter((entry) => entry.name.startsWith(`${name} `)).map((entry) => entry.name);
  if (family.length > 0)
    throw new CommandError(2, `${name} what?`, family.map((member) => `tallymark ${member}`).join(', '));
  const names = commands.map((entry) => entry.name);
  throw new CommandError(
    2,
    `unknown command '${name}'`,
    didYouMean(name, names) ?? 'tallymark --help lists them',
  );
}

function commandParser(entry: CommandEntry, command: Command, { width }: Surroundings): Parser {
  const parser = new Parser(`tallymark ${entry.name}`)
    .description(command.description)
    .addHelpOption(new Option('--help', 'this').helpGroup(commonGroup))
    .exitOverride()
    .configureOutput({ writeOut: () => {}, writeErr: () => {}, getOutHelpWidth: () => width });
  if (command.operands !== undefined) {
    for (const operand of command.operands.split(' ')) parser.argument(operand);
  }
  const own = command.options.map(({ flags }) => flags.split(' ')[0]);
  for (const option of command.options) parser.addOption(parserOption(option).helpGroup('Options:'));
  for (const option of commonOptions.filter(({ flags }) => !own.includes(flags.split(' ')[0]))) {
    parser.addOption(parserOption(option).helpGroup(commonGroup));
  }
  return parser;
}

function parserOption(option: CommandOption): Option {
  const choices = Array.isArray(option.choices) ? `: ${option.choices.join(', ')}` : '';
  const parsed = new Option(option.flags, option.description + choices);
  if (option.default !== undefined) parsed.default(option.default);
  if (option.repeatable === true) {
    parsed.argParser((value, before: readonly string[] | undefined) => [...(before ?? []), value]);
  }
  return parsed;
}

function commandHelp(parser: Parser, command: Command): string {
  const label = command.examples.length === 1 ? 'Example' : 'Examples';
  return `${parser.helpInformation()}\n${label}:\n${command.examples.map((line) => `  $ ${line}\n`).join('')}`;
}

/** Commander's own words (they name the flag and the nearest one), in our form. */
function usageError(error: CommanderError, command: string): CommandError {
  const [message, hint] = error.message.replace(/^error: /, '').split('\n');
  const advice = hint?.replace(/^\(Did you mean (.*)\?\)$/, 'did you mean $1?');
  return new CommandError(
    2,
    message ?? 'wrong usage',
    advice ?? `tallymark ${command} --help shows its flags`,
  );
}

/** Values as their options say they are. */
async function checkedFlags(
  options: readonly CommandOption[],
  given: Record<string, unknown>,
): Promise<CommonFlags> {
  const checked: Record<string, unknown> = { ...given };
  for (const option of options) {
    const parsed = new Option(option.flags);
    const key = parsed.attributeName();
    const value = given[key];
    if (typeof value !== 'string') continue;
    checked[key] = await checkedValue(option, parsed.long ?? option.flags, value);
  }
  return checked;
}

/** More than a large machine has cores; each takes tens of megabytes, so a slip of the keyboard would take all memory. */
const mostThreads = 256;

async function checkedValue(option: CommandOption, flag: string, value: string): Promise<string | number> {
  const wrong = (allowed: string) => new CommandError(2, `${flag} is '${value}'`, `allowed: ${allowed}`);
  if (option.choices !== undefined) {
    const choices = typeof option.choices === 'function' ? await option.choices() : option.choices;
    if (!choices.includes(value)) throw wrong(choices.join(', '));
  }
  switch (option.is) {
    case undefined:
      return value;
    case 'day':
      if (parseDay(value) === undefined) throw wrong('a UTC day, YYYY-MM-DD');
      return value;
    case 'integer':
      if (!/^[1-9][0-9]{0,8}$/.test(value)) throw wrong('a whole number from 1');
      return Number(value);
    case 'threads':
      if (!/^[0-9]{1,3}$/.test(value) || Number(value) > mostThreads)
        throw wrong(`0 to ${mostThreads}; 0 counts on the main thread`);
      return Number(value);
    case 'seconds':
      if (!/^[0-9]{1,8}$/.test(value)) throw wrong('a whole number of seconds');
      return Number(value);
    case 'port':
      if (!/^[0-9]{1,5}$/.test(value) || Number(value) > 65535)
        throw wrong('0 to 65535; 0 for any free port');
      return Number(value);
    default:
      return option.is satisfies never;
  }
}
