import { describe, expect, test } from 'vitest';
import { line } from '../count/count-text.ts';
import { openReplay } from './open-replay.ts';

/** More than the MiB that detection is given at first. */
const pages = line({ request: 'GET /about HTTP/1.1' }).repeat(7000);
const artifacts = line().repeat(20);

describe('a log whose first MiB tells little', () => {
  test('artifacts after it are found and counted', async () => {
    await using run = await openReplay();
    const path = run.write('access.log', pages + artifacts);
    expect(await run.replay([path])).toMatchObject({ counted: 20, files: [{ layout: 'pypi' }] });
    expect(run.notices.join()).not.toContain('--layout');
    expect(await run.downloads()).toEqual({ 'pypi/demo': 20 });
  });

  test('a log without any artifact is dropped, once, and the notice says how to name its layout', async () => {
    await using run = await openReplay();
    const path = run.write('access.log', pages);
    expect(await run.replay([path])).toMatchObject({
      counted: 0,
      dropped: { unknown_layout: 7000 },
      files: [{ layout: null }],
    });
    expect(run.notices.join()).toMatch(/--layout/);
    expect(run.notices.join()).toContain(path);
    run.append('access.log', artifacts);
    expect(await run.replay([path])).toMatchObject({ counted: 20, already_counted: 7000 });
  });

  test('one that begins with a MiB of comments is refused, not passed over', async () => {
    await using run = await openReplay();
    const path = run.write('access.log', '# made by hand\n'.repeat(80_000) + artifacts);
    const { files, counted } = await run.replay([path]);
    expect(counted).toBe(0);
    expect(files[0].error).toMatchObject({ code: 'unknown_format' });
    expect(files[0].error?.message).toContain(path);
  });
});

/** Layouts of logs with these contents, replayed together. */
async function layoutsOf(texts: readonly string[]): Promise<(string | null)[]> {
  await using run = await openReplay();
  const paths = texts.map((text, index) => run.write(`${index}.log`, text));
  return (await run.replay(paths)).files.map(({ layout }) => layout);
}

describe('the layout of the file before is no more than a guess', () => {
  const files = (name: string) => line({ request: `GET /files/${name} HTTP/1.1` });
  const gem = line({ request: 'GET /gems/demo-1.0.gem HTTP/1.1' });
  const crate = line({ request: 'GET /crates/demo/demo-1.0.0.crate HTTP/1.1' });

  test.each([
    { name: 'files, then gems', texts: [files('demo/demo-1.0.zip').repeat(5), gem.repeat(5)] },
    { name: 'crates, then gems', texts: [crate.repeat(5), gem.repeat(5)] },
    { name: 'pypi, then files', texts: [artifacts, files('demo/demo-1.0.zip').repeat(5)] },
  ])('$name: each has the layout it has alone', async ({ texts }) => {
    const together = await layoutsOf(texts);
    const alone = [...(await layoutsOf([texts[0]])), ...(await layoutsOf([texts[1]]))];
    expect(together).toEqual(alone);
  });

  test('every pair of layouts, by a path of each', async () => {
    const { layouts } = await import('../../shared/layouts/registry.ts');
    const { detectLayout } = await import('../../services/replay/detect-layout.ts');
    const { createBlockPool } = await import('../../shared/source/block-pool.ts');
    const { openSource } = await import('../../shared/source/open-source.ts');
    await using run = await openReplay();
    const signal = new AbortController().signal;
    for (const layout of layouts) {
      const request = `GET ${layout.sample} HTTP/1.1`;
      await using source = await openSource(
        run.write(layout.name, line({ request }).repeat(3)),
        createBlockPool(),
      );
      const setup = {
        format: 'combined',
        enveloped: false,
        fileName: layout.name,
        countryFrom: 'log',
        registries: [],
      } as const;
      const alone = await detectLayout(source, setup, { signal });
      for (const { name } of layouts)
        expect(await detectLayout(source, setup, { signal, guess: name }), name).toEqual(alone);
    }
  });
});
