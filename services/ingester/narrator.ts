import type { Log } from '../../shared/logger.ts';
import { formatCount, formatCounted, formatDuration } from '../../shared/terminal/numbers.ts';
import { cutText, padText } from '../../shared/terminal/text-width.ts';
import type { Terminal } from '../command.ts';
import type { IngestEvent, IngestProgress } from './ingest-options.ts';

/** One trouble is told once, and again when it has lasted so long. */
const repeatMs = 60_000;
/** How far it is, is logged no more often. */
const logMs = 10_000;

/** Tells on standard error what happens to an ingest: troubles in words, each once a while, and how far it is as a moving line or, where there is no terminal, a log line. */
export class Narrator {
  readonly #terminal: Terminal;
  readonly #log: Log;
  readonly #inWords: (error: unknown) => string;
  readonly #told = new Map<string, number>();
  #lines = 0;
  #batches = 0;
  #loggedAt = -Infinity;
  #isDrawn = false;

  constructor(terminal: Terminal, log: Log, inWords: (error: unknown) => string) {
    this.#terminal = terminal;
    this.#log = log;
    this.#inWords = inWords;
  }

  tell(event: IngestEvent): void {
    if (event.event === 'counted') this.#count(event);
    else if (event.event === 'progress') this.#showProgress(event.progress);
    else this.#once(this.#wordsFor(event));
  }

  #count({ lines, lies }: Extract<IngestEvent, { event: 'counted' }>): void {
    this.#batches++;
    for (const count of Object.values(lines)) this.#lines += count;
    if (lies > 0)
      this.#once(
        'Messages came whose headers cannot be true. Their lines were counted by offset: once, and again if they are shipped again.',
      );
  }

  /** The moving line of a terminal goes, so that something else can be printed. */
  clear(): void {
    if (this.#isDrawn) this.#terminal.err(`\r${' '.repeat(this.#terminal.width - 1)}\r`);
    this.#isDrawn = false;
  }

  #showProgress({ partitions, lag, oldestMs }: IngestProgress): void {
    const age = oldestMs === undefined ? 0 : Math.max(0, Math.round((Date.now() - oldestMs) / 1000));
    const [lines, batches] = [this.#lines, this.#batches];
    if (this.#terminal.errMoves) {
      const counted = `${formatCount(lines)} lines in ${formatCounted(batches, 'batch', 'batches')}`;
      const text = `${counted}, ${formatCounted(lag, 'message')} to go, the oldest ${formatDuration(age)} old`;
      const width = this.#terminal.width - 1;
      this.#terminal.err(`\r${padText(cutText(text, width), width)}`);
      this.#isDrawn = true;
      return;
    }
    const now = performance.now();
    // Looks are not exactly as far apart as they are meant to be.
    if (now - this.#loggedAt < logMs * 0.9) return;
    this.#loggedAt = now;
    this.#log({ event: 'ingest', lines, batches, partitions, lag, oldest_seconds: age });
  }

  #wordsFor(event: Exclude<IngestEvent, { event: 'counted' | 'progress' }>): string {
    switch (event.event) {
      case 'assigned':
        return `reading ${formatCounted(event.partitions, 'partition')}`;
      case 'waiting':
        return 'A replay is writing to this store; this ingester waits until it has ended.';
      case 'others':
        return `Counted what is here, and waiting for other ingesters of the group, which have partition ${event.partitions.join(', ')}. If one of them says that it does not read it, this one waits until that is put right; Ctrl-C ends it, and nothing is lost.`;
      case 'given_up':
        return 'A replay had stopped half-way, and what it had not finished was given up. Give its files again: `tallymark replay --via kafka`.';
      case 'recovered':
        return event.outcome === 'finished'
          ? 'An ingester had stopped half-way: finished what it had begun.'
          : 'An ingester had stopped half-way, and Kafka has not all of its messages any more: what is there is counted.';
      case 'gap':
        return `Kafka had dropped ${formatCounted(event.to - event.from, 'message')} of partition ${event.partition} before they were counted. Ship the logs of that time again, with --once and an empty --state folder; see \`tallymark doctor\`.`;
      case 'made_again':
        return `The topic has been deleted and made again: partition ${event.partition} is counted from its beginning. What the old one had uncounted is gone; ship the logs of that time again, with --once and an empty --state folder.`;
      case 'refused':
        return event.message;
      case 'retry':
        return `${this.#inWords(event.error)} Trying again; nothing is lost.`;
      case 'again':
        return `${this.#inWords(event.error)} Trying again in ${formatDuration(event.pauseMs / 1000)}; nothing is lost.`;
      default:
        return event satisfies never;
    }
  }

  #once(text: string): void {
    const now = performance.now();
    if (now - (this.#told.get(text) ?? -Infinity) < repeatMs) return;
    this.#told.set(text, now);
    this.clear();
    this.#terminal.err(`${text}\n`);
  }
}
