/** A `Database` over whatever way leads to the store: tries again where that is harmless, and says when it is not. */

import { setTimeout as sleep } from 'node:timers/promises';
import { type Backend, ConnectionLost, type Settings } from './backend.ts';
import { AmbiguousInsert, type Database, StoreUnavailable } from './database.ts';

/** Finds a way to the store; `lost` is told of one that broke. */
export interface WayToStore extends AsyncDisposable {
  find(): Promise<Backend>;
  lost(backend: Backend): void;
}

/** How a database behaves. */
export interface DatabaseOptions {
  readonly engine: Database['engine'];
  /** How long a statement that was not executed is tried again, in milliseconds. */
  readonly patienceMs: number;
  /** Whether the server knows `deduplicate_insert`, which newer ones let win over `insert_deduplicate`. */
  readonly knowsDeduplicateInsert: boolean;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

/** Statements over `way`, which the database disposes with itself. */
export function databaseOver(way: WayToStore, options: DatabaseOptions): Database {
  const patiently = <T>(run: (backend: Backend) => Promise<T>, mayRepeat: boolean, signal?: AbortSignal) =>
    tryAgain(way, { run, mayRepeat, patienceMs: options.patienceMs, signal });
  return {
    engine: options.engine,
    query: async <Row>(sql: string, params = {}, { signal }: { signal?: AbortSignal | undefined } = {}) => {
      const question = { sql, params, settings: READ_SETTINGS, signal };
      return (await patiently((backend) => backend.select(question), true, signal)) as Row[];
    },
    command: async (sql, params = {}) => {
      const question = { sql, params, settings: commandSettings(options) };
      await patiently((backend) => backend.change(question), false);
    },
    insert: async (insert) => {
      const settings = insertSettings(insert.token, options);
      try {
        await patiently((backend) => backend.insert(insert, settings), false);
      } catch (error) {
        if (!(error instanceof ConnectionLost)) throw error;
        throw new AmbiguousInsert(
          `${error.message} while inserting into ${insert.table}; it may or may not have happened`,
          {
            cause: error,
          },
        );
      }
    },
    [Symbol.asyncDispose]: () => way[Symbol.asyncDispose](),
  };
}

const READ_SETTINGS: Settings = { output_format_json_quote_64bit_integers: 0 };

/** One insert is one block is one part, and a token may not be forgotten: nothing is left to defaults. */
function insertSettings(token: string, { knowsDeduplicateInsert }: DatabaseOptions): Settings {
  return {
    async_insert: 0,
    insert_deduplicate: 1,
    insert_deduplication_token: token,
    max_insert_block_size: 2_000_000,
    min_insert_block_size_rows: 2_000_000,
    min_insert_block_size_bytes: 0,
    input_format_parallel_parsing: 0,
    // Rows come merged: merging them again took 2.1 of 2.5 s for 100 k rows of nine maps with six keys.
    optimize_on_insert: 0,
    ...(knowsDeduplicateInsert ? { deduplicate_insert: 'enable' } : {}),
  };
}

/** Equal rows of untokened inserts are meant: with a window on the table the second would be dropped. */
function commandSettings({ knowsDeduplicateInsert }: DatabaseOptions): Settings {
  return {
    async_insert: 0,
    insert_deduplicate: 0,
    ...(knowsDeduplicateInsert
      ? { deduplicate_insert: 'disable', deduplicate_insert_select: 'disable' }
      : {}),
  };
}

interface Attempt<T> {
  readonly run: (backend: Backend) => Promise<T>;
  readonly mayRepeat: boolean;
  readonly patienceMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Repeats a statement that was not executed, or that may run twice, until patience ends. */
async function tryAgain<T>(way: WayToStore, { run, mayRepeat, patienceMs, signal }: Attempt<T>): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const backend = await way.find();
    try {
      return await run(backend);
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
      way.lost(backend);
      if (error.executed === 'maybe' && !mayRepeat) throw error;
      if (performance.now() + pauseMs > deadline) {
        throw new StoreUnavailable(
          `${error.message}, for ${patienceMs / 1000} s. Start the store, or name another one.`,
          {
            cause: error,
          },
        );
      }
    }
    // Half of the pause is random, so that many waiters do not come back at once.
    await sleep(pauseMs * (0.5 + Math.random() / 2), undefined, signal === undefined ? {} : { signal });
  }
}
