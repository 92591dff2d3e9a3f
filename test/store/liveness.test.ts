import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { processLiveness } from '../../shared/store/liveness.ts';

const { holder, isDead } = processLiveness();
const hasProc = process.platform === 'linux';
const other = (pid: number | undefined, start: string) =>
  [...holder.split(' ').slice(0, -2), pid, start].join(' ');

test('this process is not dead', () => {
  expect(isDead(holder)).toBe(false);
});

test.runIf(hasProc)('a process that has ended is dead', async () => {
  const child = spawn('true');
  await once(child, 'exit');
  expect(isDead(other(child.pid, '12345'))).toBe(true);
});

test.runIf(hasProc)('another process under an old number is not the one that held it', () => {
  expect(isDead(other(process.pid, '1'))).toBe(true);
});

test('of another machine, boot or container nothing is known', () => {
  expect(isDead(holder.replace(/^\S+/, 'elsewhere'))).toBe(false);
  expect(isDead('elsewhere - - 1 -')).toBe(false);
});
