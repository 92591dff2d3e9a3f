import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Ended, type RunningCli, startCli } from '../faults/start-cli.ts';
import type { Surface } from './scan.ts';

/** Runs commands in a folder of their own, and keeps all that they write to their streams. */
export interface Collector {
  /** Working folder, home and temporary folder of the commands; whatever they leave is in here. */
  readonly folder: string;
  readonly surfaces: readonly Surface[];
  start(args: readonly string[], options?: CollectOptions): RunningCli;
  /** Starts, waits, and keeps what it wrote. */
  run(args: readonly string[], options?: CollectOptions): Promise<Ended>;
  /** Keeps what a process wrote. */
  keep(name: string, ended: Ended): void;
  /** Asks, and keeps the answer with its headers. */
  get(url: string, headers?: Readonly<Record<string, string>>): Promise<string>;
}

interface CollectOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** An ECMAScript module that each of the process's threads runs first. */
  readonly preload?: string;
}

/** Collects in `folder`. */
export function collectIn(folder: string): Collector {
  const [home, temporary] = [join(folder, 'home'), join(folder, 'tmp')];
  for (const each of [home, temporary]) mkdirSync(each, { recursive: true });
  const surfaces: Surface[] = [];
  const keep = (name: string, { stdout, stderr }: Ended) => {
    surfaces.push({ name: `stdout of ${name}`, bytes: Buffer.from(stdout) });
    surfaces.push({ name: `stderr of ${name}`, bytes: Buffer.from(stderr) });
  };
  const start = (args: readonly string[], { env = {}, preload }: CollectOptions = {}) =>
    startCli(args, {
      cwd: home,
      env: { HOME: home, TMPDIR: temporary, ...env },
      ...(preload && { nodeArgs: ['--import', `data:text/javascript,${encodeURIComponent(preload)}`] }),
    });
  return {
    folder,
    surfaces,
    start,
    keep,
    run: async (args, options) => {
      const ended = await start(args, options).ended;
      keep(args.slice(0, 2).join(' '), ended);
      return ended;
    },
    get: async (url, headers = {}) => {
      const answer = await fetch(url, { headers, redirect: 'manual' });
      const text = `${JSON.stringify([...answer.headers])}\n${await answer.text()}`;
      surfaces.push({ name: `the answer to ${new URL(url).pathname}`, bytes: Buffer.from(text) });
      return text;
    },
  };
}

/** The same collector, for use within a test: what it starts ends with the test, however that ends. */
export function endedWithTest(collector: Collector): Collector {
  const start: Collector['start'] = (args, options) => {
    const running = collector.start(args, options);
    onTestFinished(() => running[Symbol.asyncDispose]());
    return running;
  };
  return { ...collector, start };
}
