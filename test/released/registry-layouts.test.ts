import { expect, test } from 'vitest';
import { readCatalog } from '../../shared/store/released/catalog.ts';
import { canonicalProject, registryLayouts } from '../../shared/store/released/registry-layouts.ts';
import { day, openTestStore } from './open-test-store.ts';

test('a registry has the layout that most of its batches were counted with', {
  timeout: 60_000,
}, async () => {
  await using store = await openTestStore();
  const row = { day: '2026-03-05', country: { DE: 1 } };
  await store.count([{ ...row, project: 'demo-x', registry: 'mirror' }], 'pypi');
  await store.count([{ ...row, project: 'demo-y', registry: 'mirror' }], 'pypi');
  await store.count([{ ...row, project: 'demo-z', registry: 'mirror' }], 'files');
  await store.count([{ ...row, project: 'a', registry: 'npm' }]);
  await store.count([{ ...row, project: 'b', registry: 'with/slash' }], 'crates');
  const layouts = new Map([
    ['mirror', 'pypi'],
    ['npm', 'npm'],
    ['with/slash', 'crates'],
  ]);
  expect(await registryLayouts(store.database)).toEqual(layouts);
  const { registries } = await readCatalog(store.database, day('2026-03-10'));
  expect(new Map([...registries].map(([name, { layout }]) => [name, layout]))).toEqual(layouts);
});

test.each([
  { layout: 'pypi', name: 'Demo_X', want: 'demo-x' },
  { layout: 'npm', name: '@Scope/Name', want: '@Scope/Name' },
  { layout: undefined, name: 'Demo_X', want: 'Demo_X' },
  { layout: 'of-a-newer-version', name: 'Demo_X', want: 'Demo_X' },
])('$name in $layout is $want', ({ layout, name, want }) => {
  expect(canonicalProject(layout, name)).toBe(want);
});
