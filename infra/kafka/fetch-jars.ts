import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { takeLock } from './take-lock.ts';

const pom = fileURLToPath(new URL('pom.xml', import.meta.url));
const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url));

/** What is lacking to run a broker here, in words with what to install; undefined where nothing is. */
export function whatIsMissing(): string | undefined {
  if (!isOnPath('java')) return 'java is not on the PATH; install a Java runtime, version 17 or later';
  if (!existsSync(jarFolder()) && !isOnPath('mvn'))
    return 'mvn is not on the PATH; install Maven, which fetches the jars of Kafka';
  return undefined;
}

/** The folder with the jars of pom.xml, fetched by Maven at the first call. Throws where Maven is missing or fails. */
export async function fetchJars(): Promise<string> {
  const missing = whatIsMissing();
  if (missing !== undefined) throw new Error(missing);
  const folder = jarFolder();
  if (existsSync(folder)) return folder;
  // Two at once would write to one local repository of Maven, which does not lock it.
  await using _lock = await takeLock(`${folder}.lock`);
  if (!existsSync(folder)) await copyJars(folder);
  return folder;
}

/** Named after what is in it, so that another version in pom.xml is fetched. */
function jarFolder(): string {
  const version = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 12);
  return join(cacheFolder(), `jars-${version}`);
}

function cacheFolder(): string {
  for (const folder of [join(modules, '.cache/tallymark-kafka'), join(tmpdir(), 'tallymark-kafka')]) {
    try {
      mkdirSync(folder, { recursive: true });
      accessSync(folder, constants.W_OK);
      return folder;
    } catch {
      // Not ours to write: an installation of somebody else, or a read-only one.
    }
  }
  throw new Error(`no folder for the jars of Kafka: neither ${modules} nor ${tmpdir()} can be written`);
}

/** A folder that is there is whole: it gets its name when everything is in it. */
async function copyJars(folder: string): Promise<void> {
  const draft = `${folder}.${process.pid}`;
  await rm(draft, { recursive: true, force: true });
  const args = ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${draft}`];
  try {
    await promisify(execFile)('mvn', args, { timeout: 300_000, maxBuffer: 1 << 24 });
  } catch (cause) {
    await rm(draft, { recursive: true, force: true });
    const said = (cause as { stdout?: string }).stdout ?? '';
    const reason = said.split('\n').find((line) => line.includes('ERROR')) ?? (cause as Error).message;
    throw new Error(`Maven could not fetch the jars of Kafka: ${reason}`, { cause });
  }
  await rename(draft, folder);
}

function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
