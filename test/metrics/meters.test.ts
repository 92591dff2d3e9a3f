import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Outcome, outcomes } from '../../shared/count/outcome.ts';
import { createIngestMeter } from '../../shared/metrics/ingest-meter.ts';
import type { Meter } from '../../shared/metrics/meter.ts';
import { openMetrics } from '../../shared/metrics/open-metrics.ts';
import { createShipMeter } from '../../shared/metrics/ship-meter.ts';
import { labelsOf, valuesOf } from './read-metrics.ts';

const batch = {
  lines: { counted: 90, already_counted: 5, malformed_line: 3, status: 2 },
  messages: 4,
  bytes: 1000,
  lies: 1,
  insertMs: 120,
};

describe('labels', () => {
  /** An ingester and a shipper to which anything has happened. */
  const lived = fc
    .array(
      fc.record({
        outcome: fc.constantFrom(...outcomes),
        count: fc.nat(1e6),
        stage: fc.constantFrom('offsets', 'counts', 'session'),
        recovered: fc.constantFrom('finished', 'void'),
      }),
    )
    .map((happenings): Meter[] => {
      const [ingest, ship] = [createIngestMeter(), createShipMeter()];
      for (const { outcome, count, stage, recovered } of happenings) {
        ingest.counted({ ...batch, lines: { [outcome]: count } });
        ingest.retried(stage);
        ingest.recovered(recovered);
        ingest.lost(count);
        ship.acknowledged({ lines: count, bytes: count });
        ship.retried();
        ship.leftOut();
      }
      return [ingest, ship];
    });

  test('are stage and reason only, whatever has happened; buckets of a histogram have their own', async () => {
    await fc.assert(
      fc.asyncProperty(lived, async (meters) => {
        for (const meter of meters) {
          const strange = labelsOf(await meter.render()).filter(({ label }) => !known.has(label));
          expect(strange).toEqual([]);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('have words of closed lists as values', async () => {
    const ingest = createIngestMeter();
    for (const outcome of outcomes) ingest.counted({ ...batch, lines: { [outcome]: 1 } });
    for (const stage of ['offsets', 'counts', 'session'] as const) ingest.retried(stage);
    const labels = labelsOf(await ingest.render());
    const valuesFor = (label: string) =>
      new Set(labels.filter((one) => one.label === label).map(({ value }) => value));
    expect(valuesFor('stage')).toEqual(new Set(['ingest', 'offsets', 'counts', 'session']));
    const isDrop = (outcome: Outcome) => outcome !== 'counted' && outcome !== 'already_counted';
    expect(valuesFor('reason')).toEqual(new Set(outcomes.filter(isDrop)));
  });
});

const known = new Set(['stage', 'reason', 'le']);

describe('the numbers of an ingester', () => {
  test('add up: lines are counted, counted before, or dropped', async () => {
    const meter = createIngestMeter();
    meter.counted(batch);
    meter.counted({ ...batch, lines: { counted: 10 }, lies: 0 });
    expect(valuesOf(await meter.render())).toMatchObject({
      'tallymark_lines_total{stage="ingest"}': 110,
      tallymark_counted_lines_total: 100,
      tallymark_already_counted_lines_total: 5,
      'tallymark_dropped_lines_total{reason="malformed_line"}': 3,
      'tallymark_dropped_lines_total{reason="status"}': 2,
      'tallymark_batches_total{stage="ingest"}': 2,
      'tallymark_bytes_total{stage="ingest"}': 2000,
      tallymark_messages_total: 8,
      tallymark_misplaced_messages_total: 1,
      tallymark_insert_seconds_count: 2,
      'tallymark_insert_seconds_bucket{le="0.1"}': 0,
      'tallymark_insert_seconds_bucket{le="0.25"}': 2,
    });
  });

  test('are there as zeros before anything has happened', async () => {
    expect(valuesOf(await createIngestMeter().render())).toMatchObject({
      tallymark_counted_lines_total: 0,
      tallymark_gap_messages_total: 0,
      tallymark_lag_messages: 0,
      tallymark_oldest_uncounted_seconds: 0,
      tallymark_refused_partitions: 0,
      tallymark_insert_seconds_count: 0,
    });
  });

  test('grow old while nobody looks: the oldest line, and the look itself', async () => {
    let now = 1_000_000;
    const meter = createIngestMeter(() => now);
    meter.progress({ partitions: 4, refused: 1, lag: 12, oldestMs: now - 3000 });
    now += 7000;
    expect(valuesOf(await meter.render())).toMatchObject({
      tallymark_assigned_partitions: 4,
      tallymark_refused_partitions: 1,
      tallymark_lag_messages: 12,
      tallymark_oldest_uncounted_seconds: 10,
      tallymark_progress_age_seconds: 7,
    });
    meter.progress({ partitions: 4, refused: 0, lag: 0, oldestMs: undefined });
    expect(valuesOf(await meter.render())).toMatchObject({
      tallymark_oldest_uncounted_seconds: 0,
      tallymark_progress_age_seconds: 0,
    });
  });

  test('of one are not those of another', async () => {
    createIngestMeter().counted(batch);
    expect(valuesOf(await createIngestMeter().render()).tallymark_counted_lines_total).toBe(0);
  });
});

test('the numbers of a shipper', async () => {
  let now = 0;
  const meter = createShipMeter(() => now);
  meter.acknowledged({ lines: 500, bytes: 100_000 });
  meter.retried();
  meter.waiting(true);
  now = 4000;
  expect(valuesOf(await meter.render())).toMatchObject({
    'tallymark_lines_total{stage="ship"}': 500,
    'tallymark_bytes_total{stage="ship"}': 100_000,
    'tallymark_batches_total{stage="ship"}': 1,
    'tallymark_retries_total{stage="kafka"}': 1,
    tallymark_waiting: 1,
    tallymark_idle_seconds: 4,
  });
});

describe('the port', () => {
  test('answers /metrics in the form of Prometheus, and nothing else', async () => {
    await using running = await openMetrics({ meter: createIngestMeter(), host: '127.0.0.1', port: 0 });
    expect(running.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    const scrape = await fetch(running.url);
    expect(scrape.status).toBe(200);
    expect(scrape.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(valuesOf(await scrape.text())).toHaveProperty('process_resident_memory_bytes');
    for (const path of ['/', '/metricsx', '/metrics/../secret'])
      expect((await fetch(new URL(path, running.url))).status, path).toBe(404);
    expect((await fetch(running.url, { method: 'POST' })).status).toBe(405);
  });

  test('is free again when it was closed, with scrapers connected', async () => {
    const first = await openMetrics({ meter: createIngestMeter(), host: '127.0.0.1', port: 0 });
    await (await fetch(first.url)).text();
    const port = Number(new URL(first.url).port);
    await expect(openMetrics({ meter: createIngestMeter(), host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    await first[Symbol.asyncDispose]();
    await using again = await openMetrics({ meter: createIngestMeter(), host: '127.0.0.1', port });
    expect(new URL(again.url).port).toBe(String(port));
  });
});
