import { decodeSpan } from '../formats/decode-span.ts';
import type { Encoding, RequestView } from '../formats/request-view.ts';
import type { Target } from '../layouts/layout.ts';
import { ByteTable } from './byte-table.ts';
import type { Catalog } from './catalog.ts';

/** What a path asks for, with its numbers in the catalog; -1 where it has none. */
export interface Asked {
  readonly target: Target;
  readonly project: number;
  readonly artifact: number;
}

/** Finds out what a path of one registry asks for: the layout is asked once a distinct path, not once a line. */
export class TargetTable {
  readonly #catalog: Catalog;
  readonly #registry: { readonly name: string; match(path: string): Target };
  readonly #known = new Map<Encoding, { readonly paths: ByteTable; readonly asked: Asked[] }>();

  constructor(catalog: Catalog, registry: { readonly name: string; match(path: string): Target }) {
    this.#catalog = catalog;
    this.#registry = registry;
  }

  /** What the view's path asks for. */
  of({ bytes, path }: RequestView): Asked {
    const { paths, asked } = this.#knownIn(path.encoding);
    const id = paths.intern(bytes, path.start, path.end);
    if (id < asked.length) return asked[id];
    const found = this.#ask(decodeSpan(bytes, path));
    asked.push(found);
    return found;
  }

  /** Bytes held. */
  get byteLength(): number {
    let total = 0;
    for (const { paths, asked } of this.#known.values())
      total += paths.byteLength + asked.length * askedBytes;
    return total;
  }

  #knownIn(encoding: Encoding): { readonly paths: ByteTable; readonly asked: Asked[] } {
    let known = this.#known.get(encoding);
    if (!known) {
      known = { paths: new ByteTable(), asked: [] };
      this.#known.set(encoding, known);
    }
    return known;
  }

  #ask(path: string | undefined): Asked {
    if (path === undefined) return { target: { kind: 'malformed' }, project: -1, artifact: -1 };
    const target = this.#registry.match(path);
    if (target.kind === 'other' || target.kind === 'malformed') return { target, project: -1, artifact: -1 };
    const project = this.#catalog.project(this.#registry.name, target.project);
    if (target.kind === 'index') return { target, project, artifact: -1 };
    return { target, project, artifact: this.#catalog.artifact(project, target.version, target.fileType) };
  }
}

/** About what a distinct path takes besides its bytes: its target, its names, its entries in the catalog. */
const askedBytes = 400;
