import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectStore } from '../../shared/clickhouse/connect-store.ts';
import { built } from '../cli/run-cli.ts';
import { collectIn } from './collector.ts';
import { addresses, mark, needlesOfLines, needlesOfMarks } from './marks.ts';
import { readTables } from './read-tables.ts';
import { filesUnder, findMarks } from './scan.ts';

const timeout = 120_000;
const needles = needlesOfMarks();
const lineNeedles = needlesOfLines([Buffer.from(`${addresses.v4[0]} - ${mark}`)]);
const scratch = mkdtempSync(join(tmpdir(), 'tallymark-planted-'));

beforeAll(built, timeout);
afterAll(() => rmSync(scratch, { recursive: true }));

describe('what would leak is found', () => {
  const form = needles.map(({ bytes }) => bytes);
  const all = Buffer.concat(form.flatMap((bytes) => [bytes, Buffer.from('\n')]));
  const names = needles.map(({ name }) => name);
  const foundIn = (surfaces: Parameters<typeof findMarks>[0], where: string) =>
    needles
      .filter((needle) => findMarks(surfaces, [needle]).some((found) => found.includes(where)))
      .map(({ name }) => name);

  test('in a file and in the name of one, in every form', () => {
    const folder = join(scratch, 'planted');
    mkdirSync(folder);
    writeFileSync(join(folder, 'leak'), all);
    writeFileSync(join(folder, `${mark}.tmp`), '');
    expect(foundIn(filesUnder(folder), 'file leak')).toEqual(names);
    expect(findMarks(filesUnder(folder), needles)).toContain(`mark as raw in the name ${mark}.tmp`);
  });

  test('in a table, in every form, though its file is compressed', { timeout }, async () => {
    const data = join(scratch, 'planted-store');
    {
      await using store = await connectStore({ data });
      await store.command('INSERT INTO facts VALUES (unhex({planted:String}), unhex({lines:String}))', {
        planted: all.toString('hex'),
        lines: lineNeedles[0]!.bytes.toString('hex'),
      });
    }
    const tables = await readTables(data);
    expect(foundIn(tables, '`facts`')).toEqual(names);
    expect(findMarks(tables, lineNeedles)).not.toEqual([]);
  });

  test('in both streams and the temporary folder of a command, in every form', { timeout }, async () => {
    const collector = collectIn(join(scratch, 'planted-streams'));
    const text = JSON.stringify(all.toString('latin1'));
    const preload = `
      import { writeFileSync } from 'node:fs';
      import { tmpdir } from 'node:os';
      const leak = Buffer.from(${text}, 'latin1');
      process.stdout.write(${JSON.stringify(mark)});
      process.stderr.write(${JSON.stringify(mark)});
      writeFileSync(tmpdir() + '/leak', leak);`;
    await collector.run(['config'], { preload });
    expect(findMarks(collector.surfaces, needles)).toEqual([
      'mark as raw in stdout of config',
      'mark as raw in stderr of config',
    ]);
    expect(foundIn(filesUnder(collector.folder), join('tmp', 'leak'))).toEqual(names);
  });

  test('in an answer over HTTP, its headers included', async () => {
    const server = createServer((_, answer) => answer.setHeader('x-leak', addresses.v4[0]).end(mark));
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const collector = collectIn(join(scratch, 'planted-http'));
    await collector.get(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    server.close();
    expect(findMarks(collector.surfaces, needles)).toEqual(
      expect.arrayContaining(['mark as raw in the answer to /', 'address as raw in the answer to /']),
    );
  });
});
