import type { Settings } from '../shared/config.ts';
import type { Meter } from '../shared/metrics/meter.ts';
import type { CommandOption } from './command.ts';
import { listenError } from './listen-error.ts';

/** The values of `metricsOptions`. */
export interface MetricsFlags {
  readonly metricsPort?: number;
  readonly metricsHost?: string;
}

/** Flags of commands that can be asked for numbers while they run. */
export const metricsOptions: readonly CommandOption[] = [
  {
    flags: '--metrics-port <n>',
    description: 'answer Prometheus on this port (0: any free one; default: none)',
    is: 'port',
  },
  { flags: '--metrics-host <address>', description: 'address of that port (default: 127.0.0.1)' },
];

/** Values of the flags, by their keys in the configuration. */
export function metricsSettings({ metricsPort, metricsHost }: MetricsFlags) {
  return { 'metrics.port': metricsPort?.toString(), 'metrics.host': metricsHost };
}

/** Answers Prometheus where the configuration has a port for it, and says where. Throws `CommandError` where it cannot listen. */
export async function serveMetrics(
  meter: Meter,
  { metrics: { host, port } }: Settings,
  onNotice: (text: string) => void,
): Promise<AsyncDisposable | undefined> {
  if (port === undefined) return undefined;
  const { openMetrics } = await import('../shared/metrics/open-metrics.ts');
  const running = await openMetrics({ meter, host, port }).catch((error: unknown) => {
    const flags = { hostFlag: '--metrics-host', portFlag: '--metrics-port' };
    throw listenError(error, { host, port, ...flags }) ?? error;
  });
  onNotice(`metrics on ${running.url}`);
  return running;
}
