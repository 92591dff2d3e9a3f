/** How a process ends: done, failed, wrong usage or configuration. */
export type ExitCode = 0 | 1 | 2;

/** Headings of `tallymark --help`, in its order. */
export const commandGroups = ['Start', 'Count', 'Ask', 'Publish', 'Look after'] as const;

/** One line of `tallymark --help`; the command itself is imported when it is called, so that help answers at once. */
export interface CommandEntry {
  /** `query`, or two words: `geo update`. */
  readonly name: string;
  readonly summary: string;
  readonly group: (typeof commandGroups)[number];
  readonly load: () => Promise<Command>;
}

/**
 * A command: what its help says, and what it does. The module that exports one imports nothing heavy (zod, ClickHouse,
 * maxmind, fastify) at its top; `run` imports what it needs. `Flags` names the values of `options` in camel case.
 */
export interface Command<Flags = unknown> {
  /** `[project]`, `<path...>`; absent where it takes none. */
  readonly operands?: string;
  /** A paragraph for `--help`. */
  readonly description: string;
  readonly options: readonly CommandOption[];
  /** Whole command lines; at least one. */
  readonly examples: readonly string[];
  /** Throws `CommandError` for what the operator can put right. */
  run(invocation: Invocation<Flags>): Promise<ExitCode>;
}

/** One flag. */
export interface CommandOption {
  /** `--limit <n>`, `--exact`. */
  readonly flags: string;
  readonly description: string;
  /** What its value is checked to be; any text where absent. */
  readonly is?: 'integer' | 'threads' | 'seconds' | 'port' | 'day';
  /** The only values it may have; a function where listing them needs an import. */
  readonly choices?: readonly string[] | (() => Promise<readonly string[]>);
  readonly default?: string | number;
  /** May be given several times; its value is then a list. */
  readonly repeatable?: boolean;
}

/** Flags of every command (interface.md, "Fixed for scripts"). */
export interface CommonFlags {
  readonly data?: string;
  readonly clickhouse?: string;
  readonly storeKeyFile?: string;
  readonly registry?: string;
  readonly config?: string;
  readonly json?: boolean;
}

/** What a command gets from the process; it never touches `process` itself. */
export interface Invocation<Flags = unknown> {
  readonly operands: readonly string[];
  readonly flags: Flags & CommonFlags;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  /** The `cli.js` that runs, for commands that start others. */
  readonly program: string;
  /** Of Tallymark. */
  readonly version: string;
  readonly commands: readonly CommandEntry[];
}

/** Where a command writes: its answer to `out`, everything else to `err`. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Columns of the terminal; 80 where there is none. */
  readonly width: number;
  /** Whether `err` is a terminal that shows a moving progress bar. */
  readonly errMoves: boolean;
}

/** What went wrong and what to do about it, in words for the operator; nothing of a log line. */
export class CommandError extends Error {
  readonly exitCode: 1 | 2;
  readonly advice: string | undefined;

  constructor(exitCode: 1 | 2, message: string, advice?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CommandError';
    this.exitCode = exitCode;
    this.advice = advice;
  }
}
