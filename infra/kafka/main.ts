import { parseArgs } from 'node:util';
import { whatIsMissing } from './fetch-jars.ts';
import { isFree } from './free-port.ts';
import { startBrokers } from './start-brokers.ts';

/** `npm run kafka`: a real Kafka for trying things out, until Ctrl-C. */
const help = `npm run kafka [-- --nodes N] [--port P] [--data DIR]

Starts a real Kafka on this machine for trying things out, and runs until Ctrl-C.
Needs Java 17 or later, and Maven for the first time: it fetches the jars.

  --nodes <n>   brokers, 1 to 3 (default 1)
  --port <p>    of the first broker, the next ones follow (default 9092)
  --data <dir>  keeps the data there (default: a temporary folder, removed at the end)
`;

try {
  await main();
} catch (error) {
  process.stderr.write(`error: ${(error as Error).message}\n`);
  process.exitCode = isUsage(error) ? 2 : 1;
}

/** Wrong flags, for which commands of Tallymark end with 2. */
function isUsage(error: unknown): boolean {
  return error instanceof RangeError || /^ERR_PARSE_ARGS/.test((error as NodeJS.ErrnoException).code ?? '');
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      nodes: { type: 'string', default: '1' },
      port: { type: 'string', default: '9092' },
      data: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const nodes = wholeNumber('--nodes', values.nodes, 3);
  const port = wholeNumber('--port', values.port, 65_533);
  const missing = whatIsMissing();
  if (missing !== undefined) throw new Error(missing);
  for (let taken = port; taken < port + nodes; taken++) {
    if (!(await isFree(taken)))
      throw new Error(`port ${taken} is in use; end what listens there, or give --port`);
  }
  const stopped = untilStopped();
  process.stderr.write('starting Kafka…\n');
  await using running = await startBrokers({
    nodes,
    port,
    optimised: true,
    ...(values.data !== undefined && { folder: values.data }),
  });
  process.stdout.write(`${nextSteps(running.brokers.join(','))}\n`);
  await stopped;
  process.stderr.write('stopping Kafka…\n');
}

function wholeNumber(flag: string, text: string, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new RangeError(`${flag} ${text}: a whole number from 1 to ${most}`);
  return value;
}

/** The three commands to type next, in another terminal. */
function nextSteps(brokers: string): string {
  return [
    `Kafka answers at ${brokers} until Ctrl-C. In another terminal:`,
    '',
    `  npx tallymark ship /var/log/nginx/access.log --once --brokers ${brokers}`,
    `  npx tallymark ingest --once --brokers ${brokers}`,
    '  npx tallymark query --exact --by project',
  ].join('\n');
}

/** Resolves at the first Ctrl-C or SIGTERM; a second one ends at once. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}
