import type { SourceIdentity } from '../../../shared/source/source.ts';
import type { Candidate } from '../../../shared/store/coverage.ts';
import type { Scheduler } from './scheduler.ts';

/** A line of a log: its day decides its month. */
export interface Line {
  /** A project of its own, so that the table says how often this very line is in it. */
  readonly project: string;
  /** Days since 1970-01-01. */
  readonly day: number;
}

/** What a server has written so far; files hold its beginning. */
export interface Log {
  readonly name: string;
  /** Two logs may begin with the same line. */
  readonly firstLine: string;
  readonly lines: readonly Line[];
}

/** A file: the first `length` lines of a log. */
export interface File {
  readonly path: string;
  readonly log: Log;
  readonly length: number;
  /** An archive that was cut off: its end is not the log's. */
  readonly isBroken: boolean;
}

/** Every line is this long, so that four begin a source. */
export const lineBytes = 300;

/** Days of three months, and the day of lines without one. */
export const days = [0, 20_110, 20_111, 20_138, 20_150, 20_172];

/** Logs and files, which grow, are copied, archived and deleted while replays run. */
export class World {
  readonly #scheduler: Scheduler;
  readonly logs: readonly Log[];
  readonly files = new Map<string, File>();
  #copies = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
    this.logs = Array.from({ length: scheduler.between(1, 3) }, (_, log) => this.#makeLog(log));
    for (const log of this.logs) {
      this.#write(`${log.name}.log`, log, scheduler.between(this.#shortest(log), log.lines.length));
    }
  }

  /** One change of the kind that operators, rotation and shipping make. */
  change(): void {
    const scheduler = this.#scheduler;
    const file = scheduler.pick([...this.files.values()]);
    if (!file) return;
    const { log } = file;
    const copy = `${log.name}.${++this.#copies}.gz`;
    const least = Math.min(this.#shortest(log), file.length);
    const kind = scheduler.pick([
      'grow',
      'grow',
      'ship again',
      'ship less',
      'ship broken',
      'archive',
      'delete',
    ] as const);
    if (kind === 'grow') this.#write(file.path, log, scheduler.between(file.length, log.lines.length));
    if (kind === 'ship again' || kind === 'archive') this.#write(copy, log, file.length);
    if (kind === 'ship less') this.#write(copy, log, scheduler.between(least, file.length));
    if (kind === 'ship broken') this.#write(copy, log, scheduler.between(least, file.length), true);
    if (kind === 'archive' || kind === 'delete') {
      scheduler.log(() => `${file.path} is deleted`);
      this.files.delete(file.path);
    }
  }

  /** Deleted logs come back, whole. */
  restore(): void {
    for (const log of this.logs)
      if (this.#scheduler.chance(0.8)) this.#write(`${log.name}.log`, log, log.lines.length);
  }

  #write(path: string, log: Log, length: number, isBroken = false): void {
    this.files.set(path, { path, log, length, isBroken });
    this.#scheduler.log(
      () => `${path} has ${length} lines of ${log.name}${isBroken ? ' and is broken' : ''}`,
    );
  }

  /** Logs that begin alike are told apart by their first KiB, so they have one. */
  #shortest(log: Log): number {
    return this.logs?.some((other) => other !== log && other.firstLine === log.firstLine) ? 4 : 1;
  }

  #makeLog(index: number): Log {
    const scheduler = this.#scheduler;
    const name = String.fromCharCode(97 + index);
    const lines = Array.from({ length: scheduler.between(4, 9) }, (_, line): Line => {
      return { project: `${name}${line}`, day: scheduler.pick(days) };
    });
    return { name, firstLine: index === 1 && scheduler.chance(0.3) ? 'a' : name, lines };
  }
}

/** What `openSource` would say of a file; a digest is what it is of. */
export function candidateOf({ log, length }: File): Candidate & { readonly identity: SourceIdentity } {
  const startLength = Math.min(1024, length * lineBytes);
  const starts = new Map<number, string>();
  for (let end = lineBytes; end < startLength; end += lineBytes) starts.set(end, startOf(log, end));
  return {
    identity: { firstLine: log.firstLine, startLength, start: startOf(log, startLength) },
    starts,
    startDigest: (of) => startOf(log, of),
  };
}

/** Digest of the line that ends at a byte; undefined where the file has none there. */
export function lastLineAt({ log, length }: File, to: number): string | undefined {
  const line = to / lineBytes - 1;
  return line < length ? log.lines[line]?.project : undefined;
}

/** Logs that begin with the same line go on differently. */
function startOf(log: Log, length: number): string {
  return `${length <= lineBytes ? log.firstLine : log.name}-${length}`;
}
