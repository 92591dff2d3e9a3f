import type { Database } from '../../shared/clickhouse/database.ts';
import type { Catalog, ProjectEntry, RegistryCatalog } from '../../shared/store/released/catalog.ts';
import type { FreshCatalog } from '../../shared/store/released/fresh-catalog.ts';
import { canonicalProject } from '../../shared/store/released/registry-layouts.ts';
import { Answers } from './answers.ts';
import { Problem } from './problem.ts';

/** What the API is told when it is built. */
export interface ApiOptions {
  readonly database: Database;
  readonly catalog: FreshCatalog;
  /** The version of Tallymark, part of every ETag. */
  readonly version: string;
  /** Registries in the operator's order; the first that has counts answers `/v1/projects/…`. */
  readonly registries: readonly string[];
  /** Told of errors that nobody expected. */
  readonly onFailure: (error: unknown) => void;
}

/** What routes answer from. */
export interface ApiContext extends ApiOptions {
  readonly answers: Answers;
}

export function makeContext(options: ApiOptions): ApiContext {
  return { ...options, answers: new Answers() };
}

/** The catalog. Throws `warming-up` while there is none. */
export function catalogOf({ catalog }: ApiContext): Catalog {
  const current = catalog.current();
  if (current === undefined)
    throw new Problem('warming-up', 'the names of all projects are being read; ask again in a moment');
  return current;
}

/**
 * The registry of that name, else the default one: the operator's first with counts, else the one with most projects;
 * undefined in an empty store. Throws `unknown-project`.
 */
export function registryOf(context: ApiContext, name: string | undefined): RegistryCatalog | undefined {
  const { registries } = catalogOf(context);
  if (name !== undefined) {
    const named = registries.get(name);
    if (named !== undefined) return named;
    throw new Problem(
      'unknown-project',
      `no registry of this name; there are: ${[...registries.keys()].join(', ') || 'none yet'}`,
    );
  }
  const preferred = context.registries.find((one) => registries.has(one));
  if (preferred !== undefined) return registries.get(preferred);
  const bySize = [...registries.values()].sort((a, b) => b.projects.size - a.projects.size);
  return bySize[0];
}

/** A project by any spelling of its name. Throws `unknown-project`. */
export function projectOf(
  context: ApiContext,
  params: { readonly registry?: string | undefined; readonly project: string },
): { readonly registry: RegistryCatalog; readonly project: ProjectEntry } {
  const registry = registryOf(context, params.registry);
  if (registry === undefined)
    throw new Problem('unknown-project', 'nothing is counted yet: `tallymark replay` counts logs');
  const project = findProject(registry, params.project);
  if (project !== undefined) return { registry, project };
  throw new Problem(
    'unknown-project',
    `no download of a project of this name is counted in ${registry.name}; /v1/projects?q= searches`,
  );
}

/** Whether there is a project of this name, in any spelling. */
export function isProject(
  context: ApiContext,
  params: { readonly registry?: string | undefined; readonly project: string },
): boolean {
  const registry = registryOf(context, params.registry);
  return registry !== undefined && findProject(registry, params.project) !== undefined;
}

function findProject({ layout, projects }: RegistryCatalog, name: string): ProjectEntry | undefined {
  return projects.get(name) ?? projects.get(canonicalProject(layout, name));
}
