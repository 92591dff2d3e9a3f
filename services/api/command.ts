import type { Command } from '../command.ts';
import { configurationOf } from '../configuration.ts';
import { describeFailure } from '../describe-failure.ts';
import { listenError } from '../listen-error.ts';
import { openStore } from '../open-store.ts';

/** The values of `serve`'s flags. */
interface ServeFlags {
  readonly host: string;
  readonly port: number;
}

/** `tallymark serve`: API and pages, until it is told to stop. */
export const serve: Command<ServeFlags> = {
  description:
    'Serves the HTTP API and a page for each project: exact totals, and of who downloaded only what `release` has published. ' +
    'Prints its address once it answers.',
  options: [
    { flags: '--host <address>', description: 'address to listen on', default: '127.0.0.1' },
    { flags: '--port <n>', description: 'port to listen on (0: any free one)', is: 'port', default: 8080 },
  ],
  examples: ['tallymark serve', 'tallymark serve --host 0.0.0.0 --port 80'],
  async run(invocation) {
    const { flags, terminal, signal, program, version } = invocation;
    const { settings } = await configurationOf(invocation);
    await using store = await openStore(settings, 'read');
    const { startApi } = await import('./main.ts');
    await using api = await startApi({
      database: store,
      host: flags.host,
      port: flags.port,
      version,
      defaultRegistry: flags.registry,
      registries: settings.registries.map(({ name }) => name),
      onFailure: (error) =>
        terminal.err(`${describeFailure(error, { program, stopped: signal.aborted }).message}\n`),
    }).catch((error: unknown) => {
      throw listenError(error, { ...flags, hostFlag: '--host', portFlag: '--port' }) ?? error;
    });
    if (flags.json === true) terminal.out(`${JSON.stringify({ url: api.url })}\n`);
    else terminal.out(`listening on ${api.url}\n`);
    await aborted(signal);
    return 0;
  },
};

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
