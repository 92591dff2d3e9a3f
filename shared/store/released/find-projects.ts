import type { ProjectEntry, RegistryCatalog } from './catalog.ts';

/** A page of a search. */
export interface FoundProjects {
  readonly projects: readonly ProjectEntry[];
  /** All that fit, on this page or not. */
  readonly total: number;
  /** Name of the page's last project, where there is another page. */
  readonly nextCursor: string | undefined;
}

/**
 * Projects whose name contains `q` in any case, most downloads of the last 30 days first; a project of exactly that name
 * before all others. `cursor` is the `nextCursor` of the page before.
 */
export function findProjects(
  registry: RegistryCatalog | undefined,
  { q, limit, cursor }: { readonly q: string; readonly limit: number; readonly cursor?: string | undefined },
): FoundProjects {
  const part = q.toLowerCase();
  const all = [...(registry?.projects.values() ?? [])];
  const fitting = part === '' ? all : all.filter(({ name }) => name.toLowerCase().includes(part));
  const exact = fitting.findIndex(({ name }) => name.toLowerCase() === part);
  if (exact > 0) fitting.unshift(...fitting.splice(exact, 1));
  const start = cursor === undefined ? 0 : fitting.findIndex(({ name }) => name === cursor) + 1;
  const projects = fitting.slice(start, start + limit);
  const isLast = start + limit >= fitting.length;
  return { projects, total: fitting.length, nextCursor: isLast ? undefined : projects.at(-1)?.name };
}
