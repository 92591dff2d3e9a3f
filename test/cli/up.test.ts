import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { built, program, runCli } from './run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'tallymark-up-'));
const line = (project: string) =>
  `192.0.2.77 - - [21/Nov/2025:13:05:59 +0000] "GET /packages/any/a/${project}/${project}-1.0.tar.gz HTTP/1.1" 200 5 "-" "pip/25.2"\n`;
const noise = '192.0.2.77 - - [21/Nov/2025:13:05:59 +0000] "GET /robots.txt HTTP/1.1" 200 5 "-" "pip/25.2"\n';

beforeAll(() => built(), 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Child = ChildProcessByStdio<null, Readable, Readable>;
const running: Child[] = [];
afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});

interface Event {
  readonly event: string;
  readonly url?: string;
  readonly counted?: number;
  readonly text?: string;
}

/** Waits until `probe` gives something; the test's own time ends it. */
async function until<T>(probe: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    await sleep(50);
  }
}

/** A running `up --json`, what it told, and what its server says. */
function startUp(data: string, ...args: readonly string[]) {
  const child = spawn(
    process.execPath,
    [program, 'up', '--json', '--port', '0', '--every', '1', '--data', data, ...args],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH, HOME: process.env.HOME } },
  );
  running.push(child);
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text;
  });
  const events = () =>
    said.stdout
      .split('\n')
      .slice(0, -1)
      .map((text) => JSON.parse(text) as Event);
  const eventWith = (event: string, text = '') =>
    until(() => events().find((one) => one.event === event && (one.text ?? '').includes(text)));
  /** Waits until the API serves that many downloads of `project`. */
  const serves = async (project: string, downloads: number) => {
    const { url } = await eventWith('listening');
    return await until(async () => {
      const answer = await fetch(`${url}/v1/projects/${project}`).catch(() => undefined);
      if (answer?.status !== 200) return undefined;
      const { downloads_total } = (await answer.json()) as { downloads_total: number };
      return downloads_total === downloads ? downloads : undefined;
    });
  };
  const counted = () => events().reduce((sum, one) => sum + (one.counted ?? 0), 0);
  return { child, said, events, eventWith, serves, counted };
}

async function auditOf(data: string): Promise<unknown> {
  return JSON.parse((await runCli(['audit', '--data', data, '--json'])).stdout);
}

describe('tallymark up', { timeout: 60_000 }, () => {
  test('waits for a folder, counts a growing file, a rotated one and its follower, and serves the numbers; ends with 0', async () => {
    const [data, logs] = [join(folder, 'growing'), join(folder, 'growing-logs')];
    const log = join(logs, 'access.log');
    const up = startUp(data, logs, '--layout', 'pypi');
    await up.eventWith('notice', 'It is waited for.');
    mkdirSync(logs);
    writeFileSync(log, line('alpha').repeat(3) + noise);
    await up.serves('alpha', 3);
    appendFileSync(log, line('alpha').repeat(2) + line('alpha').slice(0, 60));
    await up.serves('alpha', 5);
    appendFileSync(log, line('alpha').slice(60));
    renameSync(log, join(logs, 'access.log.1'));
    writeFileSync(log, line('beta').repeat(4));
    await up.serves('beta', 4);
    await up.serves('alpha', 6);
    expect(up.counted()).toBe(10);
    up.child.kill('SIGTERM');
    expect(await once(up.child, 'exit'), up.said.stderr).toEqual([0, null]);
    const notices = up.events().filter(({ event }) => event === 'notice');
    expect(notices.filter(({ text }) => text?.includes('unreleased'))).toHaveLength(1);
    expect(notices.filter(({ text }) => text?.includes('waited for'))).toHaveLength(1);
    expect(await auditOf(data)).toMatchObject({ ok: true });
  });

  test('killed and started again, and its file rotated, it doubles nothing and loses nothing, and its commands end with it', async () => {
    const [data, log] = [join(folder, 'killed'), join(folder, 'killed.log')];
    writeFileSync(log, line('alpha').repeat(50_000));
    const first = startUp(data, log, '--layout', 'pypi');
    const { url } = await first.eventWith('listening');
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    await until(() =>
      fetch(`${url}/healthz`).then(
        () => undefined,
        () => true,
      ),
    );
    appendFileSync(log, line('alpha').repeat(50));
    const second = startUp(data, log, '--layout', 'pypi');
    await second.serves('alpha', 50_050);
    appendFileSync(log, line('beta').repeat(2));
    renameSync(log, `${log}.1`);
    writeFileSync(log, line('gamma').repeat(3));
    await second.serves('gamma', 3);
    await second.serves('beta', 2);
    expect(second.events().filter(({ text }) => text?.includes('killed.log'))).toEqual([]);
    second.child.kill('SIGINT');
    expect(await once(second.child, 'exit')).toEqual([0, null]);
    expect(await auditOf(data)).toMatchObject({ ok: true });
  });

  test('releases with a profile, and tells once of a file that cannot be read, which stops nothing', async () => {
    const [data, logs] = [join(folder, 'released'), join(folder, 'released-logs')];
    mkdirSync(logs);
    writeFileSync(join(logs, 'access.log'), line('alpha').repeat(3));
    writeFileSync(join(logs, 'b.gz'), Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]));
    const up = startUp(data, logs, '--layout', 'pypi', '--format', 'auto', '--profile', 'exact');
    await up.eventWith('released', 'published 1 day');
    appendFileSync(join(logs, 'access.log'), line('alpha'));
    await up.serves('alpha', 4);
    expect(up.events().filter(({ text }) => text?.includes('b.gz'))).toHaveLength(1);
    expect(up.said.stderr).not.toContain('192.0.2.77');
  });

  test.each([
    { args: [], says: 'missing required argument' },
    { args: ['-'], says: '- is no file to watch' },
    { args: [folder, '--every', '0'], says: "--every is '0'" },
    { args: [folder, '--profile', 'standard'], says: 'profile standard is not available' },
    { args: [folder, '--format', 'json'], says: 'formats.json.time' },
  ])('is called wrongly with $args', async ({ args, says }) => {
    const ran = await runCli(['up', '--data', join(folder, 'wrong'), ...args]);
    expect(ran.exit).toBe(2);
    expect(ran.stderr).toContain(says);
  });
});
