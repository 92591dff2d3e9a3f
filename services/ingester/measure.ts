import type { IngestMeter } from '../../shared/metrics/ingest-meter.ts';
import type { IngestEvent } from './ingest-options.ts';

/** Enters in the meter what an event says; what only people need to know is left out. */
export function measure(meter: IngestMeter, event: IngestEvent): void {
  if (event.event === 'counted') meter.counted(event);
  else if (event.event === 'progress') meter.progress(event.progress);
  else if (event.event === 'retry') meter.retried(event.stage);
  else if (event.event === 'again') meter.retried('session');
  else if (event.event === 'gap') meter.lost(event.to - event.from);
  else if (event.event === 'recovered') meter.recovered(event.outcome);
}
