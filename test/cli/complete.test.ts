import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { runCli } from './run-cli.ts';

/** What bash offers after these words, the last one unfinished. */
function completed(script: string, words: readonly string[]): string[] {
  const list = words.map((word) => `'${word}'`).join(' ');
  const ask = `${script}\nCOMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _tallymark; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', ask], { encoding: 'utf8' }).split('\n').filter(Boolean);
}

describe('completion', async () => {
  const { stdout: script } = await runCli(['complete', 'bash']);

  test.each([
    { words: ['tallymark', 'comp'], want: ['complete'] },
    { words: ['tallymark', 'formats', 'te'], want: ['test'] },
    { words: ['tallymark', 'formats', 'test', '--la'], want: ['--layout'] },
    {
      words: ['tallymark', 'formats', 'test', '--format', 'cloudfront'],
      want: ['cloudfront', 'cloudfront-json'],
    },
    { words: ['tallymark', 'config', '--js'], want: ['--json'] },
  ])('bash completes $words', ({ words, want }) => {
    expect(completed(script, words)).toEqual(want);
  });

  test.each(['zsh', 'fish'])('%s has a script with every flag', async (shell) => {
    const { stdout, exit } = await runCli(['complete', shell]);
    expect(exit).toBe(0);
    expect(stdout).toMatch(/layout/);
    expect(stdout).toMatch(/cloudfront-json/);
  });

  test('another shell is refused with the ones there are', async () => {
    const { exit, stderr } = await runCli(['complete', 'csh']);
    expect(exit).toBe(2);
    expect(stderr).toContain('allowed: bash, zsh, fish');
  });
});
