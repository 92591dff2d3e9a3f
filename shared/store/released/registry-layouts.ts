import type { Database } from '../../clickhouse/database.ts';
import { layoutByName } from '../../layouts/registry.ts';

/**
 * The layout of each registry, as the markers of its batches tell it; where they tell several, that of the most batches.
 * Throws `StoreError`.
 */
export async function registryLayouts(database: Database): Promise<ReadonlyMap<string, string>> {
  const rows = await database.query<{ pair: string }>(
    'SELECT arrayJoin(layouts) AS pair FROM batches GROUP BY pair ORDER BY sum(batches), pair DESC',
  );
  return new Map(rows.map(({ pair }) => splitPair(pair)));
}

/** A project's name as counting spells it: `Typing_Extensions` is `typing-extensions` where the layout is `pypi`. */
export function canonicalProject(layout: string | undefined, project: string): string {
  return layoutByName(layout ?? '')?.normaliseProject(project) ?? project;
}

/** `mirror/pypi` → `['mirror', 'pypi']`; of the two only a registry's name may have a slash. */
function splitPair(pair: string): [string, string] {
  const slash = pair.lastIndexOf('/');
  return [pair.slice(0, slash), pair.slice(slash + 1)];
}
