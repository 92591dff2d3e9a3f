import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The built command line. */
export const program = join(root, 'dist/services/cli.js');

/** What a process left. */
export interface Ran {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
}

/** Runs `tallymark` as users do, without this process's settings. Builds it first where the sources are newer. */
export async function runCli(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  await built();
  const start = performance.now();
  const child = spawn(process.execPath, [program, ...args], {
    cwd: options.cwd ?? root,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', TZ: 'UTC', ...options.env },
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  child.stdin.on('error', () => {}).end(options.input ?? '');
  const exit = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { exit, ...output, milliseconds: performance.now() - start };
}

let building: Promise<void> | undefined;

/** Once a test process, and by one test process at a time. */
export function built(): Promise<void> {
  building ??= build();
  return building;
}

async function build(): Promise<void> {
  const lock = join(root, 'node_modules/.tallymark-build');
  while (
    !(await mkdir(lock).then(
      () => true,
      () => false,
    ))
  )
    await sleep(100);
  try {
    if (isFresh()) return;
    // What TypeScript thinks of it is `npm run types`' affair; it emits all the same.
    const tsc = join(root, 'node_modules/.bin/tsc');
    spawnSync(tsc, ['-p', join(root, 'tsconfig.json'), '--noEmit', 'false'], { cwd: root });
  } finally {
    rmdirSync(lock);
  }
}

function isFresh(): boolean {
  if (!existsSync(program)) return false;
  const builtAt = statSync(program).mtimeMs;
  return ['services', 'shared'].every((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .every((name) => statSync(join(root, folder, name)).mtimeMs < builtAt),
  );
}
