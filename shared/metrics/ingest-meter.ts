import { Histogram } from 'prom-client';
import type { ByOutcome, Outcome } from '../count/outcome.ts';
import { counterIn, createRegistry, gaugeIn, type Meter, meterOver } from './meter.ts';

/** A batch that is in the store. */
export interface MeasuredBatch {
  readonly lines: ByOutcome;
  readonly messages: number;
  readonly bytes: number;
  /** Messages whose headers cannot be true. */
  readonly lies: number;
  /** How long its parts took, in ms. */
  readonly insertMs: number;
}

/** How far the partitions of a process are. */
export interface MeasuredProgress {
  readonly partitions: number;
  /** Partitions of these that are not read. */
  readonly refused: number;
  /** Messages that are not in the store yet. */
  readonly lag: number;
  /** When the oldest line that was fetched and is not in the store was appended, ms since 1970; undefined where there is none. */
  readonly oldestMs: number | undefined;
}

/** What is tried again: a commit to Kafka, a statement of the store, or all from joining the group on. */
export type IngestRetry = 'offsets' | 'counts' | 'session';

/** The numbers of an ingester. */
export interface IngestMeter extends Meter {
  counted(batch: MeasuredBatch): void;
  retried(stage: IngestRetry): void;
  progress(progress: MeasuredProgress): void;
  /** Messages that Kafka dropped before they were counted. */
  lost(messages: number): void;
  /** The pending batch of an ingester that stopped half-way was finished, or given up. */
  recovered(outcome: 'finished' | 'void'): void;
}

/** Upper ends, in seconds: from a store on the same disk to one that is nearly gone. */
const insertBuckets = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Makes the meter of an ingester; `now` is in ms since 1970. */
export function createIngestMeter(now: () => number = Date.now): IngestMeter {
  const registry = createRegistry();
  const counters = countersIn(registry);
  let latest: (MeasuredProgress & { readonly atMs: number }) | undefined;
  const secondsSince = (ms: number | undefined) => (ms === undefined ? 0 : Math.max(0, (now() - ms) / 1000));
  const gauge = (name: `tallymark_${string}`, help: string, read: () => number) =>
    gaugeIn(registry, { name, help }, read);
  gauge('tallymark_assigned_partitions', 'Partitions of this process', () => latest?.partitions ?? 0);
  gauge('tallymark_refused_partitions', 'Partitions that are not read', () => latest?.refused ?? 0);
  gauge('tallymark_lag_messages', 'Messages that are not in the store yet', () => latest?.lag ?? 0);
  gauge(
    'tallymark_oldest_uncounted_seconds',
    'Age of the oldest line that was fetched and is not in the store; 0 where none is, also while nothing is fetched',
    () => secondsSince(latest?.oldestMs),
  );
  const startedMs = now();
  gauge('tallymark_progress_age_seconds', 'How long ago lag and partitions were looked at', () =>
    secondsSince(latest?.atMs ?? startedMs),
  );
  return {
    ...meterOver(registry),
    ...counters,
    progress: (progress) => {
      latest = { ...progress, atMs: now() };
    },
  };
}

type Counters = Pick<IngestMeter, 'counted' | 'retried' | 'lost' | 'recovered'>;

function countersIn(registry: ReturnType<typeof createRegistry>): Counters {
  const plain = (name: `tallymark_${string}`, help: string) => counterIn(registry, { name, help });
  const staged = (name: `tallymark_${string}`, help: string) =>
    counterIn(registry, { name, help, labels: ['stage'] });
  const reasoned = (name: `tallymark_${string}`, help: string) =>
    counterIn(registry, { name, help, labels: ['reason'] });
  const lines = staged('tallymark_lines_total', 'Lines read, whatever became of them');
  const bytes = staged('tallymark_bytes_total', 'Bytes of lines');
  const messages = plain('tallymark_messages_total', 'Messages read');
  const counted = plain('tallymark_counted_lines_total', 'Lines counted');
  const before = plain('tallymark_already_counted_lines_total', 'Lines that were counted before');
  const dropped = reasoned('tallymark_dropped_lines_total', 'Lines not counted, by reason');
  const batches = staged('tallymark_batches_total', 'Batches in the store');
  const retries = staged('tallymark_retries_total', 'What failed and was tried again');
  const misplaced = plain(
    'tallymark_misplaced_messages_total',
    'Messages whose headers cannot be true, counted by offset',
  );
  const lost = plain('tallymark_gap_messages_total', 'Messages that Kafka dropped before they were counted');
  const recovered = reasoned('tallymark_recovered_batches_total', 'Batches of a dead ingester, by outcome');
  const inserts = new Histogram({
    name: 'tallymark_insert_seconds',
    help: 'From the intent of a batch to its commit: the store, and two commits to Kafka',
    buckets: insertBuckets,
    registers: [registry],
  });
  return {
    counted: (batch) => {
      for (const [outcome, count] of Object.entries(batch.lines) as [Outcome, number][]) {
        lines.inc({ stage: 'ingest' }, count);
        if (outcome === 'counted') counted.inc(count);
        else if (outcome === 'already_counted') before.inc(count);
        else dropped.inc({ reason: outcome }, count);
      }
      bytes.inc({ stage: 'ingest' }, batch.bytes);
      messages.inc(batch.messages);
      batches.inc({ stage: 'ingest' });
      misplaced.inc(batch.lies);
      inserts.observe(batch.insertMs / 1000);
    },
    retried: (stage) => retries.inc({ stage }),
    lost: (count) => lost.inc(count),
    recovered: (outcome) => recovered.inc({ reason: outcome }),
  };
}
