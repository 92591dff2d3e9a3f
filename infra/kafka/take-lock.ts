import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A lock file with the holder's process id; that of a process which is gone counts for nothing. */
export async function takeLock(path: string): Promise<AsyncDisposable> {
  await mkdir(dirname(path), { recursive: true });
  // It gets its name with what is in it: one without a process in it would be waited for for ever.
  const draft = `${path}.${randomUUID()}`;
  for (;;) {
    try {
      await writeFile(draft, String(process.pid));
      await link(draft, path);
      return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      await rm(draft, { force: true });
    }
    const holder = Number(await readFile(path, 'utf8').catch(() => ''));
    if (holder > 0 && !isRunning(holder)) await rm(path, { force: true });
    else await sleep(100);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
