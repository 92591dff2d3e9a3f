import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningBrokers } from '../../../infra/kafka/start-brokers.ts';
import { type MadeLogs, makeLogs } from '../make-logs.ts';
import { findMistakes, readBooks, readLines } from '../read-books.ts';
import { seededRandom } from '../seeded-random.ts';
import { type Counter, Crew } from './crew.ts';
import { growLogs } from './grow-logs.ts';
import { type Feed, ingestOnce, shipOnce } from './ship-and-ingest.ts';

/** Rounds of one crew, on one store and one topic. */
export interface KillRounds {
  readonly running: RunningBrokers;
  readonly seed: number;
  readonly rounds: number;
  /** Written in each round. */
  readonly lines: number;
  /** Longest time that an ingester stands still; above 30 s the group finds out by itself. */
  readonly freezeMs?: number;
}

/** What they came to. */
export interface KillResult extends Readonly<Counter> {
  /** None where each line was counted once, after each round. */
  readonly mistakes: readonly string[];
}

/** About how long the logs of a round grow. */
const growMs = 4_000;
/** In which all is counted after the last fault: sessions of 30 s that have to pass, and a machine that has other things to do. */
const patienceMs = 180_000;

/**
 * Ships logs while they grow and counts them with one to three ingesters. In each round one or two of all these are killed at random moments;
 * after each, the books have to come to what was written. The store is kept where they do not, and what all have said.
 */
export async function killKafka({ running, seed, rounds, lines, freezeMs }: KillRounds): Promise<KillResult> {
  const random = seededRandom(seed);
  const folder = await mkdtemp(join(tmpdir(), `tallymark-kill-kafka-${seed}-`));
  const [source, live] = [join(folder, 'made'), join(folder, 'live')];
  await Promise.all([mkdir(source), mkdir(live)]);
  const [data, name] = [join(folder, 'data'), `kill-${seed}-${Date.now()}`];
  const feed = { running, topic: name, group: name, data, partitions: 1 + random.below(4) };
  const files = 1 + random.below(4);
  const logs: MadeLogs[] = [];
  await using crew = new Crew({ running, feed, live, random, freezeMs });
  for (let round = 1; round <= rounds && crew.mistakes.length === 0; round++) {
    logs.push(makeLogs({ folder: source, random, lines, files, name: `r${round}` }));
    const growing = growLogs({ logs: logs.at(-1)!, folder: live, random, ms: growMs });
    for (let fault = 1 + Number(random.below(4) === 0); fault > 0; fault--) await crew.fail();
    await growing;
    crew.mistakes.push(...(await untilRight(feed, logs)).map((mistake) => `round ${round}: ${mistake}`));
  }
  await writeFile(join(folder, 'said.txt'), crew.said());
  if (crew.mistakes.length === 0) {
    await crew.end();
    crew.mistakes.push(...(await findAfterwards(feed, live)), ...findMistakes(await readBooks(feed), logs));
  }
  if (crew.mistakes.length > 0) crew.mistakes.push(`kept in ${folder}`);
  else await rm(folder, { recursive: true });
  return { ...crew.counter, mistakes: crew.mistakes };
}

/** Waits for the books to come to what was written; the mistakes that stay. */
async function untilRight({ data }: Feed, logs: readonly MadeLogs[]): Promise<string[]> {
  const deadline = performance.now() + patienceMs;
  const expected = logs.reduce((sum, { lines }) => sum + lines, 0);
  for (;;) {
    const isLate = performance.now() > deadline;
    // Whoever held the store may have died just now.
    const lines = await readLines({ data }).catch(() => undefined);
    if (lines === expected || isLate) {
      const books = await readBooks({ data }).catch((error: Error) => error);
      const mistakes = books instanceof Error ? [books.message] : findMistakes(books, logs);
      if (mistakes.length === 0 || isLate) return mistakes;
    }
    await sleep(500);
  }
}

/** Ships and counts what is left, and finds nothing more to do when asked again. */
async function findAfterwards(feed: Feed, live: string): Promise<string[]> {
  try {
    await shipOnce(feed, [live]);
    await ingestOnce(feed);
    const again = await shipOnce(feed, [live]);
    return again.lines === 0 ? [] : [`${again.lines} lines were shipped again`];
  } catch (error) {
    return [(error as Error).message];
  }
}
