/** The folder of an embedded store: made, recognised, or refused before anything is written to it. */

import { randomUUID } from 'node:crypto';
import { access, chmod, constants, link, mkdir, open, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError } from './database.ts';

/** A store's folder, recognised by its mark `store.json`. */
export interface DataFolder {
  readonly path: string;
  /** The store's own random id, by which a socket's answer is told from another store's. */
  readonly id: string;
  /** chDB's part of it. */
  readonly engine: string;
}

const MARK = 'store.json';
/** What a folder may hold and still be empty: a volume's own folder, what `ship` keeps beside a store to come, and our mark while it is written. */
const NOTHING = /^(lost\+found|ship|store\.json\.[0-9a-f-]{36})$/;

/**
 * Opens the folder at `path`, or makes it; a folder that holds something else and no mark is refused and left as it is. Throws
 * `StoreError`.
 */
export async function openDataFolder(path: string): Promise<DataFolder> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const id = (await readMark(path)) ?? (await makeMark(path));
    await access(path, constants.W_OK);
    return { path, id, engine: join(path, 'chdb') };
  } catch (error) {
    throw error instanceof StoreError ? error : folderError(path, error);
  }
}

/** Makes `name` in `folder` with these bytes, durable and whole, unless it exists; says whether it made it. */
export async function createDurably(folder: string, name: string, bytes: Uint8Array): Promise<boolean> {
  const draft = join(folder, `${name}.${randomUUID()}`);
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
    await link(draft, join(folder, name));
  } catch (error) {
    if (errno(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await file.close();
    await unlink(draft);
  }
  const entries = await open(folder, 'r');
  await entries.sync().finally(() => entries.close());
  return true;
}

/** What a failing system call on the folder means to its operator. */
export function folderError(path: string, cause: unknown): StoreError {
  const code = errno(cause) ?? 'unknown error';
  const advice = ADVICE[code] ?? 'Check the folder, or name another one with --data.';
  return new StoreError(`The store's folder ${path} cannot be used (${code}). ${advice}`, { cause });
}

/** The system's name of an error (`ENOSPC`), where it has one. */
export function errno(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: 'The disk is full: make room and run the command again; nothing half-written is counted.',
  EDQUOT: 'The disk quota is used up: make room and run the command again.',
  EROFS: 'It is on a read-only disk: name another folder with --data.',
  EACCES: 'This user may not write there: change its owner, or name another folder with --data.',
  EPERM: 'This user may not write there: change its owner, or name another folder with --data.',
  ENOTDIR: 'A part of the path is a file: name another folder with --data.',
  // Node says this, too, of a read-only disk.
  ENOENT: 'It cannot be made there; is the disk read-only? Name another folder with --data.',
  EEXIST: 'It is a file: name another folder with --data.',
};

async function readMark(path: string): Promise<string | undefined> {
  const text = await readFile(join(path, MARK), 'utf8').catch((error: unknown) => {
    if (errno(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const id = /^\{"store":"tallymark","id":"([0-9a-f-]{36})"\}\n$/.exec(text)?.[1];
  if (id !== undefined) return id;
  throw new StoreError(`${join(path, MARK)} is not what Tallymark writes. Name another folder with --data.`);
}

async function makeMark(path: string): Promise<string> {
  const strangers = (await readdir(path)).filter((name) => !NOTHING.test(name));
  // Another process may have made the store between the two looks.
  if (strangers.includes(MARK)) return (await readMark(path))!;
  if (strangers.length > 0) {
    throw new StoreError(
      `${path} is not empty and not a Tallymark store; nothing was written. Name another folder with --data.`,
    );
  }
  // The socket inside is open to whoever may enter the folder.
  await chmod(path, 0o700);
  await createDurably(path, MARK, Buffer.from(`{"store":"tallymark","id":"${randomUUID()}"}\n`));
  return (await readMark(path))!;
}
