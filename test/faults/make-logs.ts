/**
 * Logs whose counts are known line by line without reading them: each download has a project of its own, some projects have a known number.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { SeededRandom } from './seeded-random.ts';

/** What logs to make. */
export interface LogsOptions {
  readonly folder: string;
  readonly random: SeededRandom;
  /** Lines of all files together. */
  readonly lines: number;
  readonly files: number;
  /** Begins the name of each project, so that two sets of logs do not share one. */
  readonly name?: string;
}

/** Logs on disk, and what there is in them. */
export interface MadeLogs {
  readonly paths: readonly string[];
  readonly lines: number;
  /** Downloads by project. */
  readonly downloads: ReadonlyMap<string, number>;
}

/** Writes `files` logs of combined lines of two months, every other one as `.gz`; one line in ten is no download, some of these without a day. */
export function makeLogs({ folder, random, lines, files, name = 'p' }: LogsOptions): MadeLogs {
  const downloads = new Map<string, number>();
  const paths: string[] = [];
  for (let file = 0; file < files; file++) {
    const first = Math.floor((lines * file) / files);
    const last = Math.floor((lines * (file + 1)) / files);
    const text: string[] = [];
    for (let line = first; line < last; line++) {
      const project = random.below(20) === 0 ? `${name}-shared-${random.below(7)}` : `${name}-${line}`;
      if (random.below(10) === 0) text.push(noise(random, line));
      else {
        text.push(download(random, project));
        downloads.set(project, (downloads.get(project) ?? 0) + 1);
      }
    }
    const path = join(folder, `${name}-${file}.log${file % 2 === 1 ? '.gz' : ''}`);
    const bytes = Buffer.from(`${text.join('\n')}\n`);
    writeFileSync(path, path.endsWith('.gz') ? gzipSync(bytes) : bytes);
    paths.push(path);
  }
  return { paths, lines, downloads };
}

const months = ['Aug', 'Sep'] as const;

function download(random: SeededRandom, project: string): string {
  const address = random.pick(['192.0.2', '198.51.100', '203.0.113']);
  const path = `/packages/any/${project[0]}/${project}/${project}-1.${random.below(3)}.tar.gz`;
  return `${address}.${random.below(256)} - - [${moment(random)}] "GET ${path} HTTP/1.1" 200 2326 "-" "pip/24.0"`;
}

function noise(random: SeededRandom, line: number): string {
  const request = `"GET /robots-${line}.txt HTTP/1.1" 404 2 "-" "-"`;
  return random.pick([
    `192.0.2.1 - - [${moment(random)}] ${request}`,
    `192.0.2.1 - - [31/Feb/2026:00:00:00 +0000] ${request}`,
    `noise ${line} of no log`,
  ]);
}

/** `07/Aug/2026:09:00:00 +0000` */
function moment(random: SeededRandom): string {
  const two = (number: number) => String(number).padStart(2, '0');
  const day = `${two(1 + random.below(28))}/${random.pick(months)}/2026`;
  return `${day}:${two(random.below(24))}:${two(random.below(60))}:00 +0000`;
}
