/**
 * The way to an embedded store. chDB opens a folder in one process only: who opens it first owns it and serves the others on
 * `store.sock` in the folder; when the owner goes, one of the others takes over.
 */

import { chmod, type FileHandle, open, readFile, stat, unlink } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend } from './backend.ts';
import { type Engine, loadChdb, openEngine } from './chdb.ts';
import { chdbBackend } from './chdb-backend.ts';
import { type DataFolder, errno, folderError } from './data-folder.ts';
import { StoreError, StoreUnavailable } from './database.ts';
import type { WayToStore } from './database-over.ts';
import { httpBackend } from './http-backend.ts';
import { STORE_HEADER, type StatementServer, statementServer } from './statement-server.ts';
import { inTurn } from './take-turns.ts';

/** The name of the store's database, inside chDB and by default on a server. */
export const DATABASE = 'tallymark';

/** The way of one process to an embedded store. */
export interface EmbeddedWay extends WayToStore {
  /** Whether this process owns the store just now. */
  readonly owner: () => boolean;
}

type Role = { readonly backend: Backend; readonly engine?: Engine; readonly server?: StatementServer };

/** An owner is a process of this machine: it answers its socket within this time or it is too busy to be waited for. */
const PING_TIMEOUT_MS = 10_000;
/** A statement on the socket waits as long as it takes: when the owner dies the connection does too. */
const SOCKET_TIMEOUT_MS = 24 * 3_600_000;
const PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;

/** Finds a role for this process in the store of `folder`: owner if nobody is, else a guest of the owner's. */
export async function openEmbeddedStore(folder: DataFolder, patienceMs: number): Promise<EmbeddedWay> {
  const socket = await openSocketPath(folder.path);
  const left: Backend[] = [];
  let role: Role | undefined;
  let taking: Promise<Role> | undefined;
  let isClosed = false;
  const find = async (): Promise<Role> => {
    if (role !== undefined) return role;
    taking ??= takeRole(folder, socket.path, patienceMs).finally(() => {
      taking = undefined;
    });
    role = await taking;
    return role;
  };
  await find().catch(async (error: unknown) => {
    await socket.close();
    throw error;
  });
  return {
    owner: () => role?.engine !== undefined,
    find: async () => {
      // What was left behind must not open the store again.
      if (isClosed) throw new StoreError('The store was closed.');
      return (await find()).backend;
    },
    lost: (backend) => {
      if (role?.backend !== backend || role.engine !== undefined) return;
      // Others of its statements may still be under way: it is closed at the end.
      left.push(backend);
      role = undefined;
    },
    [Symbol.asyncDispose]: async () => {
      isClosed = true;
      const last = role ?? (await taking?.catch(() => undefined));
      // The order matters: once chDB is closed another process may bind the socket, which we then must not unlink.
      await last?.server?.close();
      await last?.engine?.close();
      for (const backend of last === undefined ? left : [...left, last.backend]) await backend.close();
      await socket.close();
    },
  };
}

async function takeRole(folder: DataFolder, socket: string, patienceMs: number): Promise<Role> {
  const deadline = performance.now() + patienceMs;
  const lock = join(folder.engine, 'status');
  let refused = false;
  for (let pauseMs = PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    if (await answers(folder, socket)) return guest(socket);
    // Loaded before looking at the lock, so that of two processes at once the later one sees it.
    await loadChdb();
    try {
      const open = async () =>
        (await lockHolder(lock)) === undefined ? await becomeOwner(folder, socket) : undefined;
      const owner = await inTurn(`tallymark ${folder.id}`, open);
      if (owner !== undefined) return owner;
    } catch (error) {
      // Once may be another process's doing; chDB writes its reason to stderr and gives none.
      if (refused && (await lockHolder(lock)) === undefined) throw error;
      refused = true;
    }
    if (performance.now() > deadline) {
      const holder = await lockHolder(lock);
      const who = holder === undefined ? 'Another process' : `Process ${holder}`;
      throw new StoreUnavailable(
        `${who} holds the store in ${folder.path} and does not answer. Stop it, or wait for it.`,
      );
    }
    await sleep(pauseMs * (0.5 + Math.random() / 2));
  }
}

function guest(socket: string): Role {
  return {
    backend: httpBackend({
      url: 'http://localhost',
      database: DATABASE,
      socketPath: socket,
      requestTimeoutMs: SOCKET_TIMEOUT_MS,
    }),
  };
}

async function becomeOwner(folder: DataFolder, socket: string): Promise<Role> {
  const engine = await openEngine(folder.engine, DATABASE);
  try {
    // We hold chDB's lock, so whatever is there is a dead owner's.
    await unlink(socket).catch((error: unknown) => {
      if (errno(error) !== 'ENOENT') throw error;
    });
    const server = statementServer(engine, folder.id);
    await new Promise<void>((resolve, reject) => {
      server.server.once('error', reject).listen(socket, resolve);
    });
    // A process that only owns the store for others must still be able to end.
    server.server.unref();
    await chmod(socket, 0o600);
    return { backend: chdbBackend(engine), engine, server };
  } catch (error) {
    await engine.close();
    throw folderError(folder.path, error);
  }
}

/** Whether an owner answers at the socket; throws when it owns another store. */
async function answers(folder: DataFolder, socket: string): Promise<boolean> {
  const id = await new Promise<string | undefined>((resolve) => {
    const request = get(
      { socketPath: socket, path: '/ping', agent: false, timeout: PING_TIMEOUT_MS },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200 ? String(response.headers[STORE_HEADER]) : undefined);
      },
    );
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(undefined));
  });
  if (id === undefined || id === folder.id) return id !== undefined;
  throw new StoreError(
    `The socket in ${folder.path} leads to another store. Was the folder copied while it was in use?`,
  );
}

/** The process that holds the lock on `path`, where the system tells (Linux); chDB's own attempt would print an error. */
async function lockHolder(path: string): Promise<number | undefined> {
  try {
    const { ino } = await stat(path);
    const locks = await readFile('/proc/locks', 'utf8');
    const line = locks.split('\n').find((lock) => lock.includes(`:${ino} `));
    return line === undefined ? undefined : Number(line.trim().split(/\s+/)[4]);
  } catch {
    return undefined;
  }
}

/** The longest path of a Unix socket on Linux and macOS; Node cuts a longer one in silence and talks to another store. */
const LONGEST_SOCKET_PATH = process.platform === 'linux' ? 107 : 103;

/** The socket's path, through an open folder where there is /proc, so that it is short. */
async function openSocketPath(folder: string): Promise<{ path: string; close(): Promise<void> }> {
  if (process.platform === 'linux') {
    const handle: FileHandle = await open(folder, 'r');
    return { path: `/proc/self/fd/${handle.fd}/store.sock`, close: () => handle.close() };
  }
  const path = join(folder, 'store.sock');
  if (Buffer.byteLength(path) > LONGEST_SOCKET_PATH)
    throw new StoreError(
      `The path ${path} is too long for a socket. Name a folder with a shorter one with --data.`,
    );
  return { path, close: async () => undefined };
}
