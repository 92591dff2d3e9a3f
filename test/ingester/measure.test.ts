import { expect, test } from 'vitest';
import type { IngestEvent } from '../../services/ingester/ingest-options.ts';
import { measure } from '../../services/ingester/measure.ts';
import { createIngestMeter } from '../../shared/metrics/ingest-meter.ts';
import { valuesOf } from '../metrics/read-metrics.ts';

const error = new Error('of the store');
const counted: IngestEvent = {
  event: 'counted',
  partition: 0,
  name: 'k0.0.0-3',
  lines: { counted: 5, already_counted: 2, malformed_line: 1 },
  messages: 3,
  bytes: 700,
  oldestMs: 0,
  sites: new Map(),
  lies: 1,
  insertMs: 40,
};
const progress = { partitions: 4, refused: 1, lag: 17, oldestMs: undefined };

test.each<{ event: IngestEvent; name: string; value: number }>([
  { event: counted, name: 'tallymark_lines_total{stage="ingest"}', value: 8 },
  { event: counted, name: 'tallymark_dropped_lines_total{reason="malformed_line"}', value: 1 },
  { event: counted, name: 'tallymark_misplaced_messages_total', value: 1 },
  { event: { event: 'progress', progress }, name: 'tallymark_lag_messages', value: 17 },
  { event: { event: 'progress', progress }, name: 'tallymark_refused_partitions', value: 1 },
  {
    event: { event: 'retry', stage: 'counts', error },
    name: 'tallymark_retries_total{stage="counts"}',
    value: 1,
  },
  {
    event: { event: 'again', error, pauseMs: 500 },
    name: 'tallymark_retries_total{stage="session"}',
    value: 1,
  },
  {
    event: { event: 'gap', partition: 0, from: 10, to: 30 },
    name: 'tallymark_gap_messages_total',
    value: 20,
  },
  {
    event: { event: 'recovered', outcome: 'void' },
    name: 'tallymark_recovered_batches_total{reason="void"}',
    value: 1,
  },
])('what happens ($event.event) is in $name', async ({ event, name, value }) => {
  const meter = createIngestMeter();
  measure(meter, event);
  expect(valuesOf(await meter.render())[name]).toBe(value);
});
