import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** The only labels there are; values come from closed lists. */
export type Label = 'stage' | 'reason';

/** Numbers of a process in the form that Prometheus reads. */
export interface Meter {
  /** MIME type of `render`'s text. */
  readonly contentType: string;
  render(): Promise<string>;
}

/** Of prom-client's own numbers about the process, those without labels that say something of load and leaks. */
const processMetrics = new Set([
  'process_cpu_seconds_total',
  'process_start_time_seconds',
  'process_resident_memory_bytes',
  'process_open_fds',
  'process_max_fds',
  'nodejs_heap_size_used_bytes',
  'nodejs_external_memory_bytes',
  'nodejs_eventloop_lag_seconds',
  'nodejs_eventloop_lag_p99_seconds',
]);

/** A registry of its own with the numbers of the process. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const { name } of registry.getMetricsAsArray()) {
    if (!processMetrics.has(name)) registry.removeSingleMetric(name);
  }
  return registry;
}

/** What a registry has, as Prometheus reads it. */
export function meterOver(registry: Registry): Meter {
  return { contentType: registry.contentType, render: () => registry.metrics() };
}

interface Definition<L extends Label> {
  readonly name: `tallymark_${string}`;
  readonly help: string;
  readonly labels?: readonly L[];
}

/** A number that only grows. Without labels it is there from the start, as 0. */
export function counterIn<L extends Label = never>(
  registry: Registry,
  { name, help, labels = [] }: Definition<L>,
): Counter<L> {
  return new Counter({ name, help, labelNames: labels, registers: [registry] });
}

/** A number that is asked for at each scrape. */
export function gaugeIn(registry: Registry, { name, help }: Definition<never>, read: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
}
