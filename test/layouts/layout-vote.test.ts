import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LayoutVote } from '../../shared/layouts/layout-vote.ts';
import { layouts } from '../../shared/layouts/registry.ts';
import { voteOn } from './vote-on.ts';

const repeat = (path: string, times: number): string[] => Array<string>(times).fill(path);
const wheel = '/packages/cp27/n/numpy/numpy-1.9.0-cp27-none-win32.whl';
const gem = '/gems/rails-7.1.2.gem';
const noise = ['/', '/simple/numpy/', '/favicon.ico', '/a/b/c/d', '/%FF/', '/numpy'];

describe('detecting the layout', () => {
  test.each(layouts.map((layout) => ({ layout, name: layout.name })))(
    'finds $name by its sample',
    ({ layout }) => {
      expect(voteOn([...noise, layout.sample])).toEqual({ layout });
    },
  );

  test('needs more than 90 % of the artifact paths', () => {
    expect(voteOn([...repeat(wheel, 91), ...repeat(gem, 9)])).toMatchObject({
      layout: { name: 'pypi' },
    });
    expect(voteOn([...repeat(wheel, 90), ...repeat(gem, 10)])).toEqual({
      shares: [
        { layout: 'pypi', share: 0.9 },
        { layout: 'rubygems', share: 0.1 },
      ],
    });
  });

  test('counts sidecars as artifact paths, and nothing else', () => {
    expect(voteOn([`${gem}.asc`, ...noise])).toMatchObject({ layout: { name: 'rubygems' } });
    expect(voteOn(noise)).toEqual({ shares: [] });
    expect(voteOn([])).toEqual({ shares: [] });
  });

  test('counts a path that fits two layouts for both, and takes the larger share', () => {
    const both = '/files/linux-64/numpy-1.26.4-0.conda';
    const npmAndFiles = '/files/-/files-1.0.0.tgz';
    expect(voteOn([both])).toMatchObject({ layout: { name: 'conda' } });
    expect(voteOn([npmAndFiles])).toMatchObject({ layout: { name: 'npm' } });
    expect(voteOn([...repeat(both, 1), ...repeat(npmAndFiles, 1)])).toMatchObject({
      layout: { name: 'files' },
    });
  });

  test('takes files only if no other fits, even where files fits more', () => {
    const paths = [...repeat('/files/linux-64/numpy-1.26.4-0.conda', 19), '/files/tool/tool-1.0.zip'];
    expect(voteOn(paths)).toMatchObject({ layout: { name: 'conda' } });
  });

  test('does not depend on the order of the paths, nor on how they are handed over', () => {
    const paths = fc.array(fc.constantFrom(wheel, gem, '/files/tool/tool-1.0.zip', ...noise), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(paths, (given) => {
        const vote = new LayoutVote();
        for (const path of new Set(given)) vote.add(path, given.filter((other) => other === path).length);
        expect(voteOn([...given].reverse())).toEqual(voteOn(given));
        expect(vote.result()).toEqual(voteOn(given));
      }),
    );
  });

  test('says names and numbers only, never a path', () => {
    const said = JSON.stringify(voteOn([wheel, gem, '/files/secret/secret-1.0.zip']));
    expect(said).not.toMatch(/numpy|rails|secret|\//);
  });
});
