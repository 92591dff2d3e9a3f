#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { endNativeStatements } from '../shared/clickhouse/native-statements.ts';
import { inTime } from '../shared/in-time.ts';
import { CommandError, type ExitCode, type Terminal } from './command.ts';
import { commands } from './commands.ts';
import { describeFailure } from './describe-failure.ts';
import { parseCommandLine } from './parse-command-line.ts';

// `tallymark`: finds the command, hands it what it needs of the process, and ends the process. Only here, and in the
// main.ts of a service, are environment, signals and exit touched.

// Each running statement of the embedded store holds one of libuv's threads, which reading and inflating need too; four are the default.
process.env.UV_THREADPOOL_SIZE ??= '8';

// Messages and what is compressed are outside of V8's small heap, and at each 24 MB of them it would collect the whole heap.
setFlagsFromString('--heap-growing-percent=400');

/** Who is told to stop and has not by then waits for what does not come: an owner of the store that stands still, a reader of its output. */
const longestEndMs = 45_000;
/** How long a statement may take that runs when the command fails. */
const longestStatementMs = 5_000;

const program = fileURLToPath(import.meta.url);
const terminal = openTerminal();
const stopping = new AbortController();
let hasFailed = false;

process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
// Another command that started this one (`demo`, `up`) is gone, and nobody else would end it.
process.on('disconnect', () => stop('SIGTERM'));
process.channel?.unref();

const exitCode = await main(process.argv.slice(2)).catch(report);
await written();
process.exit(exitCode);

/** Waits until all output is with its reader: a pipe takes some 64 KiB at a time, and what is left at exit is lost. */
async function written(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    if (!stream.destroyed) await new Promise<void>((resolve) => stream.write('', () => resolve()));
  }
}

async function main(argv: readonly string[]): Promise<ExitCode> {
  const version = readVersion();
  const parsed = await parseCommandLine(argv, { commands, version, width: terminal.width });
  if ('print' in parsed) {
    terminal.out(parsed.print);
    return 0;
  }
  const { command, operands, flags } = parsed;
  const { signal } = stopping;
  return await command.run({
    operands,
    flags,
    env: process.env,
    terminal,
    signal,
    program,
    version,
    commands,
  });
}

/** The first Ctrl-C asks the command to finish what it holds, the second ends at once, as does its own patience; the store takes either. */
function stop(signal: NodeJS.Signals): void {
  if (stopping.signal.aborted) {
    endBy(signal);
    return;
  }
  stopping.abort();
  setTimeout(() => {
    const seconds = longestEndMs / 1000;
    terminal.err(
      `tallymark: it did not come to its end within ${seconds} s, and is ended; nothing is lost\n`,
    );
    endBy(signal);
  }, longestEndMs).unref();
  if (terminal.errMoves) terminal.err('\nstopping; once more to stop at once\n');
}

/** Ends where nobody foresaw it, by the first of several failures. */
function fail(error: unknown): void {
  if (!hasFailed) void exit(report(error));
  hasFailed = true;
}

/** Ends in the middle of things: `exit` runs chDB's handlers, which is for when no statement of it runs. */
async function exit(code: ExitCode): Promise<void> {
  if (await inTime(longestStatementMs, endNativeStatements())) process.exit(code);
  endBy('SIGKILL');
}

/** By the signal and not by `exit`, which waits in chDB's own handlers for as long as a statement of it runs, or for ever. */
function endBy(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

function report(error: unknown): ExitCode {
  const failure = describeFailure(error, { program, stopped: stopping.signal.aborted });
  terminal.err(`tallymark: ${failure.message}\n`);
  if (failure.advice !== undefined) terminal.err(`  ${failure.advice}\n`);
  return error instanceof CommandError ? error.exitCode : failure.exitCode;
}

/** A reader who has gone (`| head`) is no failure, and what runs goes on. */
function openTerminal(): Terminal {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') void exit(1);
    });
  }
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    width: process.stdout.columns ?? process.stderr.columns ?? 80,
    errMoves: process.stderr.isTTY === true && process.env.TERM !== 'dumb',
  };
}

/** From `package.json`, two folders above `dist/services`. */
function readVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return version;
}
