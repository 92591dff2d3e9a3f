/** The three things done to a store, whichever way leads to it, and what their failures mean. */

import { AmbiguousInsert, type InsertBytes, type Parameters, StoreError } from './database.ts';

/** Settings of one statement. */
export type Settings = Readonly<Record<string, string | number>>;

/** A statement with its values. */
export interface Question {
  readonly sql: string;
  readonly params: Parameters;
  readonly settings: Settings;
  readonly signal?: AbortSignal | undefined;
}

/** One way to a store: chDB in this process, its owner's socket, or a server. Throws `ConnectionLost` or `StoreError`. */
export interface Backend {
  select(question: Question): Promise<unknown[]>;
  change(question: Question): Promise<void>;
  insert(insert: InsertBytes, settings: Settings): Promise<void>;
  close(): Promise<void>;
}

/** The way to the store broke; `executed` says whether the statement can have run. */
export class ConnectionLost extends StoreError {
  override readonly name = 'ConnectionLost';
  readonly executed: 'no' | 'maybe';

  constructor(message: string, executed: 'no' | 'maybe', cause?: unknown) {
    super(message, { cause });
    this.executed = executed;
  }
}

/**
 * Error numbers that say the statement itself was wrong or forbidden: it was not executed, and sending it again is no use.
 * Everything else an insert may answer (memory, disk, Keeper, timeouts) is ambiguous, for which its token is made.
 * https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp
 */
const REFUSALS = new Set([
  6, 8, 10, 16, 20, 26, 27, 33, 36, 38, 41, 42, 43, 44, 46, 47, 50, 53, 60, 62, 63, 70, 72, 73, 81, 115, 117,
  192, 193, 194, 195, 243, 349, 452, 456, 457, 497, 516,
]);

/** What the operator can do about an error number. */
const ADVICE: Readonly<Record<number, string>> = {
  81: ' Run `tallymark migrate`, or name another database.',
  243: ' The store’s disk is full: make room and run the command again; what is counted stays counted.',
  497: ' Grant the user these rights, or name another one.',
  516: ' Check the user and the password.',
};

/**
 * The error a query or a command ends in when the engine answered with number `code` and name `type`. Its own message stays behind: it
 * quotes the statement and the data it stumbled over.
 */
export function statementError(code: number | undefined, type: string): StoreError {
  const number = code === undefined ? '' : ` (${code})`;
  return new StoreError(`The store refused a statement: ${type}${number}.${ADVICE[code ?? 0] ?? ''}`, {
    code,
  });
}

/** The error an insert ends in when the engine answered with number `code` and name `type`; carries no row. */
export function insertError(insert: InsertBytes, code: number | undefined, type: string): StoreError {
  const what = `Inserting into ${insert.table} failed: ${type}${code === undefined ? '' : ` (${code})`}`;
  return code !== undefined && REFUSALS.has(code)
    ? new StoreError(`${what}.${ADVICE[code] ?? ''}`, { code })
    : new AmbiguousInsert(`${what}; it may or may not have happened`, { code });
}

/** `INSERT INTO` the columns, without its data's format; throws on names that are none. */
export function insertInto(insert: InsertBytes): string {
  for (const name of [insert.table, ...insert.columns])
    if (!/^[A-Za-z_]\w*$/.test(name)) throw new StoreError('A table or column has an impossible name');
  return `INSERT INTO ${insert.table} (${insert.columns.join(', ')})`;
}
