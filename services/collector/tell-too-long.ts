import type { ShipMeter } from '../../shared/metrics/ship-meter.ts';
import type { ShipOptions } from './ship-options.ts';

interface TellOptions extends Pick<ShipOptions, 'onNotice'> {
  readonly meter: Pick<ShipMeter, 'leftOut'>;
}

/** To be called for each line over 64 KiB that is left out: counts it, and tells the first. */
export function tellTooLong({ meter, onNotice }: TellOptions): () => void {
  let isTold = false;
  return () => {
    meter.leftOut();
    if (!isTold) onNotice(LEFT_OUT);
    isTold = true;
  };
}

const LEFT_OUT =
  'A line over 64 KiB was left out: no log line is so long. It and others are counted in tallymark_dropped_lines_total, and in the summary at the end.';
