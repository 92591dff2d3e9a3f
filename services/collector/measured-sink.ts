import type { ChunkSink } from '../../shared/kafka/chunk-message.ts';
import type { ShipMeter } from '../../shared/metrics/ship-meter.ts';

/** The same sink; what it has taken for good is entered in the meter. */
export function measuredSink(sink: ChunkSink, meter: ShipMeter): ChunkSink {
  return {
    prepare: (chunk) => sink.prepare?.(chunk),
    async send(partition, chunks) {
      await sink.send(partition, chunks);
      for (const { lines, value } of chunks) meter.acknowledged({ lines, bytes: value.length });
    },
  };
}
