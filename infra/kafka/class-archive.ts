import { existsSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { takeLock } from './take-lock.ts';

/**
 * File of the classes of a broker as Java has loaded and checked them (JEP 350, https://openjdk.org/jeps/350), beside its jars: a broker answers after 2.9 s
 * with it, for 2.7 s of processor time, and after 5.7 s without, for 5.3 s. It is made at the first call by `train`, which runs a broker with the
 * options that it is given and ends it in order; false where it did not end. Java leaves aside what it cannot use: the empty file that stands for
 * classes which could not be kept, or those of another Java. Either is made anew when it is deleted.
 */
export async function classArchive(
  jars: string,
  train: (java: readonly string[]) => Promise<boolean>,
): Promise<string> {
  const archive = `${jars}.jsa`;
  if (existsSync(archive)) return archive;
  await using _lock = await takeLock(`${archive}.lock`);
  if (existsSync(archive)) return archive;
  const draft = `${archive}.${process.pid}`;
  // What keeps a broker from starting is told by the next one.
  const isWhole = await train([`-XX:ArchiveClassesAtExit=${draft}`]).catch(() => false);
  if (isWhole && existsSync(draft)) await rename(draft, archive);
  else await writeFile(archive, '');
  await rm(draft, { force: true });
  return archive;
}
