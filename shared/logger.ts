/**
 * All that can be logged: a closed list of events whose fields are numbers. There is no text and no object to put a piece
 * of a log line into.
 */
export type LogEvent =
  | {
      readonly event: 'progress';
      readonly files: number;
      readonly files_total: number;
      readonly bytes: number;
      /** -1 where unknown (standard input). */
      readonly bytes_total: number;
      readonly lines: number;
      readonly lines_per_second: number;
    }
  | {
      readonly event: 'ingest';
      readonly lines: number;
      readonly batches: number;
      readonly partitions: number;
      /** Messages that are not in the store yet. */
      readonly lag: number;
      /** Age of the oldest line that was fetched and is not in the store. */
      readonly oldest_seconds: number;
    }
  | { readonly event: 'stopping' };

export type Log = (event: LogEvent) => void;

/** Writes one line an event, `time event key=value …` or JSON, to `write` (standard error). */
export function createLog(
  format: 'plain' | 'json',
  write: (text: string) => void,
  now = () => new Date(),
): Log {
  return (entry) => {
    const time = now().toISOString();
    if (format === 'json') return write(`${JSON.stringify({ time, ...entry })}\n`);
    const { event, ...fields } = entry;
    const pairs = Object.entries(fields).map(([key, value]) => ` ${key}=${value}`);
    write(`${time} ${event}${pairs.join('')}\n`);
  };
}
