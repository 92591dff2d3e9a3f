/** chDB, the ClickHouse that lives inside this process: one folder a process, statements run off the event loop. */

import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessAborted } from '../in-time.ts';
import { errno } from './data-folder.ts';
import { StoreError } from './database.ts';
import { runNatively } from './native-statements.ts';
import { sqlString } from './parameters.ts';

type Session = import('chdb').Session;

/**
 * A connection runs one statement at a time (a `SELECT 1` behind a statement of 15 s took 15 s, on a second connection 3 ms),
 * so inserts, changes and reads have their own. Each running statement keeps one of libuv's threads (4 unless
 * UV_THREADPOOL_SIZE says otherwise), never the event loop: 232 of 260 timer ticks came through beside a busy query.
 */
export type Lane = 'read' | 'change' | 'insert';

const READERS = 2;
/** Parameters are part of the statement's text here: lists of a hundred thousand digests are some megabytes. */
const MAX_STATEMENT_BYTES = 1 << 28;

/** One statement for the engine; `settings` hold for it alone. */
export interface Statement {
  readonly lane: Lane;
  readonly sql: string;
  /** Texts of the statement's `{name:Type}` parameters. */
  readonly params: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, string | number>>;
  /** Output format where the statement names none. */
  readonly format: string;
  readonly signal?: AbortSignal | undefined;
}

/** Bytes for `INSERT INTO … ` without its FORMAT clause. */
export interface EngineInsert {
  readonly into: string;
  readonly format: string;
  readonly body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  readonly settings: Readonly<Record<string, string | number>>;
}

/** The open chDB of a folder. */
export interface Engine {
  readonly version: string;
  /** The statement's output; throws the engine's error with `clickhouseCode`. */
  run(statement: Statement): Promise<Uint8Array>;
  insert(insert: EngineInsert): Promise<void>;
  /** Finishes what runs, then closes. */
  close(): Promise<void>;
}

/** Opens chDB at `folder` with `database` as its default; throws `StoreError` when chDB refuses, as for a locked folder. */
export async function openEngine(folder: string, database: string): Promise<Engine> {
  const chdb = await loadChdb();
  const sessions: Session[] = [];
  try {
    for (let i = 0; i < READERS + 2; i++) sessions.push(new chdb.Session(folder));
  } catch (cause) {
    for (const session of sessions) session.close();
    throw new StoreError(`chDB could not open ${folder}; it wrote its reason to stderr.`, { cause });
  }
  const lanes = sessions.map(makeConnection);
  const prepare = (sql: string) => ({ sql, params: {}, settings: {}, format: 'Null' });
  await lanes[0]!.run(prepare(`CREATE DATABASE IF NOT EXISTS ${database}`));
  for (const lane of lanes)
    await lane.run(prepare(`USE ${database}; SET max_query_size = ${MAX_STATEMENT_BYTES}`));
  const version = await lanes[0]!.run({
    sql: 'SELECT version()',
    params: {},
    settings: {},
    format: 'TabSeparated',
  });
  const [insert, change, ...readers] = lanes as [Connection, Connection, ...Connection[]];
  const chosen = { insert: [insert], change: [change], read: readers };
  return {
    version: Buffer.from(version).toString().trim(),
    run: (statement) => leastBusy(chosen[statement.lane]).run(statement),
    insert: (it) => insertFromFile(folder, insert, it),
    close: async () => {
      await Promise.all(lanes.map((lane) => lane.idle()));
      for (const session of sessions) session.close();
      await chdb.drainPending();
    },
  };
}

/** Loads chDB's library (0.3 s the first time), so that opening a folder afterwards is quick. Throws `StoreError` where it is missing. */
export async function loadChdb(): Promise<typeof import('chdb')> {
  try {
    return await import('chdb');
  } catch (cause) {
    throw new StoreError(
      'The embedded store needs the optional package "chdb" (Linux with glibc, or macOS). ' +
        'Run `npm install chdb@3.4.0`, or use a server with --clickhouse URL.',
      { cause },
    );
  }
}

interface Connection {
  readonly waiting: () => number;
  run(statement: Omit<Statement, 'lane'>): Promise<Uint8Array>;
  idle(): Promise<void>;
}

/**
 * Puts a session's statements in line. Settings and parameters are set on the session before each statement, since chDB has no
 * other place for them, and those of the one before are set back first: else a token would stay and drop the next insert.
 */
function makeConnection(session: Session): Connection {
  let tail: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  let changed: readonly string[] = [];
  const execute = async (statement: Omit<Statement, 'lane'>): Promise<Uint8Array> => {
    statement.signal?.throwIfAborted();
    const settings = Object.entries(statement.settings);
    const assignments = [
      ...changed.filter((name) => !(name in statement.settings)).map((name) => `${name} = DEFAULT`),
      ...settings.map(([name, value]) => `${settingName(name)} = ${sqlString(String(value))}`),
      ...Object.entries(statement.params).map(
        ([name, text]) => `param_${settingName(name)} = ${sqlString(text)}`,
      ),
    ];
    changed = [...new Set([...changed, ...settings.map(([name]) => name)])];
    const prefix = assignments.length === 0 ? '' : `SET ${assignments.join(', ')}; `;
    const { format } = statement;
    const result = await runNatively(() => session.queryAsync(prefix + statement.sql, { format }));
    changed = settings.map(([name]) => name);
    return result.bytes();
  };
  return {
    waiting: () => waiting,
    run: (statement) => {
      waiting++;
      const done = tail.then(() => execute(statement)).finally(() => waiting--);
      tail = done.catch(() => undefined);
      // Who no longer wants the answer goes on at once; the statement itself cannot be stopped.
      return unlessAborted(done, statement.signal);
    },
    idle: async () => {
      await tail;
    },
  };
}

function leastBusy(connections: readonly Connection[]): Connection {
  return connections.reduce((best, next) => (next.waiting() < best.waiting() ? next : best));
}

let spooled = 0;

/**
 * chDB takes inline data as text only: behind its list of formats, the engine cuts the data at the first two line feeds in a row,
 * which are 2570 as a number. So the bytes go through a file without a name, which is gone whatever happens. And they are selected
 * from it, since to `FROM INFILE` chDB adds what it finds on the standard input of our process, which may be a log.
 */
async function insertFromFile(folder: string, connection: Connection, insert: EngineInsert): Promise<void> {
  if (!/^\w+$/.test(insert.format)) throw new StoreError(`"${insert.format}" is no name for a format`);
  const file = await spool(folder, insert.body);
  try {
    const source = process.platform === 'linux' ? `/proc/self/fd/${file.fd}` : `/dev/fd/${file.fd}`;
    await connection.run({
      sql: `${insert.into} SELECT * FROM file('${source}', '${insert.format}', 'auto', 'none')`,
      params: {},
      settings: { ...insert.settings, ...selectSettings },
      format: 'Null',
    });
  } finally {
    await file.close();
  }
}

/** A file's rows as the table has them, in one block, under the insert's token. */
const selectSettings = {
  use_structure_from_insertion_table_in_table_functions: 1,
  deduplicate_insert_select: 'enable_even_for_bad_queries',
  max_threads: 1,
  max_insert_threads: 1,
} as const;

/** Writes the bytes to a file that has no name any more. A full disk is said as the engine says it. */
async function spool(folder: string, body: EngineInsert['body']): Promise<FileHandle> {
  const path = join(folder, `insert-${process.pid}-${spooled++}`);
  const file = await open(path, 'wx+', 0o600);
  try {
    await unlink(path);
    for await (const chunk of body) await file.writeFile(chunk);
    return file;
  } catch (error) {
    await file.close();
    if (errno(error) !== 'ENOSPC' && errno(error) !== 'EDQUOT') throw error;
    throw new Error('Code: 243. DB::Exception: No space for the data of an insert. (NOT_ENOUGH_SPACE)', {
      cause: error,
    });
  }
}

function settingName(name: string): string {
  if (!/^[A-Za-z_]\w*$/.test(name)) throw new StoreError('A setting or parameter has an impossible name');
  return name;
}
