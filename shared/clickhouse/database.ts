/** What the rest of Tallymark knows of a ClickHouse store, embedded or on a server. */

/** The binary input formats a batch may come in; `Native` costs half of `RowBinary` (figures: infra/decisions/0001). */
export type InsertFormat = 'RowBinary' | 'Native';

/** Rows to insert as one block, which becomes one part. */
export interface InsertBytes {
  readonly table: string;
  /** The columns in `bytes`, for `RowBinary` in this order; the others get their defaults. */
  readonly columns: readonly string[];
  readonly format: InsertFormat;
  readonly bytes: Uint8Array;
  /** Deduplication token: a second insert with it changes nothing while the table's window remembers the first. */
  readonly token: string;
}

/** Values for `{name:Type}` in a statement, the only way a value may enter SQL. */
export type Parameters = Readonly<Record<string, unknown>>;

/** A connection to a store's database; statements may run side by side. */
export interface Database extends AsyncDisposable {
  /**
   * Runs a SELECT and gives its rows as objects; 64-bit integers are JS numbers, exact below 2^53. A lost connection is
   * tried again, since asking twice is harmless. Throws `StoreError`.
   */
  query<Row>(
    sql: string,
    params?: Parameters,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<Row[]>;

  /** Runs a statement without a result; its inserts are never deduplicated. Throws `StoreError`. */
  command(sql: string, params?: Parameters): Promise<void>;

  /**
   * Inserts one block as one part and returns when it is durable. Throws `AmbiguousInsert` where it may or may not have
   * happened (the same token may be sent again), `StoreError` where it certainly has not.
   */
  insert(insert: InsertBytes): Promise<void>;

  /** `replicated`: tables are Replicated ones, where block id and part are one transaction. */
  readonly engine: 'plain' | 'replicated';
}

/** What went wrong, where, and what to do; never a piece of a row or of a log line. */
export class StoreError extends Error {
  override readonly name: string = 'StoreError';
  /** ClickHouse's error number where there is one, e.g. 60 for an unknown table. */
  readonly code: number | undefined;

  constructor(message: string, options: { cause?: unknown; code?: number | undefined } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : {});
    this.code = options.code;
  }
}

/** An insert whose outcome is unknown: timeout, reset, 5xx, connection lost. Read the marker back before going on. */
export class AmbiguousInsert extends StoreError {
  override readonly name = 'AmbiguousInsert';
}

/** The store cannot be reached at all; nothing was executed. */
export class StoreUnavailable extends StoreError {
  override readonly name = 'StoreUnavailable';
}
