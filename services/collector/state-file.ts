import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { nameOf } from '../../shared/kafka/chunk.ts';
import { BEGINNING, type Place, Sources, type Tracked } from './sources.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.number().int().min(0);

const sourceSchema = z.strictObject({
  first_line: digest,
  start_length: count,
  start: digest,
  starts: z.array(z.tuple([count, digest])),
  position: count,
  tail: z.strictObject({ length: count, digest: z.string() }),
  directives: z.string(),
  unterminated: count,
  seen: z.iso.datetime(),
});

/** The state of `tallymark ship` for one topic: digests and positions, and nothing of a line but directives. */
const stateSchema = z.strictObject({ version: z.literal(1), sources: z.array(sourceSchema) });

type SourceState = z.infer<typeof sourceSchema>;

/** A state file that is open. */
export interface StateFile {
  readonly sources: Sources;
  /** What was wrong with the file, in words; undefined where nothing was. */
  readonly finding: string | undefined;
  /** Writes what is acknowledged, at once or not at all. */
  save(): Promise<void>;
}

/** A source that has not been met for so long is forgotten. */
const FORGET_AFTER_MS = 30 * 24 * 3600 * 1000;

/** Reads the state, or begins a new one where it is lost or broken: then everything is shipped again, and counted once. */
export async function openStateFile(path: string): Promise<StateFile> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const sources = new Sources();
  const read = await readState(path);
  for (const each of read.sources) sources.add(trackedOf(each));
  let written = '';
  return {
    sources,
    finding: read.finding,
    async save() {
      sources.forgetBefore(Date.now() - FORGET_AFTER_MS);
      const shipped = sources.all.filter(({ acked }) => acked !== BEGINNING);
      const text = JSON.stringify({ version: 1, sources: shipped.map(stateOf) });
      if (text === written) return;
      await replaceFile(path, `${text}\n`);
      written = text;
    },
  };
}

async function readState(path: string): Promise<{ sources: readonly SourceState[]; finding?: string }> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { sources: [] };
    throw error;
  }
  const parsed = stateSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const finding = `The state ${path} cannot be read. All is shipped again from the beginning; what was counted is not counted twice.`;
  return { sources: [], finding };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function trackedOf(state: SourceState): Tracked {
  const identity = { firstLine: state.first_line, startLength: state.start_length, start: state.start };
  const source = { identity, starts: new Map(state.starts) };
  const { position, tail, directives, unterminated } = state;
  const place: Place = { position, tail, directives, unterminated };
  return { name: nameOf(source), source, acked: place, sent: place, seenAt: Date.parse(state.seen) };
}

function stateOf({ source: { identity, starts }, acked, seenAt }: Tracked): SourceState {
  return {
    first_line: identity.firstLine,
    start_length: identity.startLength,
    start: identity.start,
    starts: [...starts],
    ...acked,
    // To the day, so that a state in which nothing moves is not written again and again.
    seen: new Date(seenAt - (seenAt % 86_400_000)).toISOString(),
  };
}

/** Writes beside it, makes sure it is on the disk, and takes its place: a reader finds the old or the new, never half. */
async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
