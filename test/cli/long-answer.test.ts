import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { line } from '../count/count-text.ts';
import { scratchFolder } from '../source/scratch-folder.ts';
import { runCli } from './run-cli.ts';

const { folder } = scratchFolder();

test('an answer longer than a pipe holds arrives whole', async () => {
  const logs = join(folder, 'logs');
  mkdirSync(logs);
  for (let file = 0; file < 3000; file++) {
    const request = `GET /packages/any/p/p${file}/p${file}-1.0.tar.gz HTTP/1.1`;
    writeFileSync(join(logs, `${file}.log`), line({ request }));
  }
  const { exit, stdout } = await runCli(['replay', logs, '--data', join(folder, 'data'), '--json']);
  expect(exit).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ lines: 3000, counted: 3000 });
}, 120_000);
