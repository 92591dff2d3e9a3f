import { setTimeout as sleep } from 'node:timers/promises';
import { findFiles } from '../../shared/source/find-files.ts';
import { type Crew, createCrew } from './crew.ts';
import { FOLLOW_TIMES, type FollowTimes } from './follow-times.ts';
import { FollowedFile } from './followed-file.ts';
import { FileReader, type Following } from './read-followed.ts';
import { openBooks } from './save-often.ts';
import { summaryOf } from './ship-once.ts';
import type { ShipOptions, ShipSummary } from './ship-options.ts';
import { keyOf, statOf } from './stat-of.ts';

/** Of the time, for looking for files. */
const LARGEST_SHARE = 1 / 20;

/** Ships what is there and what is added to it, through rotation of any kind, until the signal; then waits for what is on its way. */
export async function follow(options: ShipOptions, times: Partial<FollowTimes> = {}): Promise<ShipSummary> {
  const start = performance.now();
  const crew = createCrew(options);
  const books = openBooks(options);
  const allTimes = { ...FOLLOW_TIMES, ...times };
  const follower = new Follower(options, crew, allTimes);
  try {
    await follower.run();
    await crew.outbox.drain(AbortSignal.timeout(allTimes.lastAnswersMs)).catch((error) => {
      if (crew.outbox.failed.aborted) throw error;
      options.onNotice('The brokers have not acknowledged everything; the next start ships the rest again.');
    });
  } finally {
    follower.close();
    await books.close();
  }
  return summaryOf(crew, [], (performance.now() - start) / 1000);
}

class Follower {
  readonly #following: Following;
  readonly #reader: FileReader;
  readonly #problems = new Set<string>();
  /** Nothing is known of what was shipped before, so nothing is looked for beside a file. */
  #isFirstStart: boolean;

  constructor(options: ShipOptions, crew: Crew, times: FollowTimes) {
    this.#following = { options, crew, times, files: new Map(), lookAt: Number.NEGATIVE_INFINITY };
    this.#reader = new FileReader(this.#following);
    this.#isFirstStart = options.sources.all.length === 0;
  }

  /** Resolves when the signal says so; rejects with what made sending fail. */
  async run(): Promise<void> {
    const { signal, outbox } = this.#following.crew;
    try {
      while (!signal.aborted) {
        this.#look();
        let isBusy = false;
        for (const file of [...this.#following.files.values()]) {
          if (signal.aborted) break;
          isBusy = (await this.#reader.attend(file)) || isBusy;
        }
        this.#show();
        if (!isBusy) await sleep(this.#following.times.pollMs, undefined, { signal });
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    outbox.failed.throwIfAborted();
  }

  close(): void {
    for (const file of this.#following.files.values()) file.close();
  }

  /** Looks for files that are new, or have another name. */
  #look(): void {
    const now = performance.now();
    if (now < this.#following.lookAt) return;
    const { paths, filesFrom } = this.#following.options;
    const found = findFiles(paths, filesFrom === undefined ? {} : { filesFrom });
    for (const { path } of found.files) this.#meet(path, now);
    this.#isFirstStart = false;
    for (const { path, message } of found.problems) this.#tellProblem(path, message);
    const wrong = new Set(found.problems.map(({ path }) => path));
    for (const path of this.#problems) if (!wrong.has(path)) this.#problems.delete(path);
    // A hundred thousand files take a while to find.
    const tookMs = performance.now() - now;
    this.#following.lookAt = now + Math.max(this.#following.times.lookMs, tookMs / LARGEST_SHARE);
  }

  #meet(path: string, now: number): void {
    const stat = statOf(path);
    if (stat === undefined) return;
    const known = this.#following.files.get(keyOf(stat));
    if (known === undefined) {
      const file = new FollowedFile(path, keyOf(stat), now);
      file.hasLookedBeside = this.#isFirstStart;
      this.#following.files.set(file.key, file);
    } else if (known.path !== path && !known.isInPlace()) {
      known.path = path;
      known.movedAt ??= now;
    }
  }

  #tellProblem(path: string, message: string): void {
    if (!this.#problems.has(path))
      this.#following.options.onNotice(`${message} It is shipped as soon as it is there.`);
    this.#problems.add(path);
  }

  #show(): void {
    const { totals } = this.#following.crew;
    const files = [...this.#following.files.values()].filter(({ readSize }) => readSize >= 0).length;
    this.#following.options.onProgress({
      bytesRead: totals.bytes,
      bytesTotal: undefined,
      lines: totals.lines,
      files,
      filesTotal: this.#following.files.size,
    });
  }
}
