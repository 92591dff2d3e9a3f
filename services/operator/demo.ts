import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { dayAt, isoDay } from '../../shared/days.ts';
import { formatCount, formatDuration } from '../../shared/terminal/numbers.ts';
import { type Command, CommandError, type ExitCode, type Invocation } from '../command.ts';
import { demoProjects } from './demo-registry.ts';
import { runCommand } from './run-command.ts';

/** The values of `demo`'s flags. */
interface DemoFlags {
  readonly port: number;
  readonly once?: boolean;
}

const days = 60;
/** Any number does; the same makes the same registry. */
const seed = 20_130_307;
/** What a demo's store is recognised by, beside the store's own mark. */
const mark = 'demo.json';

/** `tallymark demo`: a small registry's logs through the real commands, each in a process of its own, over one store. */
export const demo: Command<DemoFlags> = {
  description:
    `Makes up ${days} days of logs of a small registry, up to yesterday, counts and releases them with the real commands, shows the ` +
    'top projects and one project by country, then serves API and page until Ctrl-C. The store is in a temporary folder and ' +
    'removed at the end, unless --data names one.',
  options: [
    { flags: '--data <dir>', description: 'keep the store in this folder; a second run adds nothing to it' },
    { flags: '--port <n>', description: 'where to serve (0: any free port)', is: 'port', default: 0 },
    { flags: '--once', description: 'do not serve' },
  ],
  examples: ['tallymark demo', 'tallymark demo --data ./demo-data --port 8080'],
  async run(invocation) {
    if (invocation.flags.clickhouse !== undefined) {
      throw new CommandError(2, 'the demo does not count into a server', 'give it a folder: --data DIR');
    }
    const kept = invocation.flags.data;
    const data = resolve(kept ?? (await mkdtemp(join(tmpdir(), 'tallymark-demo-'))));
    try {
      return await runDemo(invocation, data);
    } finally {
      if (kept === undefined) await rm(data, { recursive: true, force: true });
    }
  },
};

async function runDemo(invocation: Invocation<DemoFlags>, data: string): Promise<ExitCode> {
  const { flags, terminal } = invocation;
  const run = stepRunner(invocation, data);
  const lastDay = await openDemoStore(data);
  const replay = await countLogs(invocation, lastDay, run);
  const release = await run(['release', '--profile', 'exact', '--through', lastDay]);
  const projects = await run(['query', '--exact', '--by', 'project', '--limit', '10']);
  const countries = await run(['query', demoProjects[1].name, '--exact', '--by', 'country', '--limit', '10']);
  if (flags.json === true)
    terminal.out(`${JSON.stringify({ data, replay, release, projects, countries })}\n`);
  if (flags.once !== true) await serveDemo(invocation, data);
  return 0;
}

/** Runs one of the real commands over the demo's store and answers its JSON where that was asked for. Throws `CommandError` where it fails. */
type StepRunner = (args: readonly string[]) => Promise<unknown>;

function stepRunner(
  { program, env, signal, terminal, flags }: Invocation<DemoFlags>,
  data: string,
): StepRunner {
  const json = flags.json === true;
  return async (args) => {
    if (!json) terminal.out(`\n$ tallymark ${args.map(shownWord).join(' ')}\n`);
    let output = '';
    const onOutput = (text: string) => {
      if (json) output += text;
      else terminal.out(text);
    };
    const asked = [...args, '--data', data, ...(json ? ['--json'] : [])];
    const exit = await runCommand(asked, {
      program,
      folder: data,
      env: withoutSettings(env),
      signal,
      onOutput,
    });
    signal.throwIfAborted();
    if (exit !== 0) throw new CommandError(1, `the demo stops: tallymark ${args[0]} failed`);
    return json ? JSON.parse(output) : undefined;
  };
}

async function serveDemo(
  { program, env, signal, terminal, flags }: Invocation<DemoFlags>,
  data: string,
): Promise<void> {
  const write = flags.json === true ? terminal.err : terminal.out;
  const args = ['serve', '--port', String(flags.port), '--data', data];
  const onOutput = (text: string) => write(`\n${text}Ctrl-C ends it.\n`);
  const exit = await runCommand(args, { program, folder: data, env: withoutSettings(env), signal, onOutput });
  if (exit !== 0 && !signal.aborted) throw new CommandError(1, 'the demo stops: tallymark serve failed');
}

/** The demo is the same whatever the operator has configured. */
function withoutSettings(env: Invocation['env']): Invocation['env'] {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('TALLYMARK_')));
}

/** The made-up logs lie in a temporary folder, whose name says nothing. */
function shownWord(word: string): string {
  return word.startsWith(tmpdir()) ? 'logs/' : word;
}

/** The store's last day: yesterday for a new one; one that is there keeps its own, since other days would be other logs. */
async function openDemoStore(data: string): Promise<string> {
  const file = join(data, mark);
  if (existsSync(file)) return (JSON.parse(await readFile(file, 'utf8')) as { last_day: string }).last_day;
  const { createDurably, openDataFolder } = await import('../../shared/clickhouse/data-folder.ts');
  await openDataFolder(data);
  if (!(await readdir(data)).every((name) => unused.test(name))) {
    throw new CommandError(2, `${data} holds other counts`, 'give the demo a folder of its own, or none');
  }
  const yesterday = isoDay(dayAt(Date.now()) - 1);
  await createDurably(data, mark, Buffer.from(`${JSON.stringify({ last_day: yesterday })}\n`));
  return yesterday;
}

/** What a store's folder has before anything is counted; a demo that was killed there is gone on with. */
const unused = /^(lost\+found|(store|demo)\.json(\.[0-9a-f-]{36})?)$/;

async function countLogs(
  { terminal, flags }: Invocation<DemoFlags>,
  lastDay: string,
  run: StepRunner,
): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'tallymark-demo-logs-'));
  try {
    const start = performance.now();
    const { openCountryDatabase } = await import('../../shared/geo/open-country-database.ts');
    const { countries } = await import('../../shared/geo/countries.ts');
    const { writeDemoLogs } = await import('./write-demo-logs.ts');
    const { countryOf } = openCountryDatabase();
    const logs = await writeDemoLogs({
      folder,
      lastDay,
      days,
      seed,
      countryOf(address) {
        const bytes = Buffer.from(address);
        return countries[countryOf(bytes, 0, bytes.length)];
      },
    });
    const seconds = formatDuration((performance.now() - start) / 1000);
    const made = `Made up ${formatCount(logs.lines)} log lines of ${days} days in ${seconds}.\n`;
    if (flags.json === true) terminal.err(made);
    else terminal.out(made);
    return await run(['replay', folder]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
