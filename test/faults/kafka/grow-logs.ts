import {
  appendFileSync,
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import type { MadeLogs } from '../make-logs.ts';
import type { SeededRandom } from '../seeded-random.ts';

/** Made logs that are to be written bit by bit. */
export interface GrowOptions {
  readonly logs: MadeLogs;
  /** Where they are written: `access-0.log` and so on, and what they are rotated to. */
  readonly folder: string;
  readonly random: SeededRandom;
  /** About how long it takes. */
  readonly ms: number;
}

const pieces = 60;
const rotations = 3;

/** Writes logs as a web server does, lines cut anywhere, and rotates them by renaming and by copying; resolves when all is written. */
export async function growLogs({ logs, folder, random, ms }: GrowOptions): Promise<void> {
  await Promise.all(
    logs.paths.map(async (path, index) => {
      const bytes = readFileSync(path);
      const text = path.endsWith('.gz') ? gunzipSync(bytes) : bytes;
      const log = new GrowingLog(join(folder, `access-${index}.log`), random);
      for (const piece of cut(text, random)) {
        log.write(piece);
        await sleep((random.next() * 2 * ms) / pieces);
      }
      log.close();
    }),
  );
}

/** Some sixty pieces, cut anywhere. */
function cut(text: Buffer, random: SeededRandom): Buffer[] {
  const cuts = Array.from({ length: pieces - 1 }, () => random.below(text.length));
  const ends = [0, ...cuts.sort((a, b) => a - b), text.length];
  return ends.slice(1).map((end, index) => text.subarray(ends[index], end));
}

class GrowingLog {
  readonly #path: string;
  readonly #random: SeededRandom;
  #fd: number;

  constructor(path: string, random: SeededRandom) {
    this.#path = path;
    this.#random = random;
    this.#fd = openSync(path, 'a');
  }

  write(piece: Buffer): void {
    if (this.#random.below(pieces / rotations) > 0) {
      writeSync(this.#fd, piece);
      return;
    }
    const end = piece.indexOf(10) + 1;
    const before = piece.subarray(0, end);
    if (end === 0 || this.#random.below(2) === 0) this.#rename(before);
    else this.#copyTruncate(before);
    writeSync(this.#fd, piece.subarray(end));
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** The server writes the rest of its line to the file it has open, and then opens the path anew. */
  #rename(rest: Buffer): void {
    if (rest.length === 0) return;
    renameSync(this.#path, this.#nextName());
    writeSync(this.#fd, rest);
    closeSync(this.#fd);
    this.#fd = openSync(this.#path, 'a');
  }

  #copyTruncate(before: Buffer): void {
    appendFileSync(this.#path, before);
    copyFileSync(this.#path, this.#nextName());
    truncateSync(this.#path);
  }

  /** Logs that are followed for long are rotated again and again. */
  #nextName(): string {
    let number = 1;
    while (existsSync(`${this.#path}.${number}`)) number++;
    return `${this.#path}.${number}`;
  }
}
