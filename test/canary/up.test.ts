import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { built } from '../cli/run-cli.ts';
import { combined, legit } from './canary-lines.ts';
import { writeCanaryLogs } from './canary-logs.ts';
import { type Collector, collectIn } from './collector.ts';
import { needlesOfLines, needlesOfMarks } from './marks.ts';
import { readTables } from './read-tables.ts';
import { filesUnder, findMarks } from './scan.ts';

const scratch = mkdtempSync(join(tmpdir(), 'tallymark-canary-up-'));
const source = join(scratch, 'logs');
mkdirSync(source);
const logs = writeCanaryLogs(source);
const needles = [...needlesOfMarks(), ...needlesOfLines(logs.pieces)];
const patience = { timeout: 60_000 };

beforeAll(built, 120_000);
afterAll(() => rmSync(scratch, { recursive: true }));

/** Runs `up` over the logs until it has counted, released and answered; it goes on. */
async function startUp(collector: Collector, data: string, flags: readonly string[]) {
  const up = collector.start(['up', source, '--port', '0', '--every', '1', '--data', data, ...flags], {
    env: { TALLYMARK_LOG: 'json' },
  });
  const said = () => up.stdout() + up.stderr();
  await expect.poll(said, patience).toMatch(/listening/);
  await expect.poll(said, patience).toMatch(/counted/);
  return { up, said, url: /http:[^\s"]+/.exec(said())![0] };
}

test('what up and its commands show and keep has nothing of a line', { timeout: 180_000 }, async () => {
  const collector = collectIn(join(scratch, 'up'));
  const data = join(collector.folder, 'data');
  const flags = ['--layout', 'pypi', '--profile', 'exact', '--json'];
  const { up, said, url } = await startUp(collector, data, flags);
  await expect.poll(said, patience).toMatch(/"released"/);
  const rounds = () => said().split('"counted"').length;
  const before = rounds();
  appendFileSync(logs.good[0]!, `\n${combined(9).join('\n')}\n`, 'latin1');
  await expect.poll(rounds, patience).toBeGreaterThan(before);
  for (const route of ['/', '/v1/meta', `/v1/projects/${legit.project}`, '/healthz'])
    await collector.get(`${url}${route}`);
  up.kill('SIGTERM');
  const ended = await up.ended;
  collector.keep('up', ended);
  expect(ended, ended.stderr).toMatchObject({ exit: 0 });
  const again = await startUp(collector, data, ['--layout', 'pypi']);
  again.up.kill('SIGKILL');
  collector.keep('up again', await again.up.ended);
  // What it started ends by itself when it is gone, and only then lets go of the store.
  const tables = await vi.waitFor(() => readTables(data), { timeout: 60_000, interval: 500 });
  const kept = [...collector.surfaces, ...filesUnder(collector.folder), ...tables];
  expect(findMarks(kept, needles)).toEqual([]);
  const project = [{ name: 'project', bytes: Buffer.from(legit.project), isShort: false }];
  expect(findMarks(kept, project).join('\n')).toContain('table `tallymark`.`counts`');
  expect(said()).not.toContain('unexpected error');
});
