import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { insertsMade } from './inserts-made.ts';
import { type MadeLogs, makeLogs } from './make-logs.ts';
import { findMistakes, readBooks } from './read-books.ts';
import { replayArguments, summaryOf } from './replay-arguments.ts';
import { type SeededRandom, seededRandom } from './seeded-random.ts';
import { startCli } from './start-cli.ts';

/** One store, killed again and again. */
export interface KillRound {
  readonly seed: number;
  readonly kills: number;
  readonly lines: number;
}

/** What a round came to. */
export interface KillResult {
  /** How often a replay was killed before it ended by itself. */
  readonly killed: number;
  /** How often a replay had to finish what one that was killed had begun. */
  readonly recovered: number;
  /** None where each line is counted once. */
  readonly mistakes: readonly string[];
}

/**
 * Starts `replay` over made logs and kills it at a random moment, `kills` times; lets it run to its end; then once more, which must count nothing.
 * The store is kept where there are mistakes.
 */
export async function killReplay({ seed, kills, lines }: KillRound): Promise<KillResult> {
  const random = seededRandom(seed);
  const folder = await mkdtemp(join(tmpdir(), `tallymark-kill-${seed}-`));
  const data = join(folder, 'data');
  const source = join(folder, 'logs');
  await mkdir(source);
  const logs = makeLogs({ folder: source, random, lines, files: 2 + random.below(4) });
  const files = { data, logs, random };
  const counter = { killed: 0, recovered: 0 };
  for (let kill = 0; kill < kills; kill++) await killOnce({ ...files, isNew: kill === 0 }, counter);
  const mistakes = await findAfterwards(files, counter);
  if (mistakes.length > 0) return { ...counter, mistakes: [...mistakes, `kept in ${folder}`] };
  await rm(folder, { recursive: true });
  return { ...counter, mistakes };
}

interface Files {
  readonly data: string;
  readonly logs: MadeLogs;
  readonly random: SeededRandom;
}

/** Longest wait for a moment of the clock; alone on a machine a replay of such logs takes less. */
const longestMs = 1_500;
/** A replay of such logs makes some 14 inserts, a new store 5 more. */
const mostInserts = 18;
/** An insert of such a batch takes some 10 ms, most of it the disk's. */
const longestInsertMs = 15;

/** Within one of its inserts, however long it takes to get there, or at a moment of the clock; a new store in time, in any case. */
async function killOnce(
  { data, logs, random, isNew }: Files & { readonly isNew: boolean },
  counter: { killed: number; recovered: number },
): Promise<void> {
  await using replay = startCli(replayArguments(logs.paths, data));
  if (!isNew && random.below(5) === 0) await Promise.race([replay.ended, sleep(random.next() * longestMs)]);
  else {
    await insertsMade(data, { inserts: random.below(mostInserts), replay });
    await sleep(random.next() * longestInsertMs);
  }
  replay.kill('SIGKILL');
  const { signal, stderr } = await replay.ended;
  if (signal === 'SIGKILL') counter.killed++;
  if (stderr.includes('had stopped half-way')) counter.recovered++;
}

async function findAfterwards(
  { data, logs }: Files,
  counter: { killed: number; recovered: number },
): Promise<string[]> {
  const mistakes: string[] = [];
  for (const time of ['the last', 'one more']) {
    await using replay = startCli(replayArguments(logs.paths, data));
    const { exit, stdout, stderr } = await replay.ended;
    if (stderr.includes('had stopped half-way')) counter.recovered++;
    if (exit !== 0) return [`${time} replay ended with ${exit}: ${stderr}`];
    const { lines, already_counted } = summaryOf(stdout);
    if (lines !== logs.lines) mistakes.push(`${time} replay read ${lines} lines of ${logs.lines}`);
    if (time === 'one more' && already_counted !== lines)
      mistakes.push(`one more replay counted ${lines - already_counted} lines again`);
  }
  return [...mistakes, ...findMistakes(await readBooks({ data }), [logs])];
}
