import type { Client } from '../clients/client.ts';
import { CellTable } from './cell-table.ts';

/**
 * Numbers the names that outlive a line: projects, versions, file types, artifacts (one version and file type of a project) and
 * clients. It lives as long as its thread and is begun anew when it has grown too large; the sums of a batch refer to its
 * numbers. A distinct path leaves nothing else behind, since objects by the hundred thousand cost the collector more than counting.
 */
export class Catalog {
  /** By project number. */
  readonly projects: { readonly registry: string; readonly project: string }[] = [];
  readonly versions: string[] = [];
  readonly fileTypes: string[] = [];
  /** By client number; clients alike but for the installer's version share one. At most `maxClients`. */
  readonly clients: Client[] = [];
  /** By artifact number. */
  #artifacts = {
    project: new Int32Array(1 << 10),
    version: new Int32Array(1 << 10),
    fileType: new Int32Array(1 << 10),
  };
  #artifactCount = 0;
  #ranks = new Int32Array(0);
  readonly #artifactIds = new CellTable();
  readonly #projectIds = new Map<string, number>();
  readonly #versionIds = new Map<string, number>();
  readonly #fileTypeIds = new Map<string, number>();
  readonly #clientIds = new Map<string, number>();

  /** Columns by artifact number: the numbers of its project, version and file type. */
  get artifacts(): {
    readonly project: Int32Array;
    readonly version: Int32Array;
    readonly fileType: Int32Array;
  } {
    return this.#artifacts;
  }

  /** Bytes held, about. */
  get byteLength(): number {
    return (
      this.#artifacts.project.byteLength * 3 +
      this.#artifactIds.byteLength +
      this.projects.length * nameBytes +
      this.versions.length * nameBytes
    );
  }

  project(registry: string, project: string): number {
    return numberIn(this.#projectIds, `${registry}\0${project}`, () =>
      this.projects.push({ registry, project }),
    );
  }

  artifact(project: number, version: string, fileType: string): number {
    const versionId = numberIn(this.#versionIds, version, () => this.versions.push(version));
    const typeId = numberIn(this.#fileTypeIds, fileType, () => this.fileTypes.push(fileType));
    const second = versionId * maxFileTypes + typeId;
    // The cell's sum is the artifact's number plus one.
    const known = this.#artifactIds.sumOf(project, second);
    if (known > 0) return known - 1;
    const artifact = this.#artifactCount++;
    this.#artifactIds.add(project, second, artifact + 1);
    if (artifact === this.#artifacts.project.length) this.#grow();
    this.#artifacts.project[artifact] = project;
    this.#artifacts.version[artifact] = versionId;
    this.#artifacts.fileType[artifact] = typeId;
    return artifact;
  }

  /** By project number: its place among all projects in the order of registry and name. Sorted anew only when there are more. */
  get ranks(): Int32Array {
    if (this.#ranks.length === this.projects.length) return this.#ranks;
    const names = this.projects.map(({ registry, project }) => `${registry}\0${project}`);
    const order = names.map((_, number) => number).sort((a, b) => (names[a] < names[b] ? -1 : 1));
    this.#ranks = new Int32Array(order.length);
    for (let rank = 0; rank < order.length; rank++) this.#ranks[order[rank]] = rank;
    return this.#ranks;
  }

  client(client: Client): number {
    const key = `${client.class} ${client.installer} ${client.runtime} ${client.system} ${client.ci}`;
    return numberIn(this.#clientIds, key, () => this.clients.push(client));
  }

  #grow(): void {
    const { project, version, fileType } = this.#artifacts;
    this.#artifacts = { project: doubled(project), version: doubled(version), fileType: doubled(fileType) };
  }
}

/** All layouts together have some forty file types. */
const maxFileTypes = 128;
/** A name, its object and its entry in a map, about. */
const nameBytes = 150;

function numberIn(ids: Map<string, number>, key: string, push: () => number): number {
  const known = ids.get(key);
  if (known !== undefined) return known;
  const id = push() - 1;
  ids.set(key, id);
  return id;
}

function doubled(column: Int32Array): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(column.length * 2);
  grown.set(column);
  return grown;
}
