import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { built, program, runCli } from './run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'tallymark-stopping-'));
const line =
  '192.0.2.77 - - [21/Nov/2025:13:05:59 +0000] "GET /packages/any/a/alpha/alpha-1.0.tar.gz HTTP/1.1" 200 5 "-" "pip/25.2"\n';

beforeAll(() => built(), 120_000);

/** A replay of standard input, which never ends by itself. */
function replayOfAPipe(data: string) {
  const child = spawn(process.execPath, [program, 'replay', '-', '--data', data]);
  const said = { stderr: '' };
  child.stdin.on('error', () => {});
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text;
  });
  child.stdin.write(line.repeat(10_000));
  return { child, said };
}

describe('a command that is stopped', { timeout: 60_000 }, () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('ends cleanly on %s, and the books balance', async (signal) => {
    const data = join(folder, signal);
    const { child, said } = replayOfAPipe(data);
    await sleep(3000);
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(said.stderr).toContain('tallymark: stopped\n  the same command again goes on where it left off\n');
    const audit = await runCli(['audit', '--data', data, '--json']);
    expect(JSON.parse(audit.stdout)).toMatchObject({ ok: true });
  });

  test.each([
    // The kernel gives signals to any thread: of two at once, either may be heard as the second.
    { ms: 0, second: 'SIGTERM', or: [null, 'SIGINT'] },
    // By then it may have ended by the first one, in good order.
    { ms: 20, second: 'SIGINT', or: [1, null] },
    { ms: 60, second: 'SIGINT', or: [1, null] },
  ] as const)('ends at once by a second signal, $ms ms after the first', async ({ ms, second, or }) => {
    const { child } = replayOfAPipe(join(folder, `twice-${ms}`));
    await sleep(3000);
    // It may end before the second one.
    const ended = once(child, 'exit');
    child.kill('SIGINT');
    if (ms > 0) await sleep(ms);
    child.kill(second);
    const start = performance.now();
    expect([[null, second], or]).toContainEqual(await ended);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  test.each([
    { seconds: 2, end: [1, null] },
    { seconds: 20, end: [null, 'SIGKILL'] },
  ])('that fails beside a statement of $seconds s waits for no longer one', async ({ seconds, end }) => {
    const hook = join(folder, `fails-${seconds}.mjs`);
    const engine = new URL('../../dist/shared/clickhouse/chdb.js', import.meta.url);
    writeFileSync(
      hook,
      `import { openEngine } from '${engine}';
       const { run } = await openEngine('${join(folder, `fails-${seconds}`)}', 'tallymark');
       const sql = 'SELECT sleepEachRow(1) FROM numbers(${seconds}) SETTINGS max_block_size = 1';
       run({ lane: 'read', sql, params: {}, settings: {}, format: 'Null' }).catch(() => {});
       setTimeout(() => { throw new Error('nobody foresaw it'); }, 500);`,
    );
    const waits = ['ship', folder, '--brokers', '127.0.0.1:1', '--data', folder];
    const child = spawn(process.execPath, ['--import', hook, program, ...waits]);
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const start = performance.now();
    expect(await once(child, 'exit'), said).toEqual(end);
    expect(performance.now() - start).toBeLessThan(12_000);
    expect(said).toContain('unexpected error Error');
  });

  test('goes on where nobody reads what it says', async () => {
    const log = join(folder, 'access.log');
    const data = join(folder, 'pipe');
    writeFileSync(log, line);
    const child = spawn(process.execPath, [program, 'replay', log, '--data', data]);
    child.stdout.destroy();
    child.stderr.destroy();
    expect(await once(child, 'exit')).toEqual([0, null]);
    const asked = await runCli(['query', 'alpha', '--exact', '--data', data, '--json']);
    expect(JSON.parse(asked.stdout)).toMatchObject({ total: 1 });
  });
});
