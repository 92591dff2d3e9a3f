import { hash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formBatchWith } from '../../services/replay/form-batch.ts';
import type { FileSetup } from '../../shared/count/counted-batch.ts';
import { createBlockPool } from '../../shared/source/block-pool.ts';
import type { BatchToForm } from '../../shared/store/recover-batch.ts';
import { counterHere } from '../../shared/workers/counter.ts';
import { combinedPypi, line, today } from '../count/count-text.ts';
import { scratchFolder } from '../source/scratch-folder.ts';

const { folder } = scratchFolder();

const columns = ['#Version: 1.0', '#Fields: date c-ip cs-method cs-uri-stem sc-status cs(User-Agent)'];
const crate = '2026-06-15\t192.0.2.7\tGET\t/crates/demo/demo-1.0.0.crate\t200\tcargo%201.74.0';
const crates: FileSetup = {
  ...combinedPypi,
  format: 'cloudfront',
  registries: [{ name: 'crates', layout: 'crates', rules: 'default' }],
};

interface Intended {
  readonly content: string;
  readonly setup: FileSetup;
  readonly from?: number;
  readonly to?: number;
  readonly last?: string;
}

/** A batch over one stretch of a file each, to its end where the stretch does not say otherwise; the digests are not keyed. */
function batchOf(name: string, intended: readonly Intended[]): BatchToForm {
  const stretches = intended.map(({ content, from = 0, to = content.length, last }, index) => {
    const path = join(folder, `${name}-${index}.log`);
    writeFileSync(path, content);
    const lastLine = content.trimEnd().split('\n').at(-1) as string;
    return {
      path,
      setup: index,
      from,
      to,
      last: last ?? hash('sha256', lastLine),
      first: '',
      start: '',
      startLength: 0,
    };
  });
  return {
    intent: {
      batch: name,
      turn: 'dead',
      site: '',
      months: [202606],
      stretches,
      setups: intended.map(({ setup }) => setup),
      pins: { today, geo: 'then' },
    },
    isSource: () => true,
    endsWith: (stretch, lastLine) => stretch.last === lastLine,
    lookUp: async (candidates) =>
      candidates.map(() => ({
        key: { first: '', start: '', startLength: 0 },
        ranges: [],
        longerKnown: false,
      })),
  };
}

function former() {
  return formBatchWith({ counter: counterHere(() => 0), pool: createBlockPool(), geo: 'now' });
}

const whole: Intended = { content: [...columns, crate, crate, ''].join('\n'), setup: crates };

test('an intended batch is counted again, with the pins that are used now', async () => {
  const formed = await former()(
    batchOf('whole', [whole, { content: line().repeat(3), setup: combinedPypi }]),
  );
  if (formed === 'gone') throw new Error('it is there');
  expect(formed.counted.totals.map(({ lines }) => lines)).toEqual([{ counted: 2 }, { counted: 3 }]);
  expect(formed.pins).toEqual({ today, geo: 'now' });
});

test.each([
  { name: 'cut', broken: { content: line().repeat(2), setup: combinedPypi, to: 10_000 } },
  { name: 'other', broken: { content: line().repeat(2), setup: combinedPypi, last: 'another line' } },
])(
  'a batch whose file is $name is gone, and the next one is read by its own format',
  async ({ name, broken }) => {
    const form = former();
    expect(await form(batchOf(`${name}-first`, [whole, broken]))).toBe('gone');
    expect(await form(batchOf(`${name}-second`, [broken]))).toBe('gone');
    const formed = await form(batchOf(`${name}-third`, [whole, whole]));
    if (formed === 'gone') throw new Error('it is there');
    expect(formed.counted.totals.map(({ lines }) => lines)).toEqual([{ counted: 2 }, { counted: 2 }]);
  },
);

test('a stretch behind the directives is read by them, and only it is counted', async () => {
  const from = [...columns, crate, ''].join('\n').length;
  const formed = await former()(batchOf('behind', [{ ...whole, from }]));
  if (formed === 'gone') throw new Error('it is there');
  expect(formed.counted.totals.map(({ lines }) => lines)).toEqual([{ counted: 1 }]);
});

test('a file that is not there any more, or is standard input, is gone', async () => {
  const batch = batchOf('missing', [whole]);
  for (const path of [join(folder, 'nowhere.log'), '-']) {
    const stretches = batch.intent.stretches.map((stretch) => ({ ...stretch, path }));
    expect(await former()({ ...batch, intent: { ...batch.intent, stretches } })).toBe('gone');
  }
});
