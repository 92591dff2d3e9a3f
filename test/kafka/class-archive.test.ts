import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { classArchive } from '../../infra/kafka/class-archive.ts';

const folder = mkdtempSync(join(tmpdir(), 'tallymark-classes-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The file that a broker is told to write its classes to. */
const fileOf = ([option]: readonly string[]) => option!.slice(option!.indexOf('=') + 1);

describe('classes of a broker', () => {
  test.each([
    {
      what: 'a broker that wrote them',
      kept: 'classes',
      train: async (java: readonly string[]) => {
        writeFileSync(fileOf(java), 'classes');
        return true;
      },
    },
    { what: 'a broker that wrote none', kept: '', train: async () => true },
    {
      what: 'one that did not end',
      kept: '',
      train: async (java: readonly string[]) => {
        writeFileSync(fileOf(java), 'half of');
        return false;
      },
    },
    { what: 'one that did not start', kept: '', train: () => Promise.reject(new Error('no Java')) },
  ])('are asked for once, of $what', async ({ what, kept, train }) => {
    const jars = join(folder, what);
    let trained = 0;
    const counted = (java: readonly string[]) => {
      trained++;
      return train(java);
    };
    const archives = await Promise.all([classArchive(jars, counted), classArchive(jars, counted)]);
    expect(archives).toEqual([`${jars}.jsa`, `${jars}.jsa`]);
    expect(trained).toBe(1);
    expect(readFileSync(`${jars}.jsa`, 'latin1')).toBe(kept);
    expect(readdirSync(folder).filter((name) => name.startsWith(what))).toEqual([`${what}.jsa`]);
  });
});
