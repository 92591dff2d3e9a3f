import type { Log } from '../logger.ts';
import { drawBar } from './bars.ts';
import { formatBytes, formatCount, formatDuration } from './numbers.ts';
import { cutText, padText } from './text-width.ts';

/** How far a run over files is. */
export interface Progress {
  readonly bytesRead: number;
  /** Undefined where the end is not known (standard input). */
  readonly bytesTotal: number | undefined;
  readonly lines: number;
  readonly files: number;
  readonly filesTotal: number;
}

/** Shows the progress it is told of; `clear` takes the moving line away, so that something else can be printed. */
export interface ProgressView {
  show(progress: Progress): void;
  clear(): void;
}

interface ProgressOptions {
  /** Standard error. */
  readonly write: (text: string) => void;
  readonly width: number;
  /** A moving bar on a terminal; one log line every 10 s elsewhere. */
  readonly moves: boolean;
  readonly log: Log;
  /** Milliseconds, monotonic. */
  readonly now?: () => number;
}

/** A terminal is redrawn this often at most; more would cost time and show nothing. */
const redrawMs = 100;
const logEveryMs = 10_000;
const barWidth = 24;

/** Bar, share, bytes, lines, lines/s and time left; call `show` as often as you like. */
export function openProgress(options: ProgressOptions): ProgressView {
  const now = options.now ?? (() => performance.now());
  const start = now();
  let shownAt = options.moves ? -Infinity : start;
  let drawn = false;
  return {
    show(progress) {
      const time = now();
      if (time - shownAt < (options.moves ? redrawMs : logEveryMs)) return;
      shownAt = time;
      const seconds = (time - start) / 1000;
      if (!options.moves) return options.log(progressEvent(progress, seconds));
      options.write(
        `\r${padText(cutText(progressLine(progress, seconds), options.width - 1), options.width - 1)}`,
      );
      drawn = true;
    },
    clear() {
      if (drawn) options.write(`\r${' '.repeat(options.width - 1)}\r`);
      drawn = false;
    },
  };
}

/** `████▌     38 %  1.2 GB of 3.1 GB  1,234,567 lines  890,123 lines/s  2 min 10 s left`. */
export function progressLine(progress: Progress, seconds: number): string {
  const { bytesRead, bytesTotal, lines } = progress;
  const rate = `${formatCount(lines)} lines  ${formatCount(lines / Math.max(seconds, 0.001))} lines/s`;
  if (bytesTotal === undefined || bytesTotal === 0) return `${formatBytes(bytesRead)}  ${rate}`;
  const share = Math.min(1, bytesRead / bytesTotal);
  const left = share > 0.01 && seconds > 1 ? `  ${formatDuration((seconds * (1 - share)) / share)} left` : '';
  const bar = padText(drawBar(share, barWidth), barWidth);
  const bytes = `${formatBytes(bytesRead)} of ${formatBytes(bytesTotal)}`;
  return `${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${bytes}  ${rate}${left}`;
}

function progressEvent(progress: Progress, seconds: number): Parameters<Log>[0] {
  return {
    event: 'progress',
    files: progress.files,
    files_total: progress.filesTotal,
    bytes: progress.bytesRead,
    bytes_total: progress.bytesTotal ?? -1,
    lines: progress.lines,
    lines_per_second: Math.round(progress.lines / Math.max(seconds, 0.001)),
  };
}
