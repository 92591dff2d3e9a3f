import { dirname, sep } from 'node:path';
import { CommandError, type ExitCode } from './command.ts';

/**
 * Our own error classes, whose messages are written for the operator and hold nothing of a log line. Any other error's
 * message may quote its input (`JSON.parse`, ClickHouse), so it is never shown.
 */
const ownErrors: Readonly<Record<string, ExitCode>> = {
  ConfigError: 2,
  SourceError: 1,
  FileRefused: 1,
  CountryDatabaseError: 1,
  StoreError: 1,
  AmbiguousInsert: 1,
  ConnectionLost: 1,
  StoreUnavailable: 1,
  StoreTimeout: 1,
  TurnLost: 1,
  FeedingLost: 1,
  PartitionRefused: 1,
  OffsetOutOfRange: 1,
  StoreFed: 1,
  OtherFeeder: 1,
  KafkaError: 1,
};

/** What the operator reads of a failure. */
export interface Failure {
  readonly message: string;
  readonly advice: string | undefined;
  readonly exitCode: ExitCode;
}

/** Puts any thrown value into words that are safe to print: our own message, or the error's kind and place in our code. */
export function describeFailure(error: unknown, around: { program: string; stopped: boolean }): Failure {
  if (error instanceof CommandError)
    return { message: error.message, advice: error.advice, exitCode: error.exitCode };
  if (error instanceof Error && error.name === 'AbortError' && around.stopped) {
    return { message: 'stopped', advice: 'the same command again goes on where it left off', exitCode: 1 };
  }
  if (error instanceof Error && Object.hasOwn(ownErrors, error.name)) {
    return { message: error.message, advice: undefined, exitCode: ownErrors[error.name] };
  }
  return {
    message: `unexpected error ${kind(error)}${place(error, around.program)}`,
    advice: 'what was counted stays counted; run the command again, and report this line if it comes back',
    exitCode: 1,
  };
}

/** `TypeError`, `ENOSPC`: class and system code, checked to be a plain word. */
function kind(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const words = [error.constructor.name, 'code' in error ? String(error.code) : ''];
  return words.filter((word) => /^[A-Za-z][A-Za-z0-9_]{1,40}$/.test(word)).join(' ');
}

/** ` at shared/store/write.js:12:3`: the first frame in our own files; the message is cut off the stack before looking. */
function place(error: unknown, program: string): string {
  if (!(error instanceof Error) || error.stack === undefined) return '';
  const messageEnd = error.stack.indexOf(error.message);
  const frames = messageEnd < 0 ? error.stack : error.stack.slice(messageEnd + error.message.length);
  const root = dirname(dirname(program)) + sep;
  for (const frame of frames.split('\n')) {
    const start = frame.indexOf(root);
    const found =
      start < 0 ? undefined : frame.slice(start + root.length).match(/^([\w./-]+:\d+:\d+)\)?$/)?.[1];
    if (found !== undefined && /^\s+at /.test(frame)) return ` at ${found}`;
  }
  return '';
}
