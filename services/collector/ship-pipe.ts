import { setTimeout as sleep } from 'node:timers/promises';
import { hasDirectives } from '../../shared/kafka/directives.ts';
import { cutLines } from '../../shared/source/cut-lines.ts';
import { START_LENGTH } from '../../shared/source/identify.ts';
import type { LiveInput } from '../../shared/source/live-input.ts';
import { LiveReader } from '../../shared/source/live-reader.ts';
import { SourceError } from '../../shared/source/source.ts';
import { asSourceError } from '../../shared/source/stream-error.ts';
import { type Crew, createCrew } from './crew.ts';
import { shipBlock } from './ship-file.ts';
import { summaryOf } from './ship-once.ts';
import type { ShipErrorCode, ShipOptions, ShipSummary } from './ship-options.ts';
import { Sources, sourceOf, type Tracked } from './sources.ts';

/** How long things are waited for; other than these only in tests. */
export interface PipeTimes {
  /** Lines that come within it go in one chunk. */
  readonly gatherMs: number;
  /** For the beginning that a source is known by, once its first line is there. */
  readonly beginningMs: number;
  /** How long the brokers may take at the end for what is on its way. */
  readonly lastAnswersMs: number;
}

/**
 * A stream that comes again from its beginning is only known where what it is known by is no shorter than the first time; who sends again
 * sends quickly.
 */
const TIMES: PipeTimes = { gatherMs: 50, beginningMs: 1000, lastAnswersMs: 10_000 };

/** A log has a line before. */
const LONGEST_PREFACE = 512 * 1024;

type Failure = { readonly code: ShipErrorCode; readonly message: string };

/** Ships what comes in on standard input until its end or the signal, and resolves when the brokers have it. Nothing of it is in the state: it cannot be read again. */
export async function shipPipe(
  options: ShipOptions,
  input: LiveInput,
  times: Partial<PipeTimes> = {},
): Promise<ShipSummary> {
  const start = performance.now();
  const { gatherMs, beginningMs, lastAnswersMs } = { ...TIMES, ...times };
  const late = new AbortController();
  const crew = createCrew({ ...options, signal: late.signal });
  // One for all pieces: each that is made stays with its signals for as long as they last.
  const ends = AbortSignal.any([options.signal, crew.outbox.failed]);
  let lastAnswers: NodeJS.Timeout | undefined;
  const end = () => {
    input.end();
    lastAnswers = setTimeout(() => late.abort(), lastAnswersMs);
  };
  ends.addEventListener('abort', end, { once: true });
  if (ends.aborted) end();
  const reader = new LiveReader(input.pieces, {
    mayRead: () => mayRead(options, ends),
    // While a chunk is on its way the next would only wait behind it.
    isTime: async (signal) => {
      await sleep(gatherMs, undefined, { signal });
      await crew.outbox.drain(signal);
    },
  });
  try {
    const error = await shipAll(reader, { options, crew, beginningMs });
    const { lines, bytes, tooLong } = crew.totals;
    const file = { path: '-', lines, bytes, too_long: tooLong, ...(error && { error }) };
    return summaryOf(crew, [file], (performance.now() - start) / 1000);
  } finally {
    clearTimeout(lastAnswers);
    ends.removeEventListener('abort', end);
    input.end();
  }
}

/** Waits as long as reading is to wait; at the end what has been taken from the writer is read all the same. */
async function mayRead(options: ShipOptions, ends: AbortSignal): Promise<void> {
  if (ends.aborted) return;
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  ends.addEventListener('abort', end, { once: true });
  await Promise.race([ended, options.mayRead().catch(end)]);
  ends.removeEventListener('abort', end);
}

interface Run {
  readonly options: ShipOptions;
  readonly crew: Crew;
  readonly beginningMs: number;
}

/** Rejects with what made sending fail; resolves with anything else that went wrong. */
async function shipAll(reader: LiveReader, run: Run): Promise<Failure | undefined> {
  const { crew, options } = run;
  try {
    const failure = await shipLines(reader, run);
    await crew.outbox.drain(crew.signal);
    return failure;
  } catch (error) {
    crew.outbox.failed.throwIfAborted();
    if (!crew.signal.aborted || !options.signal.aborted) throw error;
    return NOT_ACKNOWLEDGED;
  }
}

async function shipLines(
  reader: LiveReader,
  { options, crew, beginningMs }: Run,
): Promise<Failure | undefined> {
  let position = 0;
  try {
    const { bytes, isAll } = await reader.beginning({
      isEnough: (head) => sourceOf(head, false) !== undefined,
      atMost: LONGEST_PREFACE,
      wanted: START_LENGTH,
      isLate: (signal) => sleep(beginningMs, undefined, { signal }),
    });
    const tracked = new Sources().of(bytes, isAll && !options.signal.aborted, new Set());
    if (tracked === undefined || tracked === 'other') return isAll ? undefined : NO_LOG;
    const task = { tracked, crew, looksForDirectives: hasDirectives(bytes) };
    const fill = (into: Buffer) => reader.fill(into);
    for await (const block of cutLines(fill, crew.pool, { from: 0, isLive: true, signal: crew.signal })) {
      position = block.to;
      // Of a line that was half read when it was told to end the rest is still to come.
      if (block.unterminated && options.signal.aborted) block.release();
      else await shipBlock(block, 0, task);
      show(options, crew, tracked);
    }
  } catch (failure) {
    const error = asSourceError(failure, 'Standard input', position);
    if (!(error instanceof SourceError)) throw error;
    // An archive is cut off by being told to end.
    return options.signal.aborted ? undefined : { code: error.code, message: error.message };
  }
  return undefined;
}

function show({ onProgress }: ShipOptions, { totals }: Crew, { sent }: Tracked): void {
  onProgress({
    bytesRead: sent.position,
    bytesTotal: undefined,
    lines: totals.lines,
    files: 0,
    filesTotal: 1,
  });
}

const NO_LOG: Failure = {
  code: 'no_log',
  message:
    'Standard input begins with 512 KiB of comments and empty lines, so it is no log. Check what is written to it.',
};

const NOT_ACKNOWLEDGED: Failure = {
  code: 'not_acknowledged',
  message:
    'The brokers have not acknowledged everything that was read from standard input; it cannot be read again. Let its writer send it again from the beginning: what was counted is not counted twice.',
};
