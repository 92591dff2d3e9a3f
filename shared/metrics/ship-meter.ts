import { counterIn, createRegistry, gaugeIn, type Meter, meterOver } from './meter.ts';

/** The numbers of a shipper. */
export interface ShipMeter extends Meter {
  /** The brokers have a chunk of so many lines and bytes. */
  acknowledged(chunk: { readonly lines: number; readonly bytes: number }): void;
  /** A line over 64 KiB was left out. */
  leftOut(): void;
  /** Kafka was asked in vain and is asked again. */
  retried(): void;
  /** Whether reading waits since the counting is far behind. */
  waiting(isWaiting: boolean): void;
}

/** Makes the meter of a shipper; `now` is in ms since 1970. */
export function createShipMeter(now: () => number = Date.now): ShipMeter {
  const registry = createRegistry();
  const staged = (name: `tallymark_${string}`, help: string) =>
    counterIn(registry, { name, help, labels: ['stage'] });
  const stage = { stage: 'ship' } as const;
  const lines = staged('tallymark_lines_total', 'Lines that the brokers have');
  const bytes = staged('tallymark_bytes_total', 'Bytes of lines');
  const chunks = staged('tallymark_batches_total', 'Chunks that the brokers have');
  const dropped = counterIn(registry, {
    name: 'tallymark_dropped_lines_total',
    help: 'Lines not shipped, by reason',
    labels: ['reason'],
  });
  const retries = staged('tallymark_retries_total', 'What failed and was tried again');
  let waits = false;
  let latestMs = now();
  gaugeIn(
    registry,
    { name: 'tallymark_waiting', help: '1 while reading waits for the counting, else 0' },
    () => Number(waits),
  );
  gaugeIn(
    registry,
    { name: 'tallymark_idle_seconds', help: 'How long ago the brokers took the latest chunk' },
    () => Math.max(0, (now() - latestMs) / 1000),
  );
  return {
    ...meterOver(registry),
    acknowledged: (chunk) => {
      lines.inc(stage, chunk.lines);
      bytes.inc(stage, chunk.bytes);
      chunks.inc(stage);
      latestMs = now();
    },
    leftOut: () => dropped.inc({ reason: 'too_long' }),
    retried: () => retries.inc({ stage: 'kafka' }),
    waiting: (isWaiting) => {
      waits = isWaiting;
    },
  };
}
