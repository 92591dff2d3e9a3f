import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** What kafkajs' runner comes to that is stopped while its brokers change: nothing in its process could tell when it turns for ever. */
function stopRunner(how: 'guarded' | 'bare') {
  const main = fileURLToPath(new URL('runner-stopped-main.ts', import.meta.url));
  const { stdout, signal } = spawnSync(process.execPath, ['--import', 'tsx', main, how], {
    timeout: 10_000,
    killSignal: 'SIGKILL',
    encoding: 'utf8',
  });
  return { stdout, signal };
}

test('a consumer that leaves while brokers come or go makes no new fetchers', { timeout: 30_000 }, () => {
  expect(stopRunner('guarded')).toEqual({ stdout: 'left\n', signal: null });
});

test('kafkajs by itself turns for ever there', { timeout: 30_000 }, () => {
  expect(stopRunner('bare')).toEqual({ stdout: '', signal: 'SIGKILL' });
});
