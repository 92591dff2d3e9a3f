import { setTimeout as sleep } from 'node:timers/promises';
import { formatCounted } from '../../shared/terminal/numbers.ts';
import { CommandError } from '../command.ts';
import type { UpTeller } from './up-teller.ts';

/** What keeps the server up. */
export interface ServingOptions {
  readonly host: string;
  /** 0 for any free one: that one stays the port then. */
  readonly port: number;
  /** How long after its first end it is started again; doubled each time. */
  readonly firstPauseMs: number;
  readonly signal: AbortSignal;
  readonly teller: UpTeller;
  /** Runs a command over the store to its end, as `runCommand` does. */
  run(args: readonly string[], onOutput: (text: string) => void): Promise<number | null>;
}

/** A server that lived for less has not served. */
const quickMs = 30_000;
const mostQuickEnds = 5;

/**
 * Runs `serve`, again whenever it ends, with ever longer pauses; resolves when the signal has ended it. Throws `CommandError` where it
 * ended five times in a row soon after its start, or says that it was called wrongly.
 */
export async function keepServing(options: ServingOptions): Promise<void> {
  const { host, signal, teller } = options;
  let port = options.port;
  for (let quickEnds = 0; !signal.aborted; ) {
    const start = performance.now();
    const exit = await options.run(['serve', '--json', '--host', host, '--port', String(port)], (text) => {
      const { url } = JSON.parse(text) as { url: string };
      port = Number(new URL(url).port || 80);
      teller.tell({ event: 'listening', url });
    });
    if (signal.aborted) return;
    if (exit === 2) throw new CommandError(2, 'serve cannot run so', 'what it said stands above');
    quickEnds = performance.now() - start < quickMs ? quickEnds + 1 : 1;
    if (quickEnds === mostQuickEnds) {
      const times = formatCounted(mostQuickEnds, 'time');
      throw new CommandError(
        1,
        `serve ended ${times} in a row soon after its start`,
        'what it said stands above',
      );
    }
    const pauseMs = options.firstPauseMs * 2 ** (quickEnds - 1);
    teller.tell({ event: 'notice', text: `serve has ended; it is started again in ${pauseMs / 1000} s` });
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
  }
}
