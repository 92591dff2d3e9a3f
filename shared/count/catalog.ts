import type { Client } from '../clients/client.ts';

/**
 * Numbers the names that outlive a line: projects, artifacts (one version and file type of a project) and clients. It lives
 * as long as its thread and is begun anew when it has grown too large; the sums of a batch refer to its numbers.
 */
export class Catalog {
  /** By project number. */
  readonly projects: { readonly registry: string; readonly project: string }[] = [];
  /** By artifact number; `project` is a project number. */
  readonly artifacts: { readonly project: number; readonly version: string; readonly fileType: string }[] =
    [];
  /** By client number; clients alike but for the installer's version share one. */
  readonly clients: Client[] = [];
  readonly #projectIds = new Map<string, number>();
  readonly #artifactIds = new Map<string, number>();
  readonly #clientIds = new Map<string, number>();

  project(registry: string, project: string): number {
    return idOf(this.#projectIds, `${registry}\0${project}`, () => this.projects.push({ registry, project }));
  }

  artifact(project: number, version: string, fileType: string): number {
    const key = `${project}\0${version}\0${fileType}`;
    return idOf(this.#artifactIds, key, () => this.artifacts.push({ project, version, fileType }));
  }

  client(client: Client): number {
    const key = `${client.class} ${client.installer} ${client.runtime} ${client.system} ${client.ci}`;
    return idOf(this.#clientIds, key, () => this.clients.push(client));
  }
}

function idOf(ids: Map<string, number>, key: string, push: () => number): number {
  const known = ids.get(key);
  if (known !== undefined) return known;
  const id = push() - 1;
  ids.set(key, id);
  return id;
}
